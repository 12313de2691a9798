/* The connection of this tab, and what it tells, for components to see. */
import { shallowReactive, shallowRef, type ShallowRef } from 'vue'
import { api, data, tellSignInRequired } from '@/api'
import { tellBack } from '@/lib/back'
import { Connection } from './connection'
import type { LiveEvent, Person } from './frames'
import type { Pending } from './outbox'
import type { ConnectionState, Missed } from './ports'

const state = shallowRef<ConnectionState>({ kind: 'idle' })
/** What the connection is really doing. */
export const connection: Readonly<ShallowRef<ConnectionState>> = state
/** Commands that cannot be read in their log yet. */
export const pending = shallowRef<readonly Pending[]>([])
/** What others said during a break, by channel. */
export const missed = shallowReactive(new Map<string, Missed>())
/** Who is in which case's room. */
export const presence = shallowReactive(new Map<string, Person[]>())
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

export const one = new Connection({
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
