import { expect, it } from 'vitest'
import { openings } from './readers'

type Row = Parameters<typeof openings>[0][number]
const row = (id: number, at: string, more: Partial<Row> = {}) => ({ id, at: `2026-11-23T${at}:00Z`, actor: 'peng', what: 'case_file_opened', role: 'officer', ...more }) as Row

it('counts what one person opened again soon in one line', () => {
  const list = openings([row(5, '03:14'), row(4, '03:13'), row(3, '03:12'), row(2, '02:30'), row(1, '02:29', { actor: 'tan' })])
  expect(list.map(({ row, times, since }) => [row.id, times, since.slice(11, 16)])).toEqual([[5, 3, '03:12'], [2, 1, '02:30'], [1, 1, '02:29']])
})

it('keeps apart what was opened, and what for', () => {
  expect(openings([row(3, '03:14', { what: 'details_opened', why: 'complaint' }), row(2, '03:13'), row(1, '03:12', { what: 'original_downloaded' })])).toHaveLength(3)
})
