/*
 * The one connection of a tab: the socket's life, and polling where sockets are
 * blocked. What goes over it is the business of its parts.
 *
 *   channels.ts   logs that are followed        feeds.ts   lists that are followed
 *   commands.ts   what this reader does         marks.ts   what others are told of them
 *
 * Where sockets fail twice while HTTP works, the same events come by a stream
 * (stream.ts) or are polled, commands and marks go by HTTP, until a socket holds
 * again.
 */
import { asProblem } from '@/lib/problem'
import { Channels } from './channels'
import { closeCodes } from './codes.gen'
import { Commands } from './commands'
import { Feeds } from './feeds'
import type { ChannelFrame, Command, Feed, FeedChange, FeedPage, FromServer, ToServer } from './frames'
import { Marks } from './marks'
import { Outbox } from './outbox'
import { times, type ChannelReader, type ConnectionState, type FeedReader, type Line, type Ports, type Socket, type Timer } from './ports'
import { Stream } from './stream'

export class Connection {
  readonly outbox: Outbox
  private readonly stream: Stream
  private readonly channels: Channels
  private readonly feeds: Feeds
  private readonly commands: Commands
  private readonly marks: Marks

  private state: ConnectionState = { kind: 'idle' }
  private socket: Socket | null = null
  private isOpen = false
  /** What the connection was when the browser said that the network is gone, and nothing has been heard since. */
  private doubted: ConnectionState | null = null
  private openedAt = 0
  private heardAt = 0
  private brokenAt = 0
  private attempt = 0
  private shortLived = 0
  private pollRound = 0
  private pollRun = 0
  private timers: Partial<Record<'open' | 'silence' | 'stable' | 'retry' | 'poll', Timer>> = {}

  constructor(private readonly ports: Ports) {
    const line: Line = {
      ports,
      transmit: (frame) => this.transmit(frame),
      isOpen: () => this.isOpen && !this.doubted,
      isPolling: () => this.state.kind === 'polling',
    }
    this.outbox = new Outbox(ports.store, ports.onPending)
    this.marks = new Marks(line)
    this.channels = new Channels(line, () => this.outbox.settle(this.channels.reached), (name) => this.marks.forget(name))
    this.feeds = new Feeds(line)
    this.commands = new Commands(line, this.outbox, this.channels)
    this.stream = new Stream(
      ports.stream,
      (frame) => this.take(frame),
      () => this.streamChanged(),
      (code) => this.end(closeName(code)),
    )
  }

  start(account: string): void {
    if (this.state.kind !== 'idle' && this.state.kind !== 'ended') return
    this.outbox.open(account)
    this.attempt = this.shortLived = this.brokenAt = 0
    this.set({ kind: 'connecting' })
    this.connect()
  }

  /** Ends the connection. With `forget`, nothing unsent stays on this device; else it waits for the same account. */
  stop(forget: boolean): void {
    this.drop()
    this.stopPolling()
    this.clear('retry')
    this.commands.forgetInFlight()
    if (forget) this.outbox.clear()
    else this.outbox.close()
    this.channels.clear()
    this.feeds.clear()
    this.marks.clear()
    this.set({ kind: 'idle' })
  }

  /** The network is back, or somebody looks at the page again: do not wait. */
  wake(): void {
    if (this.isOpen) {
      if (this.doubted || Date.now() - this.heardAt > times.silence) this.lost()
      else return
    }
    if (this.state.kind === 'idle' || this.state.kind === 'ended' || this.socket) return
    this.connect()
  }

  /** The page is looked at, or not any more. */
  shown(): void {
    if (this.state.kind === 'polling') this.watch()
  }

  /** The browser says that the network is gone. An open socket may not know it for long: nothing new goes out by it until it says something. */
  sleep(): void {
    if (this.state.kind === 'idle' || this.state.kind === 'ended') return
    if (!this.isOpen) return this.waitingState()
    this.doubted ??= this.state
    this.set({ kind: 'offline', since: Date.now() })
  }

  /** The socket speaks: the browser was wrong. */
  private believe(): void {
    const before = this.doubted
    if (!before) return
    this.doubted = null
    this.set(before)
    this.commands.flush()
  }

