/*
 * Money, dates and durations in the reader's language. Business time is
 * Shanghai time whatever the device says. All functions read the current
 * language, so a template that calls them follows a change of language.
 */
import { locale, translate, type Locale } from '@/i18n'

export interface Money {
  currency: string
  /** Whole minor units: fen, cents. */
  minor: number
}

const zone = 'Asia/Shanghai'
const tag: Record<Locale, string> = { zh: 'zh-CN', en: 'en-GB' }
const cache = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>()

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale.value}${JSON.stringify(options)}`
  let format = cache.get(key) as Intl.DateTimeFormat | undefined
  if (!format) cache.set(key, (format = new Intl.DateTimeFormat(tag[locale.value], { timeZone: zone, ...options })))
  return format
}

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale.value}${JSON.stringify(options)}`
  let format = cache.get(key) as Intl.NumberFormat | undefined
  if (!format) cache.set(key, (format = new Intl.NumberFormat(tag[locale.value], options)))
  return format
}

/** Text of a common key; its keys are fixed in i18n/messages.zh.ts. */
const say = (key: string, params?: Record<string, unknown>) => translate(undefined, key, params) ?? key

/** Decimal places of a currency: 2 for CNY, 0 for JPY. */
export function decimals(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}

/** ¥150.00 */
export function money({ currency, minor }: Money): string {
  const options = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const
  return numbers(options).format(minor / 10 ** decimals(currency))
}

/** The symbol of a currency: ¥ */
export function currencySymbol(currency: string): string {
  const parts = numbers({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).formatToParts(0)
  return parts.find((part) => part.type === 'currency')?.value ?? currency
}

export type MoneyError = 'money.invalid' | 'money.decimals' | 'money.noDecimals' | 'money.tooSmall' | 'money.tooBig'

/** Typed text to minor units. Accepts full-width digits, thousands separators, a currency sign and 元. Null for empty text. */
export function parseMoney(
  text: string,
  currency: string,
  limits: { min?: number; max?: number } = {},
): { money: Money | null; error?: MoneyError } {
  const plain = text
    .normalize('NFKC')
    .replace(/[\s,，¥$€£]|元/g, '')
    .replace(/[。．]/g, '.')
  if (plain === '') return { money: null }
  const found = /^(\d{1,13})(?:\.(\d*))?$/.exec(plain)
  if (!found) return { money: null, error: 'money.invalid' }
  const places = decimals(currency)
  const fraction = found[2] ?? ''
  if (fraction.length > places) return { money: null, error: places === 0 ? 'money.noDecimals' : 'money.decimals' }
  const minor = Number(found[1]) * 10 ** places + Number(fraction.padEnd(places, '0') || 0)
  if (minor < (limits.min ?? 1)) return { money: null, error: 'money.tooSmall' }
  if (minor > (limits.max ?? 1_000_000_000)) return { money: null, error: 'money.tooBig' }
  return { money: { currency, minor } }
}

/** 63.4 % as the language writes it; from a share between 0 and 1. */
export function percent(share: number, places = 0): string {
  return numbers({ style: 'percent', minimumFractionDigits: places, maximumFractionDigits: places }).format(share)
}

export function integer(value: number): string {
  return numbers({ maximumFractionDigits: 0 }).format(value)
}

type When = string | number | Date

/** 11月25日（周三）, with the year when it is not this year. */
export function day(when: When, now: When = Date.now()): string {
  const date = new Date(when)
  const year = dates({ year: 'numeric' })
  const withYear = year.format(date) !== year.format(new Date(now))
  if (locale.value === 'en') {
    return dates({ weekday: 'short', day: 'numeric', month: 'short', ...(withYear && { year: 'numeric' }) }).format(date)
  }
  const plain = dates({ month: 'long', day: 'numeric', ...(withYear && { year: 'numeric' }) }).format(date)
  return `${plain}（${dates({ weekday: 'short' }).format(date)}）`
}

/** 14:30 */
export function clock(when: When): string {
  return dates({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(when))
}

/** 11月25日（周三）14:30 */
export function dateTime(when: When, now?: When): string {
  return `${day(when, now)}${locale.value === 'en' ? ', ' : ''}${clock(when)}`
}

/** 2026-11-25, for files and narrow columns. */
export function isoDay(when: When): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(when))
}

/**
 * A deadline. Instants are exclusive: 00:00 of the next day is shown as 24:00
 * of the day before, because that is the day somebody still has.
 */
export function due(when: When, now?: When): string {
  const date = new Date(when)
  if (clock(date) !== '00:00') return dateTime(date, now)
  return say('time.at24', { day: day(date.getTime() - 1, now) })
}

/** Only the day of a deadline: 11月25日（周三） */
export function dueDay(when: When, now?: When): string {
  return day(new Date(when).getTime() - 1, now)
}

/** 还有 2 个工作日; the count comes from the server, which knows the calendar. */
export function workingDaysLeft(n: number): string {
  if (n < 0) return say('time.overdueWorkingDays', { n: -n })
  return n === 0 ? say('time.lastDay') : say('time.workingDaysLeft', { n })
}

/** What is left until an instant, in the largest unit that still says something. */
export function left(when: When, now: When = Date.now()): string {
  const ms = new Date(when).getTime() - new Date(now).getTime()
  if (ms <= 0) return say('time.passed')
  if (ms >= 48 * 3_600_000) return say('time.daysLeft', { n: Math.floor(ms / 86_400_000) })
  if (ms >= 3_600_000) return say('time.hoursLeft', { n: Math.floor(ms / 3_600_000) })
  return say('time.minutesLeft', { n: Math.max(1, Math.floor(ms / 60_000)) })
}

/** 3 分钟前, 昨天; from a week on, the day. Short where there is little room: 36 min. ago. */
export function ago(when: When, now: When = Date.now(), style: Intl.RelativeTimeFormatStyle = 'long'): string {
  const seconds = (new Date(when).getTime() - new Date(now).getTime()) / 1000
  const past = Math.abs(seconds)
  if (past < 45) return say('time.justNow')
  const format = new Intl.RelativeTimeFormat(tag[locale.value], { numeric: 'auto', style })
  if (past < 3600) return format.format(Math.round(seconds / 60), 'minute')
  if (past < 86_400) return format.format(Math.round(seconds / 3600), 'hour')
  return past < 7 * 86_400 ? format.format(Math.round(seconds / 86_400), 'day') : day(when, now)
}

/** Working time in seconds (whole working days count 24 hours): 1 个工作日 3 小时 */
export function workingTime(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor((seconds % 86_400) / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const parts: string[] = []
  if (days) parts.push(say('time.workingDays', { n: days }))
  if (hours) parts.push(say('time.hours', { n: hours }))
  if (!days && minutes) parts.push(say('time.minutes', { n: minutes }))
  const [a, b] = parts
  if (!a) return say('time.lessThanMinute')
  return b ? say('time.join', { a, b }) : a
}

/** 您和商家; A, B, and C */
export const listed = (names: readonly string[]): string => new Intl.ListFormat(tag[locale.value]).format(names)

/** 2.4 MB */
export function bytes(size: number): string {
  const unit = size < 1_000_000 ? 'kilobyte' : 'megabyte'
  const value = unit === 'kilobyte' ? Math.max(1, Math.round(size / 1000)) : size / 1_000_000
  return numbers({ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(value)
}
