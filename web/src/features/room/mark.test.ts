import { mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { setLocale } from '@/i18n'
import type { CalendarDay, CaseRow } from '@/features/words'
import EstimatedMark from './EstimatedMark.vue'

const now = Date.parse('2026-12-30T10:00:00+08:00')
const days = ['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-04', '2027-01-05'].map((date) => ({ date, kind: 'working', provisional: date > '2027' }) as CalendarDay)
const mark = (row: Partial<CaseRow>) => mount(EstimatedMark, { props: { row: { phase: 'negotiating', ...row } as CaseRow, now, days } })

afterEach(() => setLocale('zh'))

it('stands beside a date that crosses a year without its notice, and says so in words to whoever cannot see or hovers', async () => {
  const there = mark({ due: '2027-01-06T00:00:00+08:00' })
  expect(there.text()).toContain('暂')
  expect(there.find('.sr-only').text()).toBe('（暂按法定节假日推算）')
  expect(there.attributes('title')).toBe('（暂按法定节假日推算）')
  await setLocale('en')
  expect(mark({ due: '2027-01-06T00:00:00+08:00' }).text()).toContain('est.')
})

it.each<[string, Partial<CaseRow>]>([
  ['a date within the announced year', { due: '2027-01-01T00:00:00+08:00' }],
  ['a date that is over', { due: '2026-12-29T00:00:00+08:00' }],
  ['a case that is closed', { due: '2027-01-06T00:00:00+08:00', phase: 'closed' }],
  ['a row without a clock', {}],
])('does not stand beside %s', (_, row) => expect(mark(row).text()).toBe(''))