  subscribe(name: string, since: string | null, reader: ChannelReader): () => void {
    const leave = this.channels.subscribe(name, since, reader)
    this.pollSoon()
    this.outbox.settle(this.channels.reached)
    return leave
  }

  follow<Row>(feed: Feed, reader: FeedReader<Row>): () => void {
    const leave = this.feeds.follow(feed, reader)
    this.pollSoon()
    return leave
  }

  /** Asks for a feed's first page again. */
  refresh(feed: Feed): void {
    this.feeds.refresh(feed)
  }

  send(caseId: string, command: Command, id: string = crypto.randomUUID()): { id: string; done: Promise<unknown> } {
    const done = this.outbox.add(caseId, command, id)
    done.catch(() => undefined)
    this.commands.flush()
    return { id, done }
  }

  retry(id: string): void {
    this.commands.retry(id)
  }

  read(channel: string, seq: number): void {
    this.marks.read(channel, seq)
  }

  /** Somebody writes for the room; all in it may see that. */
  composing(caseId: string, on: boolean): void {
    this.marks.composing(caseId, on)
  }

  // The socket's life

  private connect(): void {
    this.clear('retry')
    this.drop()
    if (this.state.kind === 'reconnecting' || this.state.kind === 'offline') this.waitingState()
    let socket: Socket
    try {
      socket = this.ports.socket()
    } catch {
      return this.lost()
    }
    this.socket = socket
    this.timers.open = setTimeout(() => this.lost(), times.open)
    socket.onopen = () => this.opened()
    socket.onmessage = ({ data }: { data: unknown }) => this.heard(data)
    socket.onclose = ({ code }: { code: number }) => {
      if (code >= 4500 && code < 5000) this.end(closeName(code))
      else this.lost()
    }
  }

  private opened(): void {
    this.clear('open')
    this.stopPolling()
    this.isOpen = true
    this.openedAt = this.heardAt = Date.now()
    this.watchSilence()
    this.timers.stable = setTimeout(() => (this.attempt = 0), times.stable)
    this.set({ kind: 'online' })

    // The server wants a first frame soon; a pong will do when there is nothing to say.
    const joined = this.channels.joinAll()
    const followed = this.feeds.joinAll()
    this.marks.tellAll()
    if (!joined && !followed) this.transmit({ pong: true })
    this.commands.forgetInFlight()
    this.commands.flush()
  }

  /** The connection is gone, or counts as gone. */
  private lost(): void {
    const held = this.isOpen && Date.now() - this.openedAt >= times.steady
    this.shortLived = held ? 0 : this.shortLived + 1
    this.drop()
    if (!this.brokenAt || this.state.kind === 'online') this.brokenAt = Date.now()
    if (this.state.kind !== 'polling') {
      this.commands.forgetInFlight()
      this.channels.markAway()
    }

    // Full jitter: clients that lost the same server do not come back together.
    const ceiling = Math.min(times.backoffMax, 1000 * 2 ** this.attempt++)
    const delay = Math.max(200, Math.round(this.ports.random() * ceiling))
    this.timers.retry = setTimeout(() => this.connect(), delay)
    if (this.state.kind !== 'polling') this.waitingState(Date.now() + delay)
    if (this.shortLived >= 2 && this.state.kind !== 'polling') this.probe()
  }

