import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { usePaged } from './paged'
import { Problem } from './problem'

it('begins by itself, goes on where it was, and keeps what it has when the next page fails', async () => {
  const pages: Record<string, { rows: number[]; next?: string }> = { '': { rows: [1, 2], next: 'b' }, b: { rows: [3] } }
  let away = false
  const fetch = vi.fn((after?: string) => (away ? Promise.reject(new Problem({ code: 'offline' })) : Promise.resolve(pages[after ?? '']!)))
  const { rows, next, problem, busy, load, more } = usePaged(fetch)
  expect([rows.value, busy.value]).toEqual([null, true])
  await flushPromises()
  expect([rows.value, next.value, busy.value]).toEqual([[1, 2], 'b', false])
  away = true
  await more()
  expect([rows.value, next.value, problem.value?.code]).toEqual([[1, 2], 'b', 'offline'])
  away = false
  await more()
  expect([rows.value, next.value, problem.value]).toEqual([[1, 2, 3], undefined, null])
  away = true
  await load()
  expect([rows.value, problem.value?.code]).toEqual([[1, 2, 3], 'offline'])
  away = false
  await more() // what failed was to begin anew
  expect([rows.value, problem.value]).toEqual([[1, 2], null])
})
