import { expect, it } from 'vitest'
import type { CaseRow } from '@/features/words'
import { sortCases, turnsIn } from './rows'

it('names everybody who has to act, the reader first', () => {
  expect(turnsIn({ turn: 'enterprise' }, 'consumer')).toEqual(['enterprise'])
  expect(turnsIn({ turn: 'enterprise', also: ['consumer'] }, 'consumer')).toEqual(['consumer', 'enterprise'])
  expect(turnsIn({ turn: 'bureau', also: ['consumer', 'enterprise'] }, 'enterprise')[0]).toBe('enterprise')
})

it('puts first what waits for the reader, too, while it waits for others', () => {
  const row = (id: string, more: Partial<CaseRow>) => ({ case: id, phase: 'agreed', last_at: '2026-11-22T00:00:00Z', ...more }) as CaseRow
  const rows = [row('theirs', { turn: 'enterprise', due: '2026-11-23T16:00:00Z' }), row('both', { turn: 'enterprise', also: ['consumer'], due: '2026-11-25T16:00:00Z' })]
  expect(sortCases(rows).map((one) => one.case)).toEqual(['both', 'theirs'])
})
