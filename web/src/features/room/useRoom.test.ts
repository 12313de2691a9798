import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { tellBack } from '@/lib/back'
import { Problem } from '@/lib/problem'
import type { ChannelReader } from '@/live'
import type { CaseView } from '@/features/words'
import { useRoom } from './useRoom'

const http = vi.hoisted(() => ({ get: vi.fn() }))
const live = vi.hoisted(() => ({ reader: null as (ChannelReader & { since: string | null }) | null }))
vi.mock('@/api', () => ({ api: { GET: http.get }, data: (call: Promise<unknown>) => call }))
vi.mock('@/live', async (original) => ({
  ...(await original<object>()),
  useChannel: (_: string, reader: NonNullable<typeof live.reader>) => ((live.reader = reader), () => undefined),
}))

const event = (seq: number) => ({ type: 'message_posted', seq, at: '2026-11-22T01:00:00Z', by: { side: 'consumer', id: 'c' }, content: { text: String(seq) } })
let last = 0
let asked: { before: number; limit: number }[] = []
let readByOthers = 0
let broken = ''

beforeEach(() => {
  asked = []
  broken = ''
  readByOthers = 0
  http.get.mockImplementation((path: string, { params }: { params: { query?: { before: number; limit: number } } }) => {
    if (broken && path.includes(broken)) return Promise.reject(new Problem({ code: 'offline' }))
    if (path === '/api/cases/{id}') {
      return Promise.resolve({
        case: { id: 'k', phase: 'negotiating', offers: [], deadlines: [], talk: [], files: {} }, clocks: [], participants: { c: {} }, may: [],
        positions: { 'k/room': `${last}.00000000` }, now: '2026-11-22T01:00:00Z', read_by_others: readByOthers,
      } as unknown as CaseView)
    }
    const { before, limit } = params.query!
    asked.push({ before, limit })
    const first = Math.max(1, before - limit)
    return Promise.resolve({ events: Array.from({ length: Math.min(before - 1, last) - first + 1 }, (_, i) => event(first + i)), more: first > 1 })
  })
})
let scope: EffectScope
afterEach(() => scope.stop())

function setup(length: number) {
  last = length
  scope = effectScope()
  return scope.run(() => useRoom('k', 'consumer'))!
}
const numbers = (room: ReturnType<typeof useRoom>) => room.events.value.map(({ seq }) => seq)
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

it('shows the newest page first, and older ones on demand', async () => {
  const room = setup(250)
  await room.load()
  expect(asked).toEqual([{ before: 251, limit: 100 }])
  expect(numbers(room)).toEqual(upTo(151, 250))
  expect([room.ready.value, room.hasOlder.value]).toEqual([true, true])
  await room.older()
  await room.older()
  expect(numbers(room)).toEqual(upTo(1, 250))
  expect(room.hasOlder.value).toBe(false)
  await room.older()
  expect(asked).toHaveLength(3)
})

it('has no gap when something is said while the page is on its way', async () => {
  const room = setup(150)
  const loading = room.load()
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  live.reader!.events([event(151)] as never)
  last = 152 // said, but not delivered yet: it comes by the channel
  await loading
  expect(numbers(room)).toEqual(upTo(51, 151))
  live.reader!.events([event(152)] as never)
  expect(numbers(room)).toEqual(upTo(51, 152))
})

it('tells that older ones did not come, and tries again when the network is back', async () => {
  const room = setup(150)
  await room.load()
  broken = 'events'
  await room.older()
  expect(room.olderState.value).toBe('failed')
  expect(numbers(room)).toEqual(upTo(51, 150))
  broken = ''
  tellBack()
  await flushPromises()
  expect(room.olderState.value).toBe('idle')
  expect(numbers(room)).toEqual(upTo(1, 150))
})

it('fetches the whole log for what is drawn from all of it', async () => {
  const room = setup(1200)
  room.whole()
  await room.load()
  await flushPromises()
  await vi.waitFor(() => expect(room.hasOlder.value).toBe(false))
  expect(asked.map(({ limit }) => limit)).toEqual([100, 500, 500, 500])
  expect(numbers(room)).toEqual(upTo(1, 1200))
})

it('begins afresh with another log, whatever is still on its way', async () => {
  const room = setup(250)
  await room.load()
  const older = room.older()
  last = 120
  await live.reader!.refetch()
  await older
  await flushPromises()
  expect(numbers(room)).toEqual(upTo(21, 120))
})

it('says how far the other party has read, by the snapshot and by the socket', async () => {
  readByOthers = 7
  const room = setup(9)
  await room.load()
  expect(room.othersRead.value).toBe(7)
  live.reader!.reads!({ side: 'bureau', id: 'o' }, 9)
  live.reader!.reads!({ side: 'consumer', id: 'c' }, 9)
  expect(room.othersRead.value).toBe(7)
  live.reader!.reads!({ side: 'enterprise', id: 'a' }, 8)
  expect(room.othersRead.value).toBe(8)
})
