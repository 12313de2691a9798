import { expect, it } from 'vitest'
import { setLocale } from '@/i18n'
import type { CalendarDay } from '@/features/words'
import { auditDetail, auditWhat } from '@/features/words/audit'
import { auditKinds, auditQuery, noAuditFilter } from './audit'
import { duration, limitValue, ruleValue, type Limits, type Rules } from './limits'
import { faultText, monthsOf, readNotice, sumOf } from './months'

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
  expect(readNotice('{"year": 2027, "days": []}')).toMatchObject({ year: 2027 })
})

it('says what is wrong with a notice on which day, and the mend', async () => {
  expect(faultText({ field: 'days[3].isOffDay', params: { reason: 'no_weekend_day', date: '2027-01-04' } })).toBe(
    'days[3].isOffDay：2027-01-04 不是周末，不能调休上班。请把 isOffDay 改为 true，或删除这一天。',
  )
  expect(faultText({ field: undefined, params: { reason: 'not_a_year' } })).toContain('请检查括号')
  expect(faultText({ field: 'year', params: { reason: 'out_of_range', year: 1999, min: 2000, max: 2999 } })).toContain('1999 不在 2000 至 2999 年')
  expect(faultText({ field: 'x', params: { reason: 'new to this client' } })).toContain('内容有误')
  await setLocale('en')
  expect(faultText({ field: 'days[1].date', params: { reason: 'another_year', date: '2028-01-01', year: 2027 } })).toBe(
    'days[1].date: 2028-01-01 lies neither in 2027 nor in the December before. Correct the date, or move it to its own year’s notice.',
  )
  await setLocale('zh')
})

it('asks the audit only for what was filled in', () => {
  expect(auditQuery(noAuditFilter)).toEqual({})
  expect(auditQuery({ what: 'details_opened', actor: ' liu ', case: '', from: '2026-11-01', to: ' ' })).toEqual({ what: 'details_opened', actor: 'liu', from: '2026-11-01' })
  expect(auditKinds.map((kind) => auditWhat(kind)).filter((words) => /^[a-z_]+$/.test(words))).toEqual([])
  expect(['handling', 'contact', 'verification', 'enforcement'].map(auditDetail)).toEqual(['办理本案', '联系消费者', '核实身份', '核查违法线索'])
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
