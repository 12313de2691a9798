/*
 * Money, dates and durations in the reader's language. Business time is
 * Shanghai time whatever the device says. All functions read the current
 * language, so a template that calls them follows a change of language.
 */
import { locale, useI18n, type Locale } from '@/i18n'
import messages from './messages'

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

/** A format for numbers in the reader's language, kept. */
export function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale.value}${JSON.stringify(options)}`
  let format = cache.get(key) as Intl.NumberFormat | undefined
  if (!format) cache.set(key, (format = new Intl.NumberFormat(tag[locale.value], options)))
  return format
}

const { t: say } = useI18n(messages)

/** Decimal places of a currency: 2 for CNY, 0 for JPY. */
export function decimals(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}

/** ¥150.00 */
export function money({ currency, minor }: Money): string {
  const options = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const
  return numbers(options).format(minor / 10 ** decimals(currency))
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

const days = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })

/** 2026-11-25, for files, narrow columns and comparing: from its parts, since no language writes it so in every browser. */
export function isoDay(when: When): string {
  const part = Object.fromEntries(days.formatToParts(new Date(when)).map(({ type, value }) => [type, value]))
  return `${part.year}-${part.month}-${part.day}`
}

/** 2026-11 as 2026年11月, Nov 2026. */
export function monthName(month: string): string {
  return dates({ year: 'numeric', month: locale.value === 'en' ? 'short' : 'long' }).format(new Date(`${month}-15T00:00:00Z`))
}

/**
 * A deadline. Instants are exclusive: 00:00 of the next day is shown as 24:00
 * of the day before, because that is the day somebody still has.
 */
export function due(when: When, now?: When): string {
  const date = new Date(when)
  if (clock(date) !== '00:00') return dateTime(date, now)
  return say('at24', { day: day(date.getTime() - 1, now) })
}

/** Only the day of a deadline: 11月25日（周三） */
export function dueDay(when: When, now?: When): string {
  return day(new Date(when).getTime() - 1, now)
}

/** What stands behind a date that crosses a year whose holidays are not announced: （暂按法定节假日推算） */
export function estimated(yes: boolean | undefined): string {
  return yes ? say('estimated') : ''
}

/** 还有 2 个工作日; the count comes from the server, which knows the calendar. */
export function workingDaysLeft(n: number): string {
  if (n < 0) return say('overdueWorkingDays', { n: -n })
  return n === 0 ? say('lastDay') : say('workingDaysLeft', { n })
}

/** 还有 3 天 */
export const calendarDaysLeft = (n: number): string => say('daysLeft', { n })

/** 3 分钟前, 昨天; from a week on, the day. What has been is never to come, by whatever clock. */
export function ago(when: When, now: When = Date.now()): string {
  const past = (new Date(now).getTime() - new Date(when).getTime()) / 1000
  if (past < 45) return say('justNow')
  const format = new Intl.RelativeTimeFormat(tag[locale.value], { numeric: 'auto' })
  if (past < 3600) return format.format(-Math.round(past / 60), 'minute')
  if (past < 86_400) return format.format(-Math.round(past / 3600), 'hour')
  return past < 7 * 86_400 ? format.format(-Math.round(past / 86_400), 'day') : day(when, now)
}

/** 已6天, for 6 days; from a week on, the day: since Fri 13 Nov. Short where there is little room: for 36 min. */
export function since(when: When, now: When = Date.now(), unitDisplay: 'long' | 'short' = 'long'): string {
  const seconds = (new Date(now).getTime() - new Date(when).getTime()) / 1000
  if (seconds < 45) return say('justNow')
  if (seconds >= 7 * 86_400) return say('sinceDay', { day: day(when, now) })
  const [size, unit] = seconds < 3600 ? [60, 'minute'] : seconds < 86_400 ? [3600, 'hour'] : [86_400, 'day']
  return say('lasting', { time: numbers({ style: 'unit', unit, unitDisplay }).format(Math.round(seconds / size)) })
}

/** Working time in seconds (whole working days count 24 hours): 1 个工作日 3 小时 */
export function workingTime(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor((seconds % 86_400) / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const parts: string[] = []
  if (days) parts.push(say('workingDays', { n: days }))
  if (hours) parts.push(say('hours', { n: hours }))
  if (!days && minutes) parts.push(say('minutes', { n: minutes }))
  const [a, b] = parts
  if (!a) return say('lessThanMinute')
  return b ? say('join', { a, b }) : a
}

/** 您和商家; A, B, and C */
export const listed = (names: readonly string[]): string => new Intl.ListFormat(tag[locale.value]).format(names)

/** 2.4 MB */
export function bytes(size: number): string {
  const unit = size < 1_000_000 ? 'kilobyte' : 'megabyte'
  const value = unit === 'kilobyte' ? Math.ceil(size / 1000) : size / 1_000_000
  return numbers({ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(value)
}