  private drop(): void {
    const socket = this.socket
    this.socket = null
    this.isOpen = false
    this.doubted = null
    this.clear('open')
    this.clear('silence')
    this.clear('stable')
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  private end(code: string): void {
    this.drop()
    this.stopPolling()
    this.clear('retry')
    this.set({ kind: 'ended', code })
  }

  private waitingState(nextTry: number | null = null): void {
    const since = this.brokenAt || (this.brokenAt = Date.now())
    if (!this.ports.online()) this.set({ kind: 'offline', since })
    else this.set({ kind: 'reconnecting', since, nextTry })
  }

  private watchSilence(): void {
    this.clear('silence')
    this.timers.silence = setTimeout(() => this.lost(), times.silence)
  }

  private heard(data: unknown): void {
    this.heardAt = Date.now()
    this.watchSilence()
    this.believe()
    let frame: FromServer
    try {
      frame = JSON.parse(String(data)) as FromServer
    } catch {
      return this.lost()
    }
    this.take(frame)
  }

  private take(frame: FromServer): void {
    if (frame.ping) this.transmit({ pong: true })
    else if (frame.ack) this.commands.taken(frame.ack, frame.positions ?? {})
    else if (frame.error) this.commands.refused(frame.error, { code: frame.code ?? 'internal', params: frame.params, field: frame.field })
    else if (frame.error === null && frame.about) this.gone(frame.about, frame.code ?? 'internal')
    else if (frame.ended) this.gone(frame.ended, frame.ended.code)
    else if (frame.presence) this.ports.onPresence(frame.presence.case, frame.presence.people)
    else if (frame.reads) this.channels.told(frame.reads.channel, frame.reads.by, frame.reads.seq)
    else if (frame.late !== undefined) this.told(frame.late)
    else if (frame.channel) this.channels.arrived(frame as ChannelFrame)
    else if (frame.feed && frame.rows) this.feeds.page(frame as FeedPage)
    else if (frame.feed && frame.people) this.feeds.people(frame.feed, frame.people)
    else if (frame.feed && frame.case) this.feeds.change(frame as FeedChange)
  }

  private told(late: boolean): void {
    if (this.state.kind === 'online' || this.state.kind === 'polling') this.set({ ...this.state, late })
  }

  private gone({ channel, feed }: { channel?: string; feed?: Feed }, code: string): void {
    if (channel) this.channels.gone(channel, code)
    if (feed) this.feeds.gone(feed, code)
  }

  // Without sockets

  private probe(): void {
    this.ports.http.probe().then(
      () => {
        if (this.state.kind !== 'reconnecting' && this.state.kind !== 'offline') return
        this.set({ kind: 'polling', since: this.brokenAt })
        this.pollRound = 0
        void this.poll()
      },
      (thrown) => {
        if (asProblem(thrown).code === 'sign_in_required') this.end('signed_out')
      },
    )
  }

  private async poll(): Promise<void> {
    this.clear('poll')
    this.commands.flush()
    const run = ++this.pollRun
    const live = () => run === this.pollRun && this.state.kind === 'polling'
    const { events, feed, read } = this.ports.http
    this.watch()
    const all = this.pollRound % times.pollStreamed === 0
    try {
      await this.channels.poll(events, live, (name) => all || !this.stream.tells(name))
      if (live() && this.pollRound++ % 2 === 0) await this.feeds.poll(feed, live)
      if (live()) await this.marks.poll(read)
    } catch (thrown) {
      if (!live()) return
      const { code } = asProblem(thrown)
      if (code === 'sign_in_required') return this.end('signed_out')
      if (code === 'offline') {
        // HTTP is gone too; the running back-off goes on and probes again.
        this.channels.markAway()
        this.waitingState()
        return
      }
    }
    if (live()) this.timers.poll = setTimeout(() => void this.poll(), times.poll)
  }

  /** Something new is wanted: do not wait for the next round. */
  private pollSoon(): void {
    if (this.state.kind !== 'polling') return
    this.clear('poll')
    this.pollRound = 0
    this.timers.poll = setTimeout(() => void this.poll(), 0)
  }

  private stopPolling(): void {
    this.pollRun++
    this.clear('poll')
    this.stream.stop()
  }

  private watch(): void {
    this.stream.follow(this.channels.positions())
  }

  private streamChanged(): void {
    if (this.state.kind !== 'polling') return
    const streaming = this.channels.positions().some(({ name }) => this.stream.tells(name))
    this.set({ ...this.state, streaming, late: false }) // a new stream says it again
  }

  // Small things

  private transmit(frame: ToServer): boolean {
    if (!this.isOpen || !this.socket) return false
    try {
      this.socket.send(JSON.stringify(frame))
      return true
    } catch {
      return false
    }
  }

  private set(state: ConnectionState): void {
    if (state.kind === 'online') this.brokenAt = 0
    this.state = state
    this.ports.onState(state)
  }

  private clear(name: keyof Connection['timers']): void {
    clearTimeout(this.timers[name])
    delete this.timers[name]
  }
}

function closeName(code: number): string {
  return (closeCodes as Record<number, { name: string }>)[code]?.name ?? String(code)
}
