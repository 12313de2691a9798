import { vi } from 'vitest'
import { Problem } from '@/lib/problem'
import { Connection } from './connection'
import { seqOf, type Command, type LiveEvent, type ToServer } from './frames'
import type { Pending, Store } from './outbox'
import type { ConnectionState, Missed, Ports, Socket } from './ports'
import type { StreamPorts } from './stream'

/** The channel that tests speak of. */
export const room = 'c1/room'
export const position = (seq: number) => (seq ? `${seq}.${(seq * 7919).toString(16).padStart(8, '0')}` : '')

class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  open = false
  readonly sent: ToServer[] = []
  constructor(private readonly server: FakeServer) {}
  send(data: string) {
    const frame = JSON.parse(data) as ToServer
    this.sent.push(frame)
    this.server.hear(this, frame)
  }
  close() {
    this.open = false
    this.server.sockets.delete(this)
  }
  say(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) } as never)
  }
  cut(code = 1006) {
    this.close()
    this.onclose?.({ code } as never)
  }
}

/** A server with one log, idempotent commands, and switches for what may go wrong. */
class FakeServer {
  readonly log: LiveEvent[] = []
  readonly receipts = new Map<string, number>()
  readonly sockets = new Set<FakeSocket>()
  readonly following = new Set<FakeSocket>()
  all: FakeSocket[] = []
  socketsWork = true
  httpWorks = true
  /** Positions below this cannot be resumed. */
  keepsFrom = 0
  answers = true
  /** So many events are written but never delivered. */
  drops = 0

  publish(type = 'message_posted', by = 'other') {
    const event = { seq: this.log.length + 1, at: '', by: { side: 'consumer', id: by }, type } as LiveEvent
    this.log.push(event)
    if (this.drops > 0) {
      this.drops--
      return event
    }
    for (const socket of this.following) {
      if (socket.open) socket.say({ channel: room, events: [event], position: position(event.seq) })
    }
    return event
  }

  accept(id: string, command: Command): Record<string, string> {
    let seq = this.receipts.get(id)
    if (seq === undefined) {
      seq = this.publish(command.type === 'make_offer' ? 'offer_made' : 'message_posted', 'me').seq
      this.receipts.set(id, seq)
    }
    return { [room]: position(seq) }
  }

  since(from: string | undefined | null) {
    const seq = seqOf(from)
    if (seq < this.keepsFrom) return { events: [], position: position(this.log.length), recovered: false }
    return { events: this.log.slice(seq), position: position(this.log.length), recovered: true }
  }

  hear(socket: FakeSocket, frame: ToServer) {
    if ('subscribe' in frame && 'channel' in frame.subscribe) {
      this.following.add(socket)
      socket.say({ channel: room, ...this.since(frame.subscribe.since) })
    } else if ('unsubscribe' in frame) this.following.delete(socket)
    else if ('do' in frame && this.answers) socket.say({ ack: frame.id, positions: this.accept(frame.id, frame.do) })
  }

  connect(): FakeSocket {
    const socket = new FakeSocket(this)
    this.all.push(socket)
    this.sockets.add(socket)
    setTimeout(() => {
      if (!this.sockets.has(socket)) return
      if (!this.socketsWork) return socket.cut()
      socket.open = true
      socket.onopen?.({} as never)
    }, 20)
    return socket
  }

  get last() {
    return this.all.at(-1)!
  }
}

/** What a tab keeps over a reload. */
export class Memory implements Store {
  private readonly map = new Map<string, string>()
  get length() {
    return this.map.size
  }
  key = (index: number) => [...this.map.keys()][index] ?? null
  getItem = (key: string) => this.map.get(key) ?? null
  setItem = (key: string, value: string) => void this.map.set(key, value)
  removeItem = (key: string) => void this.map.delete(key)
}

/** A connection with fakes around it, and what came out of it. */
export function setup(options: { store?: Store; random?: () => number; stream?: StreamPorts['open'] } = {}) {
  const server = new FakeServer()
  const states: ConnectionState[] = []
  const seen: LiveEvent[] = []
  const missed: Missed[] = []
  const reads: [string, number][] = []
  let pending: readonly Pending[] = []
  let refetches = 0
  const store = options.store ?? new Memory()
  const checkHttp = async () => {
    await Promise.resolve()
    if (!server.httpWorks) throw new Problem({ code: 'offline' })
  }
  const ports: Ports = {
    socket: () => server.connect(),
    http: {
      events: async (_, since) => (await checkHttp(), server.since(since)),
      command: async (_, id, command) => (await checkHttp(), server.accept(id, command)),
      feed: async () => (await checkHttp(), { rows: [{ case: 'c1', version: 1 }] }),
      read: async (channel, seq) => (await checkHttp(), void reads.push([channel, seq])),
      probe: checkHttp,
    },
    stream: { open: options.stream ?? null, visible: () => true },
    store,
    random: options.random ?? (() => 0.5),
    online: () => true,
    missed: (event) => (event.by.id === 'me' ? null : event.type === 'offer_made' ? 'offers' : 'messages'),
    onState: (state) => states.push(state),
    onPending: (items) => (pending = items),
    onMissed: (_, more) => missed.push(more),
    onPresence: () => undefined,
  }
  const connection = new Connection(ports)
  const reader = {
    events: (events: LiveEvent[]) => void seen.push(...events),
    refetch: async () => {
      await checkHttp()
      refetches++
      seen.splice(0, seen.length, ...server.log)
      return position(server.log.length)
    },
    ended: vi.fn(),
  }
  return {
    server, connection, reader, seen, missed, store, states, reads,
    state: () => states.at(-1)!.kind,
    pending: () => pending,
    refetches: () => refetches,
    follow: () => connection.subscribe(room, null, reader),
    begin: async () => {
      connection.start('me')
      connection.subscribe(room, null, reader)
      await vi.advanceTimersByTimeAsync(50)
    },
  }
}

/** Lets so many milliseconds pass, by fake timers. */
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
