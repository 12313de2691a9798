/*
 * The one connection of a tab.
 *
 * A channel is a log: its events arrive in order, each once, without a gap.
 * After a break the client asks from its last position; where the server cannot
 * continue from there (`recovered: false`) or a gap shows, the reader fetches
 * its snapshot again and follows from that position.
 *
 * Where sockets fail twice while HTTP works, the same events come by a stream
 * (stream.ts) or are polled, and commands go by POST, until a socket holds again.
 */
import { asProblem, type ProblemBody } from '@/lib/problem'
import { closeCodes } from './codes.gen'
import {
  seqOf,
  type By,
  type ChannelFrame,
  type Command,
  type Feed,
  type FeedChange,
  type FeedPage,
  type FromServer,
  type LiveEvent,
  type Person,
  type ToServer,
} from './frames'
import { Outbox, type Pending, type Store } from './outbox'
import { Stream, type StreamPorts } from './stream'

export type ConnectionState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  | { kind: 'online' }
  /** `nextTry` is null while a try is running. */
  | { kind: 'reconnecting'; since: number; nextTry: number | null }
  /** Sockets are blocked; `streaming` when the page's channels come at once all the same. */
  | { kind: 'polling'; since: number; streaming?: boolean }
  | { kind: 'offline'; since: number }
  | { kind: 'ended'; code: string }

export interface ChannelReader {
  /** New events, in order. */
  events: (events: LiveEvent[]) => void
  /** Fetches the snapshot again; answers its position in this channel. */
  refetch: () => Promise<string | null>
  reads?: (by: By, seq: number) => void
  /** The right to read is gone, or was refused. */
  ended?: (code: string) => void
}

export interface FeedReader<Row = unknown> {
  page: (page: FeedPage<Row>) => void
  change: (change: FeedChange<Row>) => void
  ended?: (code: string) => void
}

export interface Missed {
  messages: number
  offers: number
}

export interface Socket {
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  send: (data: string) => void
  close: () => void
}

/** The world, so that tests can play it. */
export interface Ports {
  socket: () => Socket
  http: {
    events: (channel: string, since: string | null) => Promise<Omit<ChannelFrame, 'channel'> & { more?: boolean }>
    command: (caseId: string, id: string, command: Command) => Promise<Record<string, string>>
    feed: (feed: Feed) => Promise<Omit<FeedPage, 'feed'>>
    /** Resolves when HTTP works and the session holds. */
    probe: () => Promise<void>
  }
  stream: StreamPorts
  store: Store | null
  random: () => number
  online: () => boolean
  /** Whether an event, missed during a break, is to be told, and as what. */
  missed: (event: LiveEvent) => keyof Missed | null
  onState: (state: ConnectionState) => void
  onPending: (pending: readonly Pending[]) => void
  onMissed: (channel: string, missed: Missed) => void
  onPresence: (caseId: string, people: Person[]) => void
}

export const times = {
  open: 10_000,
  silence: 40_000,
  stable: 60_000,
  steady: 5_000,
  backoffMax: 30_000,
  poll: 3_000,
  /** Rounds of polling after which a channel that a stream tells is polled all the same. */
  pollStreamed: 10,
  ack: 20_000,
}

interface Channel {
  reader: ChannelReader
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
type Timer = ReturnType<typeof setTimeout>

export class Connection {
  readonly outbox: Outbox
  private readonly stream: Stream
  private readonly channels = new Map<string, Channel>()
  private readonly feeds = new Map<Feed, FeedReader>()
  private readonly readMarks = new Map<string, number>()
  private readonly composingIn = new Set<string>()
  private readonly inFlight = new Map<string, Timer | null>()
  private readonly retries = new Map<string, number>()

  private state: ConnectionState = { kind: 'idle' }
  private socket: Socket | null = null
  private isOpen = false
  private openedAt = 0
  private heardAt = 0
  private brokenAt = 0
  private attempt = 0
  private shortLived = 0
  private pollRound = 0
  private pollRun = 0
  private timers: Partial<Record<'open' | 'silence' | 'stable' | 'retry' | 'poll', Timer>> = {}

