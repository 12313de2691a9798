import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef, type EffectScope } from 'vue'
import { startView } from './inbox'
import { useInbox } from './useInbox'

interface Hooks {
  page: () => void
  change: (id: string, row: null) => void
}
const world = vi.hoisted(() => ({ hooks: {} as Hooks, people: new Map<string, unknown[]>(), connection: { value: { kind: 'online' } }, asked: [] as string[], open: 0 }))

vi.mock('@/live', async () => {
  const { shallowRef } = await import('vue')
  world.connection = shallowRef({ kind: 'online' })
  return {
    connection: world.connection,
    unsure: shallowRef(false),
    useFeed: (_: string, hooks: Hooks) => {
      world.hooks = hooks
      return { rows: shallowRef([]), loaded: shallowRef(true), next: shallowRef(null), ended: shallowRef(null), gone: new Map(), people: world.people }
    },
  }
})
vi.mock('@/api', () => ({
  api: {
    GET: (path: string) => {
      world.asked.push(path)
      if (path !== '/api/inbox/summary') return Promise.resolve({ rows: [] })
      return world.open < 0 ? Promise.reject(new Error('not now')) : Promise.resolve({ open: world.open, mine: 1, nobody: 0, late: 0, turns: {}, phases: {}, ours: {} })
    },
  },
  data: (answer: Promise<unknown>) => answer,
}))

it('reads its page again when the feed begins to run only after it was asked for', async () => {
  const scope = effectScope()
  vi.useFakeTimers()
  world.asked.splice(0)
  const pages = () => world.asked.filter((path) => path === '/api/inbox').length
  scope.run(() => useInbox(shallowRef(startView), () => 'me'))
  await vi.advanceTimersByTimeAsync(0)
  expect(pages()).toBe(1)
  world.hooks.page() // what changed between the two would be told by nobody
  await flushPromises()
  expect(pages()).toBe(2)
  world.hooks.page() // and again after a break
  expect(pages()).toBe(3)
  scope.stop()
  vi.useRealTimers()
})

describe('the counts of the inbox', () => {
  let scope: EffectScope
  const open = () => scope.run(() => useInbox(shallowRef(startView), () => 'me'))!
  const summaries = () => world.asked.filter((path) => path === '/api/inbox/summary').length
  beforeEach(() => {
    vi.useFakeTimers()
    world.asked.splice(0)
    scope = effectScope()
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('come from the server, once for several changes in a row', async () => {
    const inbox = open()
    expect(inbox.counts.value).toBeNull()
    world.open = 120
    world.hooks.page()
    await flushPromises()
    expect(inbox.counts.value?.open).toBe(120) // more than a page has
    world.open = 118
    for (const id of ['a', 'b', 'c']) world.hooks.change(id, null)
    await vi.advanceTimersByTimeAsync(1000)
    expect(inbox.counts.value?.open).toBe(118)
    expect(summaries()).toBe(2)
  })

  it('stay when they cannot be read, and are asked for again', async () => {
    const inbox = open()
    world.open = 7
    world.hooks.page()
    await flushPromises()
    world.open = -1
    await vi.advanceTimersByTimeAsync(60_000)
    expect(inbox.counts.value?.open).toBe(7)
    world.open = 6
    await vi.advanceTimersByTimeAsync(60_000)
    expect(inbox.counts.value?.open).toBe(6)
    scope.stop()
    const before = summaries()
    await vi.advanceTimersByTimeAsync(180_000)
    expect(summaries()).toBe(before)
  })

  it('says who else is on a case, as long as that is told live', () => {
    const inbox = open()
    world.people.set('c1', [{ side: 'enterprise', id: 'me', name: '我' }, { side: 'enterprise', id: 'b', name: '小李', composing: true }])
    expect(inbox.people('c1').map(({ id }) => id)).toEqual(['b'])
    expect(inbox.people('c2')).toEqual([])
    world.connection.value = { kind: 'offline' }
    expect(inbox.people('c1')).toEqual([])
  })
})
