import { expect, it } from 'vitest'
import type { CalendarDay } from '@/features/words'
import { duration, limitValue, ruleValue, type Limits, type Rules } from './limits'
import { hintOf, monthsOf, readNotice, sumOf } from './months'

const days = Array.from({ length: 59 }, (_, i): CalendarDay => ({ date: new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10), kind: i === 3 ? 'makeup' : i < 3 ? 'holiday' : 'working' }))

it('lays a year out in months of weeks, Monday first', () => {
  const [january, february] = monthsOf(days)
  expect(january!.month).toBe(1)
  // 1 January 2026 was a Thursday.
  expect(january!.weeks[0]!.map((day) => day?.date.slice(8) ?? null)).toEqual([null, null, null, '01', '02', '03', '04'])
  expect(january!.weeks).toHaveLength(5)
  expect(february!.weeks.flat().filter(Boolean)).toHaveLength(28)
  expect(sumOf(days)).toEqual({ working: 56, makeup: 1, holiday: 3 })
})

it('reads a notice, or says what is wrong', () => {
  expect(readNotice('{')).toBe('json')
  expect(readNotice('[]')).toBe('json')
  expect(readNotice('{"year": "2027"}')).toBe('year')
  expect(readNotice('{"year": 1999}')).toBe('year')
  expect(['days[3].date', 'papers[0]', 'year', 'days', 'days[0].isOffDay', ''].map(hintOf)).toEqual(['date', 'papers', 'year', 'days', 'isOffDay', 'other'])
  expect(readNotice('{"year": 2027, "days": []}')).toMatchObject({ year: 2027 })
})

it('tells limits with their units', () => {
  expect(duration(900e9)).toBe('15 分钟')
  expect(duration(86_400e9)).toBe('1 天')
  expect(duration(5e9)).toBe('5 秒')
  const limits = { code_life: 600e9, file_bytes: 10 << 20, frame_bytes: 16384, file_pixels: 50e6, page_rows: 100 } as Limits
  expect((['code_life', 'frame_bytes', 'file_pixels', 'page_rows'] as const).map((key) => limitValue(limits, key))).toEqual(['10 分钟', '16 KiB', '50 百万像素', '100'])
  const rules = { mediation: 60, first_response: 2, enterprise_offers_bind: true, items_per_offer: 5 } as Rules
  expect((['mediation', 'first_response', 'enterprise_offers_bind', 'items_per_offer'] as const).map((key) => ruleValue(rules, key))).toEqual(['60 天', '2 个工作日', '是', '5'])
})
