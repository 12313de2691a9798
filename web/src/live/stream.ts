/*
 * Server-sent events, where sockets are blocked: the frames of a socket for the channels of a page that is looked at.
 *
 * HTTP/1.1 gives a browser six connections to a host. So there is one stream a tab, only while the tab is visible, of at most three
 * channels; what it does not tell is polled. It has no way in, and its heartbeats are not seen by scripts: whoever uses it polls now
 * and then all the same.
 */
import type { FromServer } from './frames'

/** What a stream needs of an EventSource. */
export interface Source {
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  addEventListener: (type: 'close', listener: (event: MessageEvent<string>) => void) => void
  /** 2: the browser has given up. */
  readonly readyState: number
  close: () => void
}

export interface StreamPorts {
  /** Null where there is none. */
  open: ((url: string) => Source) | null
  visible: () => boolean
}

export interface Streamed {
  name: string
  position: string | null
}

export const streamTimes = { most: 3, again: 30_000 }

export class Stream {
  private source: Source | null = null
  private names: string[] = []
  private flows = false
  private rest = 0

  constructor(
    private readonly ports: StreamPorts,
    private readonly take: (frame: FromServer) => void,
    private readonly changed: () => void,
    private readonly ended: (closeCode: number) => void,
  ) {}

  /** Follows the last of these channels, each from its position; goes on as it is when they are the same. */
  follow(channels: readonly Streamed[]): void {
    const wanted = this.ports.visible() ? channels.slice(-streamTimes.most) : []
    const names = wanted.map(({ name }) => name)
    if (names.length === 0) return this.stop()
    if (this.source && names.join() === this.names.join()) return
    if (!this.ports.open || Date.now() < this.rest) return
    this.stop()
    const query = new URLSearchParams(names.map((name) => ['channel', name]))
    query.set('since', wanted.map(({ position }) => position || '0').join())
    this.names = names
    this.listen(this.ports.open(`/api/events?${query}`))
  }

  /** Whether what happens in a channel comes by itself just now. */
  tells(name: string): boolean {
    return this.flows && this.names.includes(name)
  }

  stop(): void {
    const source = this.source
    this.source = null
    this.names = []
    if (source) {
      source.onopen = source.onmessage = source.onerror = null
      source.close()
    }
    this.flow(false)
  }

  private listen(source: Source): void {
    this.source = source
    source.onopen = () => this.flow(true)
    source.onmessage = ({ data }: { data: string }) => {
      try {
        this.take(JSON.parse(data) as FromServer)
      } catch {
        this.fail()
      }
    }
    source.onerror = () => {
      if (source.readyState === 2) this.fail()
      else this.flow(false) // it comes back by itself, and names what it has
    }
    source.addEventListener('close', ({ data }) => {
      if (this.source !== source) return
      const { code } = JSON.parse(data) as { code: number }
      if (code < 4500) return
      this.fail()
      this.ended(code)
    })
  }

  private fail(): void {
    this.rest = Date.now() + streamTimes.again
    this.stop()
  }

  private flow(flows: boolean): void {
    if (flows === this.flows) return
    this.flows = flows
    this.changed()
  }
}