  constructor(private readonly ports: Ports) {
    this.outbox = new Outbox(ports.store, ports.onPending)
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

  /** Ends the connection; with `forget`, nothing unsent stays on this device. */
  stop(forget = false): void {
    this.drop()
    this.stopPolling()
    this.clear('retry')
    this.forgetInFlight()
    if (forget) {
      this.outbox.clear()
      for (const name of [...this.channels.keys()]) this.forget(name)
      this.feeds.clear()
      this.readMarks.clear()
    }
    this.set({ kind: 'idle' })
  }

  /** The network is back, or somebody looks at the page again: do not wait. */
  wake(): void {
    if (this.isOpen) {
      if (Date.now() - this.heardAt > times.silence) this.lost()
      else return
    }
    if (this.state.kind === 'idle' || this.state.kind === 'ended' || this.socket) return
    this.connect()
  }

  /** The page is looked at, or not any more. */
  shown(): void {
    if (this.state.kind === 'polling') this.watch()
  }

  /** The network is known to be gone. */
  sleep(): void {
    if (this.state.kind === 'idle' || this.state.kind === 'ended' || this.isOpen) return
    this.waitingState()
  }

  // Reading

  subscribe(name: string, since: string | null, reader: ChannelReader): () => void {
    const channel: Channel = { reader, position: since, seq: seqOf(since), joined: false, away: false, refetching: false, tries: 0 }
    this.channels.set(name, channel)
    this.join(name, channel)
    this.pollSoon()
    this.outbox.settle(this.reached)
    return () => {
      if (this.channels.get(name) !== channel) return
      this.forget(name)
      this.transmit({ unsubscribe: { channel: name } })
    }
  }

  follow<Row>(feed: Feed, reader: FeedReader<Row>): () => void {
    this.feeds.set(feed, reader as FeedReader)
    this.transmit({ subscribe: { feed } })
    this.pollSoon()
    return () => {
      if (this.feeds.get(feed) !== reader) return
      this.feeds.delete(feed)
      this.transmit({ unsubscribe: { feed } })
    }
  }

  /** Asks for a feed's first page again. */
  refresh(feed: Feed): void {
    if (this.feeds.has(feed)) this.transmit({ subscribe: { feed } })
  }

  // Writing

  send(caseId: string, command: Command, id: string = crypto.randomUUID()): { id: string; done: Promise<unknown> } {
    const done = this.outbox.add(caseId, command, id)
    done.catch(() => undefined)
    this.flush()
    return { id, done }
  }

  retry(id: string): void {
    this.retries.delete(id)
    this.outbox.retry(id)
    this.flush()
  }

  read(channel: string, seq: number): void {
    if (seq <= (this.readMarks.get(channel) ?? 0)) return
    this.readMarks.set(channel, seq)
    this.transmit({ read: { channel, seq } })
  }

  /** Somebody writes for the room; all in it may see that. */
  composing(caseId: string, on: boolean): void {
    if (on === this.composingIn.has(caseId)) return
    if (on) this.composingIn.add(caseId)
    else this.composingIn.delete(caseId)
    this.transmit({ composing: { case: caseId, on, room: true } })
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
    let said = false
    for (const [name, channel] of this.channels) said = this.join(name, channel) || said
    for (const feed of this.feeds.keys()) said = this.transmit({ subscribe: { feed } }) || said
    for (const [channel, seq] of this.readMarks) this.transmit({ read: { channel, seq } })
    for (const caseId of this.composingIn) this.transmit({ composing: { case: caseId, on: true, room: true } })
    if (!said) this.transmit({ pong: true })
    this.forgetInFlight()
    this.flush()
  }

  /** The connection is gone, or counts as gone. */
  private lost(): void {
    const held = this.isOpen && Date.now() - this.openedAt >= times.steady
    this.shortLived = held ? 0 : this.shortLived + 1
    this.drop()
    if (!this.brokenAt || this.state.kind === 'online') this.brokenAt = Date.now()
    if (this.state.kind !== 'polling') {
      this.forgetInFlight()
      this.markAway()
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
    else if (frame.ack) this.taken(frame.ack, frame.positions ?? {})
    else if (frame.error) this.refused(frame.error, { code: frame.code ?? 'internal', params: frame.params, field: frame.field })
    else if (frame.error === null && frame.about) this.gone(frame.about, frame.code ?? 'internal')
    else if (frame.ended) this.gone(frame.ended, frame.ended.code)
    else if (frame.presence) this.ports.onPresence(frame.presence.case, frame.presence.people)
    else if (frame.reads) this.channels.get(frame.reads.channel)?.reader.reads?.(frame.reads.by, frame.reads.seq)
    else if (frame.channel) this.arrived(frame as ChannelFrame)
    else if (frame.feed && frame.rows) this.feeds.get(frame.feed)?.page(frame as FeedPage)
    else if (frame.feed && frame.case) this.feeds.get(frame.feed)?.change(frame as FeedChange)
  }

  // Channels

  private join(name: string, channel: Channel): boolean {
    if (channel.refetching) return false
    const since = channel.position
    return this.transmit({ subscribe: since ? { channel: name, since } : { channel: name } })
  }

  private arrived(frame: ChannelFrame): void {
    const channel = this.channels.get(frame.channel)
    if (!channel || channel.refetching) return
    const events = frame.events ?? []
    const fresh = events.filter((event) => event.seq > channel.seq).sort((one, other) => one.seq - other.seq)
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
    this.outbox.settle(this.reached)
  }

  private refetch(name: string, channel: Channel): void {
    channel.refetching = true
    this.transmit({ unsubscribe: { channel: name } })
    const wait = channel.tries === 0 ? 0 : Math.min(times.backoffMax, 500 * 2 ** channel.tries)
    channel.tries++
    const run = async () => {
      let position: string | null
      try {
        position = await channel.reader.refetch()
      } catch (thrown) {
        if (this.channels.get(name) !== channel) return
        const problem = asProblem(thrown)
        if (!problem.temporary) return this.gone({ channel: name }, problem.code)
        channel.refetching = false
        return this.refetch(name, channel)
      }
      if (this.channels.get(name) !== channel) return
      channel.position = position
      channel.seq = seqOf(position)
      channel.refetching = false
      channel.away = false
      this.outbox.settle(this.reached)
      this.join(name, channel)
    }
    if (wait === 0) void run()
    else channel.timer = setTimeout(run, wait)
  }

  private markAway(): void {
    for (const channel of this.channels.values()) channel.away = channel.joined
  }

  private tellMissed(name: string, events: LiveEvent[]): void {
    const missed: Missed = { messages: 0, offers: 0 }
    for (const event of events) {
      const kind = this.ports.missed(event)
      if (kind) missed[kind]++
    }
    if (missed.messages + missed.offers > 0) this.ports.onMissed(name, missed)
  }

  private readonly reached = (name: string): number | undefined => this.channels.get(name)?.seq

  private forget(name: string): void {
    clearTimeout(this.channels.get(name)?.timer)
    this.channels.delete(name)
    this.readMarks.delete(name)
  }

  /** A subscription was refused or its right is gone. Where the server was only busy, it is asked again. */
  private gone({ channel, feed }: { channel?: string; feed?: Feed }, code: string): void {
    const busy = code === 'unavailable' || code === 'rate_limited'
    if (channel) {
      const entry = this.channels.get(channel)
      if (!entry) return
      if (busy) {
        entry.timer = setTimeout(() => this.join(channel, entry), 2000 + this.ports.random() * 3000)
        return
      }
      this.forget(channel)
      entry.reader.ended?.(code)
    }
    if (feed) {
      const reader = this.feeds.get(feed)
      if (!reader) return
      if (busy) {
        setTimeout(() => this.refresh(feed), 2000 + this.ports.random() * 3000)
        return
      }
      this.feeds.delete(feed)
      reader.ended?.(code)
    }
  }

  // Commands

  private flush(): void {
    for (const item of this.outbox.sending) {
      if (this.inFlight.has(item.id)) continue
      if (this.isOpen) this.flyBySocket(item)
      // One after the other, so that they arrive in the order they were said.
      else if (this.state.kind === 'polling' && this.inFlight.size === 0) void this.flyByHttp(item)
    }
  }

  private flyBySocket({ id, case: caseId, do: command }: Pending): void {
    // Not answered in time: say it again; the id makes that harmless.
    const again = setTimeout(() => {
      this.inFlight.delete(id)
      this.flush()
    }, times.ack)
    this.inFlight.set(id, again)
    this.transmit({ id, case: caseId, do: command })
  }

  private async flyByHttp({ id, case: caseId, do: command }: Pending): Promise<void> {
    this.inFlight.set(id, null)
    try {
      this.taken(id, await this.ports.http.command(caseId, id, command))
    } catch (thrown) {
      const { code, params, field } = asProblem(thrown)
      // Not known whether it arrived: the next round says it again under the same id.
      if (code === 'offline' || code === 'timeout') return this.landed(id)
      this.refused(id, { code, params, field })
    }
    this.flush()
  }

  private taken(id: string, positions: Record<string, string>): void {
    this.landed(id)
    if (!this.outbox.has(id)) return
    this.outbox.taken(id, positions)
    this.outbox.settle(this.reached)
    // The event should come by itself; if it does not, ask for it.
    for (const [name, position] of Object.entries(positions)) {
      const behind = () => (this.reached(name) ?? Infinity) < seqOf(position)
      if (behind()) setTimeout(() => behind() && this.join(name, this.channels.get(name)!), times.steady)
    }
  }

  private refused(id: string, problem: ProblemBody): void {
    this.landed(id)
    const tries = this.retries.get(id) ?? 0
    if (problem.code === 'unavailable' && tries < 3) {
      this.retries.set(id, tries + 1)
      const again = setTimeout(
        () => {
          this.inFlight.delete(id)
          this.flush()
        },
        500 * 2 ** tries * (1 + this.ports.random()),
      )
      this.inFlight.set(id, again)
      return
    }
    this.retries.delete(id)
    this.outbox.refused(id, problem)
  }

  private landed(id: string): void {
    clearTimeout(this.inFlight.get(id) ?? undefined)
    this.inFlight.delete(id)
  }

  private forgetInFlight(): void {
    for (const timer of this.inFlight.values()) clearTimeout(timer ?? undefined)
    this.inFlight.clear()
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
    this.flush()
    const run = ++this.pollRun
    const live = () => run === this.pollRun && this.state.kind === 'polling'
    this.watch()
    const streamedToo = this.pollRound % times.pollStreamed === 0
    try {
      for (const [name, channel] of [...this.channels]) {
        if (!channel.refetching && (streamedToo || !this.stream.tells(name))) await this.pollChannel(name, channel, live)
        if (!live()) return
      }
      if (this.pollRound++ % 2 === 0) {
        for (const feed of [...this.feeds.keys()]) {
          const page = await this.ports.http.feed(feed)
          if (!live()) return
          this.feeds.get(feed)?.page({ ...page, feed })
        }
      }
    } catch (thrown) {
      if (!live()) return
      const { code } = asProblem(thrown)
      if (code === 'sign_in_required') return this.end('signed_out')
      if (code === 'offline') {
        // HTTP is gone too; the running back-off goes on and probes again.
        this.markAway()
        this.waitingState()
        return
      }
    }
    if (live()) this.timers.poll = setTimeout(() => void this.poll(), times.poll)
  }

  private async pollChannel(name: string, channel: Channel, live: () => boolean): Promise<void> {
    try {
      let more = true
      while (more && live() && this.channels.get(name) === channel && !channel.refetching) {
        const page = await this.ports.http.events(name, channel.position)
        if (!live() || this.channels.get(name) !== channel) return
        this.arrived({ ...page, channel: name })
        more = page.more === true && page.events.length > 0
      }
    } catch (thrown) {
      const { code } = asProblem(thrown)
      if (code !== 'not_found' && code !== 'not_allowed') throw thrown
      if (live()) this.gone({ channel: name }, code)
    }
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
    this.stream.follow([...this.channels].filter(([, { refetching }]) => !refetching).map(([name, { position }]) => ({ name, position })))
  }

  private streamChanged(): void {
    if (this.state.kind !== 'polling') return
    const streaming = [...this.channels.keys()].some((name) => this.stream.tells(name))
    this.set({ ...this.state, streaming })
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
