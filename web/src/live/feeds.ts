/* The feeds that are followed: lists of cases, no logs. After a break their first page comes again. */
import type { Colleague, Feed, FeedChange, FeedPage } from './frames'
import { isBusy, later, type FeedReader, type Line } from './ports'

export class Feeds {
  private readonly all = new Map<Feed, FeedReader>()

  constructor(private readonly line: Line) {}

  follow<Row>(feed: Feed, reader: FeedReader<Row>): () => void {
    this.all.set(feed, reader as FeedReader)
    this.line.transmit({ subscribe: { feed } })
    return () => {
      if (this.all.get(feed) !== reader) return
      this.all.delete(feed)
      this.line.transmit({ unsubscribe: { feed } })
    }
  }

  /** Asks for the first page of all of them; whether anything was said. */
  joinAll(): boolean {
    let said = false
    for (const feed of this.all.keys()) said = this.line.transmit({ subscribe: { feed } }) || said
    return said
  }

  refresh(feed: Feed): void {
    if (this.all.has(feed)) this.line.transmit({ subscribe: { feed } })
  }

  page(page: FeedPage): void {
    this.all.get(page.feed)?.page(page)
  }
  change(change: FeedChange): void {
    this.all.get(change.feed)?.change(change)
  }
  people(feed: Feed, people: Record<string, Colleague[]>): void {
    this.all.get(feed)?.people?.(people)
  }

  /** A feed was refused or its right is gone. Where the server was only busy, it is asked again. */
  gone(feed: Feed, code: string): void {
    const reader = this.all.get(feed)
    if (!reader) return
    if (isBusy(code)) {
      setTimeout(() => this.refresh(feed), later(this.line.ports))
      return
    }
    this.all.delete(feed)
    reader.ended?.(code)
  }

  clear(): void {
    this.all.clear()
  }

  /** The same by HTTP, while `live`. */
  async poll(fetch: (feed: Feed) => Promise<Omit<FeedPage, 'feed'>>, live: () => boolean): Promise<void> {
    for (const feed of [...this.all.keys()]) {
      const page = await fetch(feed)
      if (!live()) return
      this.page({ ...page, feed })
    }
  }
}
