/* Days of the calendar: dates ahead, for terms that are not agreed yet, and those of a clock one by one. Neither is needed for a room's first paint. */
import { isoDay } from '@/lib/format'
import type { CalendarDay, StripDay, Unit } from '@/features/words'

const dayAfter = (date: string, n = 1) => new Date(Date.parse(date) + n * 86_400_000).toISOString().slice(0, 10)

/** Due instant (exclusive) of a period that starts on `from`'s day; undefined beyond the days at hand. */
export function dueAfter(days: readonly CalendarDay[], from: number | string, n: number, unit: Unit): string | undefined {
  const kinds = new Map(days.map(({ date, kind }) => [date, kind]))
  let date = isoDay(from)
  if (unit === 'working') {
    for (let counted = 0; counted < n; ) {
      date = dayAfter(date)
      const kind = kinds.get(date)
      if (!kind) return undefined
      if (kind === 'working' || kind === 'makeup') counted++
    }
  } else {
    date = dayAfter(date, n)
    while (kinds.get(date) === 'holiday') date = dayAfter(date)
    if (!kinds.has(date)) return undefined
  }
  return `${dayAfter(date)}T00:00:00+08:00`
}

/** Whether a date that was reckoned by `days` crosses some whose year is not announced. */
export function isEstimated(days: readonly CalendarDay[], from: number | string, due: string): boolean {
  const [first, last] = [isoDay(from), isoDay(Date.parse(due) - 1)]
  return days.some(({ date, provisional }) => provisional && date >= first && date <= last)
}

export interface StripCell {
  date: string
  day: number
  kind: 'start' | 'working' | 'rest' | 'holiday' | 'makeup'
  counted: number
  due: boolean
  past: boolean
  today: boolean
  name?: string
}

/** The days of a clock as cells, with why each counts or not. */
export function stripCells(strip: readonly StripDay[], now: number): StripCell[] {
  const today = isoDay(now)
  return strip.map((day, index) => ({
    date: day.date,
    day: Number(day.date.slice(8)),
    kind: index === 0 ? 'start' : day.kind,
    counted: day.counted,
    due: index === strip.length - 1,
    past: day.date < today,
    today: day.date === today,
    name: day.name,
  }))
}
