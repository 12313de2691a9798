/*
 * Live data for components.
 *
 *   start(accountId) / stop(forget)    by the app, on sign-in and sign-out
 *   connection                         ref: what the connection is really doing
 *   useChannel('<case>/room', {…})     follows a log while the component lives
 *   useFeed('inbox')                   { rows, loaded, next, ended, refresh, append }
 *   send(caseId, command)              { id, done }; shown by pendingOf(caseId) until its event can be read
 *   retry(id), discard(id)             for a command that failed
 *   takeBack(id)                       for one that has not left this device
 *   missedIn(channel), seen(channel)   what others said during a break
 *   markRead, composing, presenceIn    read marks and who else is here
 *   unsure                             whether others may be here who are not told
 */
import { computed, getCurrentScope, onScopeDispose, shallowReactive, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { api, data, tellSignInRequired } from '@/api'
import { tellBack } from '@/lib/back'
import { Connection } from './connection'
import type { CaseRow, Colleague, Command, Feed, FeedRow, LiveEvent, Person } from './frames'
import type { Pending } from './outbox'
import type { ChannelReader, ConnectionState, Missed } from './ports'

export type { ChannelReader, ConnectionState, Missed } from './ports'
export type { By, CaseRow, Colleague, Command, Feed, LiveEvent, Person } from './frames'
export { seqOf } from './frames'
export type { Pending } from './outbox'

const state = shallowRef<ConnectionState>({ kind: 'idle' })
const pending = shallowRef<readonly Pending[]>([])
const missed = shallowReactive(new Map<string, Missed>())
const presence = shallowReactive(new Map<string, Person[]>())
let account = ''

/** Where the first page of each feed is read while sockets are blocked. */
const feedPaths = { inbox: '/api/inbox', board: '/api/board', me: '/api/cases' } as const

function pathOf(name: string) {
  const [caseId, channel] = name.split('/') as [string, 'room' | 'desk' | 'consumer']
  return { case: caseId, channel }
}

function storage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}

function kindOfMissed(event: LiveEvent): keyof Missed | null {
  if (event.by?.id === account) return null
  if (event.type === 'message_posted') return 'messages'
  return event.type === 'offer_made' ? 'offers' : null
}

