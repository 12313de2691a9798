import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { usePaged } from './paged'
import { Problem } from './problem'

it('begins by itself, goes on where it was, and keeps what it has when the next page fails', async () => {
  const pages: Record<string, { rows: number[]; next?: string }> = { '': { rows: [1, 2], next: 'b' }, b: { rows: [3] } }
  const fetch = vi.fn((after?: string) => (after === 'c' ? Promise.reject(new Problem({ code: 'offline' })) : Promise.resolve(pages[after ?? '']!)))
  const { rows, next, problem, busy, load } = usePaged(fetch)
  expect([rows.value, busy.value]).toEqual([null, true])
  await flushPromises()
  expect([rows.value, next.value, busy.value]).toEqual([[1, 2], 'b', false])
  await load(next.value)
  expect([rows.value, next.value]).toEqual([[1, 2, 3], undefined])
  await load('c')
  expect([rows.value, problem.value?.code]).toEqual([[1, 2, 3], 'offline'])
  await load()
  expect([rows.value, problem.value]).toEqual([[1, 2], null])
})
