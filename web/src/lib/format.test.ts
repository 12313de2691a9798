import { afterEach, describe, expect, it, vi } from 'vitest'
import { setLocale } from '@/i18n'
import { ago, calendarDaysLeft, due, dueDay, isoDay, money, since, workingDaysLeft, workingTime } from './format'
import { parseMoney } from './money'

const now = '2026-11-23T02:00:00Z'
afterEach(() => setLocale('zh'))

describe('money', () => {
  it('is written by currency', () => {
    expect(money({ currency: 'CNY', minor: 15000 })).toBe('¥150.00')
    expect(money({ currency: 'CNY', minor: 123456789 })).toBe('¥1,234,567.89')
    expect(money({ currency: 'JPY', minor: 150 })).toBe('¥150')
  })
  it.each([
    ['150', 15000],
    ['150.5', 15050],
    ['¥1,234.56', 123456],
    ['１５０。００', 15000],
    ['150 元', 15000],
    ['0.01', 1],
    ['￥1，234，567.8元', 123456780],
  ])('reads %s', (text, minor) => {
    expect(parseMoney(text, 'CNY')).toEqual({ money: { currency: 'CNY', minor } })
  })
  it.each([
    ['abc', 'money.invalid'],
    ['-5', 'money.invalid'],
    ['15,50', 'money.invalid'],
    ['1,5', 'money.invalid'],
    ['1,234,5', 'money.invalid'],
    ['3元5', 'money.invalid'],
    ['五十', 'money.invalid'],
    ['1e9', 'money.invalid'],
    ['999,999,999,999,999,999,999', 'money.tooBig'],
    ['1.234', 'money.decimals'],
    ['0', 'money.tooSmall'],
    ['10000000.01', 'money.tooBig'],
  ])('says what is wrong with %s', (text, error) => {
    expect(parseMoney(text, 'CNY').error).toBe(error)
  })
  it('takes empty text as no amount', () => {
    expect(parseMoney(' ', 'CNY')).toEqual({ money: null })
  })
})

describe('deadlines', () => {
  it('shows midnight as 24:00 of the day before', async () => {
    expect(due('2026-11-25T16:00:00Z', now)).toBe('11月25日（周三）24:00')
    expect(dueDay('2026-11-25T16:00:00Z', now)).toBe('11月25日（周三）')
    expect(due('2026-11-25T06:30:00Z', now)).toBe('11月25日（周三）14:30')
    expect(due('2027-01-04T16:00:00Z', now)).toBe('2027年1月4日（周一）24:00')
    await setLocale('en')
    expect(due('2026-11-25T16:00:00Z', now)).toBe('Wed 25 Nov, 24:00')
  })
  it('counts what is left', () => {
    expect(workingDaysLeft(2)).toBe('还有 2 个工作日')
    expect(workingDaysLeft(0)).toBe('今天是最后一天')
    expect(workingDaysLeft(-1)).toBe('已超期 1 个工作日')
    expect(calendarDaysLeft(3)).toBe('还有 3 天')
  })
})

it('tells durations in working time', () => {
  expect(workingTime(86_400 + 3 * 3600)).toBe('1 个工作日 3 小时')
  expect(workingTime(40 * 60)).toBe('40 分钟')
  expect(workingTime(20)).toBe('不到 1 分钟')
})

it('tells how long it lasts', async () => {
  const all = () => ['2026-11-23T01:59:50Z', '2026-11-23T01:24:00Z', '2026-11-22T23:00:00Z', '2026-11-17T02:00:00Z', '2026-11-12T02:00:00Z'].map((when) => since(when, now))
  expect(all()).toEqual(['刚刚', '已36分钟', '已3小时', '已6天', '11月12日（周四）起'])
  await setLocale('en')
  expect(all()).toEqual(['just now', 'for 36 minutes', 'for 3 hours', 'for 6 days', 'since Thu 12 Nov'])
  expect(since('2026-11-23T01:24:00Z', now, 'short')).toBe('for 36 mins')
  await setLocale('zh')
})

it('tells how long ago', () => {
  expect(ago('2026-11-23T01:59:50Z', now)).toBe('刚刚')
  expect(ago('2026-11-23T01:57:00Z', now)).toBe('3分钟前')
  expect(ago('2026-11-22T01:00:00Z', now)).toBe('昨天')
  expect(ago('2026-11-24T02:00:00Z', now)).toBe('刚刚') // by a clock that is a day slow
})

it('gives the day in Shanghai as the server does, however a browser writes dates', () => {
  const written = vi.spyOn(Intl.DateTimeFormat.prototype as { format: unknown }, 'format', 'get').mockReturnValue(() => '11/24/2026') // en-CA, in WebKit
  expect([isoDay('2026-11-23T15:59:59Z'), isoDay('2026-11-23T16:00:00Z'), isoDay('2026-03-04T00:00:00Z')]).toEqual(['2026-11-23', '2026-11-24', '2026-03-04'])
  written.mockRestore()
})
