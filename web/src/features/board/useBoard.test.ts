import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import type { CaseRow } from '@/features/words'
import { noFilters } from './columns'
import { useBoard } from './useBoard'

interface Hooks {
  page: () => void
  change: (id: string, row: CaseRow | null) => void
}
interface Asked {
  path: string
  column: string
  answer: (body: unknown) => void
}
const world = vi.hoisted(() => ({ hooks: {} as Hooks, asked: [] as Asked[] }))

vi.mock('@/live', () => ({
  useFeed: (_: string, hooks: Hooks) => {
    world.hooks = hooks
    return { ended: { value: null } }
  },
}))
vi.mock('@/api', () => ({
  api: {
    GET: (path: string, { params }: { params: { query: { column?: string } } }) =>
      new Promise((answer) => world.asked.push({ path, column: params.query.column ?? '', answer })),
  },
  data: (answer: Promise<unknown>) => answer,
}))

const row = (id: string, version: number, change: Partial<CaseRow> = {}) =>
  ({ case: id, version, column: 'new', due: '2026-11-30T16:00:00Z', region: '430602', amount: { currency: 'CNY', minor: 100 }, ...change }) as CaseRow

/** Answers what was asked so far: these rows are new, the other columns are empty. */
async function answer(...rows: CaseRow[]) {
  for (const { path, column, answer } of world.asked.splice(0)) {
    if (path === '/api/board') answer({ rows: column === 'new' ? rows : [] })
    else answer({ columns: {}, horizon: '2026-11-25T00:00:00Z', as_of: '2026-11-22T00:00:00Z' })
  }
  await flushPromises()
}
const open = () => effectScope().run(() => useBoard(shallowRef(noFilters)))!
const cases = (board: ReturnType<typeof open>) => board.columns.value.new.rows.map((one) => one.case)

describe('the live board', () => {
  beforeEach(() => void world.asked.splice(0))

  it('reads its columns once the feed runs, so that nothing changes unseen between them', async () => {
    const board = open()
    expect(world.asked).toEqual([])
    world.hooks.page()
    await answer(row('a', 1))
    expect(cases(board)).toEqual(['a'])
    expect(board.news.value).toBe(0)
  })

  it('keeps what changed while a page was on its way', async () => {
    const board = open()
    world.hooks.page()
    world.hooks.change('b', row('b', 3))
    world.hooks.change('a', null)
    await answer(row('a', 1)) // as it was before both
    expect(cases(board)).toEqual(['b'])
    expect(board.news.value).toBe(1)
  })

  it('reads them again after a break', async () => {
    const board = open()
    world.hooks.page()
    await answer(row('a', 1))
    world.hooks.page()
    await answer(row('a', 2), row('b', 1))
    expect(cases(board)).toEqual(['a', 'b'])
  })
})
