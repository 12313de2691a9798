/*
 * The channels that are followed. A channel is a log: its events arrive in order,
 * each once, without a gap. After a break the client asks from its last position;
 * where the server cannot continue from there (`recovered: false`) or a gap shows,
 * the reader fetches its snapshot again and follows from that position.
 */
import { asProblem } from '@/lib/problem'
import { seqOf, type By, type ChannelFrame, type LiveEvent } from './frames'
import { isBusy, later, times, type ChannelReader, type EventPage, type Line, type Missed, type Timer } from './ports'
import type { Streamed } from './stream'

interface Channel {
  readonly reader: ChannelReader
  position: string | null
  seq: number
  /** Something was heard since it was opened. */
  joined: boolean
  /** A break happened since then. */
  away: boolean
  refetching: boolean
  /** Refetches in a row without a recovered answer. */
  tries: number
  timer?: Timer
}

export class Channels {
  private readonly all = new Map<string, Channel>()

  constructor(
    private readonly line: Line,
    /** Events can be read now that could not before. */
    private readonly moved: () => void,
    private readonly forgotten: (name: string) => void,
  ) {}

  subscribe(name: string, since: string | null, reader: ChannelReader): () => void {
    const channel: Channel = { reader, position: since, seq: seqOf(since), joined: false, away: false, refetching: false, tries: 0 }
    this.all.set(name, channel)
    this.joinOne(name, channel)
    return () => {
      if (this.all.get(name) !== channel) return
      this.forget(name)
      this.line.transmit({ unsubscribe: { channel: name } })
    }
  }

  /** Asks for all of them; whether anything was said. */
  joinAll(): boolean {
    let said = false
    for (const [name, channel] of this.all) said = this.joinOne(name, channel) || said
    return said
  }

  /** Asks for one again, from where it stands. */
  join(name: string): void {
    const channel = this.all.get(name)
    if (channel) this.joinOne(name, channel)
  }

  private joinOne(name: string, channel: Channel): boolean {
    if (channel.refetching) return false
    const since = channel.position
    return this.line.transmit({ subscribe: since ? { channel: name, since } : { channel: name } })
  }

  /** Where each stands that is not being fetched anew. */
  positions(): Streamed[] {
    return [...this.all].filter(([, { refetching }]) => !refetching).map(([name, { position }]) => ({ name, position }))
  }

  /** The number of the newest event at hand; undefined for a channel nobody follows. */
  readonly reached = (name: string): number | undefined => this.all.get(name)?.seq

  arrived(frame: ChannelFrame): void {
    const channel = this.all.get(frame.channel)
    if (!channel || channel.refetching) return
    const fresh = (frame.events ?? []).filter((event) => event.seq > channel.seq).sort((one, other) => one.seq - other.seq)
    const unbroken = fresh.every((event, index) => event.seq === channel.seq + index + 1)
    const last = channel.seq + fresh.length
    if (frame.recovered === false || !unbroken || seqOf(frame.position) > last) return this.refetch(frame.channel, channel)

    if (seqOf(frame.position) === last) channel.position = frame.position
    channel.seq = last
    channel.tries = 0
    const away = channel.away
    channel.joined = true
    channel.away = false
    if (fresh.length === 0) return
    channel.reader.events(fresh)
    if (away) this.tellMissed(frame.channel, fresh)
    this.moved()
  }

  private refetch(name: string, channel: Channel): void {
    channel.refetching = true
    this.line.transmit({ unsubscribe: { channel: name } })
    const wait = channel.tries === 0 ? 0 : Math.min(times.backoffMax, 500 * 2 ** channel.tries)
    channel.tries++
    const run = async () => {
      let position: string | null
      try {
        position = await channel.reader.refetch()
      } catch (thrown) {
        if (this.all.get(name) !== channel) return
        const problem = asProblem(thrown)
        if (!problem.temporary) return this.gone(name, problem.code)
        channel.refetching = false
        return this.refetch(name, channel)
      }
      if (this.all.get(name) !== channel) return
      channel.position = position
      channel.seq = seqOf(position)
      channel.refetching = false
      channel.away = false
      this.moved()
      this.joinOne(name, channel)
    }
    if (wait === 0) void run()
    else channel.timer = setTimeout(run, wait)
  }

  /** The connection broke: what comes next may have been missed. */
  markAway(): void {
    for (const channel of this.all.values()) channel.away = channel.joined
  }

  private tellMissed(name: string, events: LiveEvent[]): void {
    const missed: Missed = { messages: 0, offers: 0 }
    for (const event of events) {
      const kind = this.line.ports.missed(event)
      if (kind) missed[kind]++
    }
    if (missed.messages + missed.offers > 0) this.line.ports.onMissed(name, missed)
  }

  told(name: string, by: By, seq: number): void {
    this.all.get(name)?.reader.reads?.(by, seq)
  }

  /** A subscription was refused or its right is gone. Where the server was only busy, it is asked again. */
  gone(name: string, code: string): void {
    const channel = this.all.get(name)
    if (!channel) return
    if (isBusy(code)) {
      channel.timer = setTimeout(() => this.joinOne(name, channel), later(this.line.ports))
      return
    }
    this.forget(name)
    channel.reader.ended?.(code)
  }

  private forget(name: string): void {
    clearTimeout(this.all.get(name)?.timer)
    this.all.delete(name)
    this.forgotten(name)
  }

  clear(): void {
    for (const name of [...this.all.keys()]) this.forget(name)
  }

  /** The same by HTTP: all that came since in those that are due, page by page, while `live`. */
  async poll(events: (name: string, since: string | null) => Promise<EventPage>, live: () => boolean, due: (name: string) => boolean): Promise<void> {
    for (const [name, channel] of [...this.all]) {
      if (!due(name)) continue
      const wanted = () => live() && this.all.get(name) === channel && !channel.refetching
      try {
        for (let more = true; more && wanted(); ) {
          const page = await events(name, channel.position)
          if (!live() || this.all.get(name) !== channel) break
          this.arrived({ ...page, channel: name })
          more = page.more === true && page.events.length > 0
        }
      } catch (thrown) {
        const { code } = asProblem(thrown)
        if (code !== 'not_found' && code !== 'not_allowed') throw thrown
        if (live()) this.gone(name, code)
      }
      if (!live()) return
    }
  }
}
