/* What the connection tells and needs: its states, those who read from it, and the world around it, so that tests can play it. */
import type { ProblemBody } from '@/lib/problem'
import type { By, ChannelFrame, Colleague, Command, Feed, FeedChange, FeedPage, LiveEvent, Person, ToServer } from './frames'
import type { Pending, Store } from './outbox'
import type { StreamPorts } from './stream'

export type ConnectionState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  /** `late`, here and below: what others write may come seconds late, and who is here is told in part only. */
  | { kind: 'online'; late?: boolean }
  /** `nextTry` is null while a try is running. */
  | { kind: 'reconnecting'; since: number; nextTry: number | null }
  /** Sockets are blocked; `streaming` when the page's channels come at once all the same. */
  | { kind: 'polling'; since: number; streaming?: boolean; late?: boolean }
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
  /** Who of the own desk is in these cases' rooms. */
  people?: (people: Record<string, Colleague[]>) => void
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

export type EventPage = Omit<ChannelFrame, 'channel'> & { more?: boolean }

export interface Ports {
  socket: () => Socket
  http: {
    events: (channel: string, since: string | null) => Promise<EventPage>
    command: (caseId: string, id: string, command: Command) => Promise<Record<string, string>>
    feed: (feed: Feed) => Promise<Omit<FeedPage, 'feed'>>
    read: (channel: string, seq: number) => Promise<void>
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

/** What the parts of the connection share: one way out, and how it stands. */
export interface Line {
  readonly ports: Ports
  /** False when nobody is there to hear it. */
  transmit: (frame: ToServer) => boolean
  isOpen: () => boolean
  isPolling: () => boolean
}

export type Timer = ReturnType<typeof setTimeout>

/** Milliseconds. */
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

/** Codes of a server that was only busy: what it refused is asked again. */
export const isBusy = (code: string): boolean => code === 'unavailable' || code === 'rate_limited'

/** A moment from now, not the same for all who were refused together. */
export const later = ({ random }: Ports): number => 2000 + random() * 3000

/** A failure that polling cannot go around: no network, or no session any more. */
export const isFatal = ({ code }: ProblemBody): boolean => code === 'offline' || code === 'timeout' || code === 'sign_in_required'