const one = new Connection({
  socket: () => {
    const { protocol, host } = location
    return new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/live`, 'hejie.v1')
  },
  http: {
    events: async (name, since) => {
      const params = { path: pathOf(name), query: since ? { since } : {} }
      return data(api.GET('/api/channels/{case}/{channel}/events', { params }))
    },
    command: async (id, commandId, command) => {
      const body = { id: commandId, do: command }
      return (await data(api.POST('/api/cases/{id}/commands', { params: { path: { id } }, body }))).positions
    },
    feed: async (feed) => data(api.GET(feedPaths[feed], {})),
    read: async (name, seq) => {
      await data(api.PUT('/api/channels/{case}/{channel}/read', { params: { path: pathOf(name) }, body: { seq } }))
    },
    probe: async () => {
      await data(api.GET('/api/session', {}))
    },
  },
  stream: {
    open: typeof EventSource === 'undefined' ? null : (url) => new EventSource(url),
    visible: () => document.visibilityState === 'visible',
  },
  store: storage(),
  random: Math.random,
  online: () => navigator.onLine,
  missed: kindOfMissed,
  onState: (next) => {
    const { kind } = state.value
    state.value = next
    if (next.kind === 'polling' && !next.streaming) presence.clear()
    if (next.kind === 'ended' && next.code === 'signed_out') tellSignInRequired()
    if (next.kind === 'online' && (kind === 'reconnecting' || kind === 'offline')) tellBack()
  },
  onPending: (items) => (pending.value = items),
  onMissed: (channel, more) => {
    const had = missed.get(channel)
    missed.set(channel, { messages: more.messages + (had?.messages ?? 0), offers: more.offers + (had?.offers ?? 0) })
  },
  onPresence: (caseId, people) => presence.set(caseId, people),
})

const onOnline = () => one.wake()
const onOffline = () => one.sleep()
const onVisible = () => {
  one.shown()
  if (document.visibilityState === 'visible') one.wake()
}

/** Opens the connection for an account; nothing happens when it is open already. */
export function start(accountId: string): void {
  if (account === accountId) return
  if (account) stop(false)
  account = accountId
  window.addEventListener('online', onOnline)
  window.addEventListener('offline', onOffline)
  document.addEventListener('visibilitychange', onVisible)
  one.start(accountId)
}

/** Ends the connection. With `forget` (sign-out), what was not sent is removed from this device; else it waits for the same account. */
export function stop(forget: boolean): void {
  account = ''
  window.removeEventListener('online', onOnline)
  window.removeEventListener('offline', onOffline)
  document.removeEventListener('visibilitychange', onVisible)
  missed.clear()
  presence.clear()
  one.stop(forget)
}

/** What the connection is really doing. */
export const connection: Readonly<ShallowRef<ConnectionState>> = state

/** Whether others may be here of whom nothing is told: nobody is no news then. */
export const unsure = computed(() => {
  const now = state.value
  return now.kind === 'polling' ? !now.streaming || Boolean(now.late) : now.kind === 'online' && Boolean(now.late)
})

/** Tries at once instead of waiting for the next turn. */
export const tryNow = () => one.wake()

/** Follows a channel from a snapshot's position for as long as the component lives. */
export function useChannel(channel: string, reader: ChannelReader & { since: string | null }): () => void {
  const leave = one.subscribe(channel, reader.since, reader)
  if (getCurrentScope()) onScopeDispose(leave)
  return leave
}

interface LiveFeed<Row> {
  rows: Readonly<ShallowRef<readonly Row[]>>
  /** False until the first page is there: say "loading", never "empty". */
  loaded: Readonly<ShallowRef<boolean>>
  next: Readonly<ShallowRef<string | null>>
  /** Code of the reason when the right to read it is gone. */
  ended: Readonly<ShallowRef<string | null>>
  /** Cases that left the feed, by the version at which they did. */
  gone: ReadonlyMap<string, number>
  /** Of the inbox: who of the own desk is in a case's room. Nobody is told while sockets are blocked. */
  people: ReadonlyMap<string, readonly Colleague[]>
  refresh: () => void
  /** Adds an older page, fetched by HTTP with `next`. */
  append: (rows: readonly Row[], next: string | null) => void
}

/** For lists that keep rows of their own. */
interface FeedHooks<Row> {
  /** A first page came, also after a break: what changed before it is not told row by row. */
  page?: () => void
  /** A row changed, or left the feed. */
  change?: (id: string, row: Row | null) => void
}

/** Rows keep the order they came in; new ones go first. Lists sort them as they need. */
export function useFeed<Row extends FeedRow = CaseRow>(feed: Feed, hooks: FeedHooks<Row> = {}): LiveFeed<Row> {
  const rows = shallowRef<readonly Row[]>([])
  const loaded = shallowRef(false)
  const next = shallowRef<string | null>(null)
  const ended = shallowRef<string | null>(null)
  const removed = shallowReactive(new Map<string, number>())
  const people = shallowReactive(new Map<string, readonly Colleague[]>())

  /** The newest of what is known and what came: a page may be older than a row. */
  const newest = (row: Row): Row => {
    const known = rows.value.find((other) => other.case === row.case)
    return known && known.version > row.version ? known : row
  }
  const gone = (row: Row) => (removed.get(row.case) ?? -1) >= row.version

  const leave = one.follow<Row>(feed, {
    page: (page) => {
      rows.value = page.rows.filter((row) => !gone(row)).map(newest)
      next.value = page.next ?? null
      loaded.value = true
      people.clear()
      hooks.page?.()
    },
    change: ({ case: id, row, version }) => {
      const known = rows.value.find((other) => other.case === id)
      if (known ? known.version >= version : (removed.get(id) ?? -1) >= version) return
      if (!row) {
        removed.set(id, version)
        rows.value = rows.value.filter((other) => other.case !== id)
        hooks.change?.(id, null)
      } else {
        const fresh = { ...row, case: id, version }
        rows.value = known ? rows.value.map((other) => (other.case === id ? fresh : other)) : [fresh, ...rows.value]
        hooks.change?.(id, fresh)
      }
    },
    people: (changed) => {
      for (const [id, list] of Object.entries(changed)) {
        if (list.length) people.set(id, list)
        else people.delete(id)
      }
    },
    ended: (code) => (ended.value = code),
  })
  if (getCurrentScope()) onScopeDispose(leave)
  return {
    rows,
    loaded,
    next,
    ended,
    gone: removed,
    people,
    refresh: () => one.refresh(feed),
    append: (older, cursor) => {
      const known = new Set(rows.value.map((row) => row.case))
      rows.value = [...rows.value, ...older.filter((row) => !known.has(row.case) && !gone(row))]
      next.value = cursor
    },
  }
}

/** Sends a command. `done` resolves once it is taken and rejects with a problem when it is refused. */
export function send(caseId: string, command: Command): { id: string; done: Promise<unknown> } {
  return one.send(caseId, command)
}
export const retry = (id: string) => one.retry(id)
export const discard = (id: string) => one.outbox.discard(id)
/** Takes back a command that has not left this device; false where it may have arrived. */
export const takeBack = (id: string): boolean => one.outbox.takeBack(id)

/** Commands of a case that cannot be read in its log yet, oldest first. */
export function pendingOf(caseId: string): ComputedRef<readonly Pending[]> {
  return computed(() => pending.value.filter((item) => item.case === caseId))
}

export const missedIn = (channel: string) => computed(() => missed.get(channel) ?? null)
export const seen = (channel: string) => void missed.delete(channel)
export const presenceIn = (caseId: string) => computed(() => presence.get(caseId) ?? [])
export const markRead = (channel: string, seq: number) => one.read(channel, seq)
export const composing = (caseId: string, on: boolean) => one.composing(caseId, on)
