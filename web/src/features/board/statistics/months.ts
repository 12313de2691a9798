/* Months of a report, as the server writes them: 2026-11. */
import { isoDay } from '@/lib/format'

export interface Period {
  from: string
  to: string
}

/** How many months back somebody may look; the server takes no longer period. */
const depth = 36

const monthOf = (index: number) => `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`

/** The months that can be chosen, the present one first. */
export function monthsTo(now: number): string[] {
  const [year, month] = isoDay(now).split('-').map(Number)
  return Array.from({ length: depth }, (_, back) => monthOf(year! * 12 + month! - 1 - back))
}

/** The period of an address, as far as it can be chosen; without one the last twelve months. */
export function periodOf(query: Readonly<Record<string, unknown>>, months: readonly string[]): Period {
  const chosen = (value: unknown, or: string) => months.find((month) => month === value) ?? or
  const to = chosen(query.to, months[0]!)
  const from = chosen(query.from, months[Math.min(months.indexOf(to) + 11, depth - 1)]!)
  return from > to ? { from: to, to: from } : { from, to }
}
