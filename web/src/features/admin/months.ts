/* A year as twelve months of weeks, Monday first, and the notice that it comes from. Pure. */
import { translate } from '@/i18n'
import type { CalendarDay } from '@/features/words'
import type { Problem } from '@/lib/problem'
import messages from './messages'


interface Month {
  month: number
  /** Six or fewer weeks of seven; null before the first and after the last day. */
  weeks: (CalendarDay | null)[][]
}

export function monthsOf(days: readonly CalendarDay[]): Month[] {
  const byMonth = new Map<number, CalendarDay[]>()
  for (const day of days) {
    const month = Number(day.date.slice(5, 7))
    byMonth.set(month, [...(byMonth.get(month) ?? []), day])
  }
  return [...byMonth].map(([month, list]) => {
    const weekday = (new Date(`${list[0]!.date}T00:00:00Z`).getUTCDay() + 6) % 7
    const cells: (CalendarDay | null)[] = [...Array<null>(weekday).fill(null), ...list]
    while (cells.length % 7) cells.push(null)
    return { month, weeks: Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(i * 7, i * 7 + 7)) }
  })
}

interface YearSum {
  working: number
  makeup: number
  holiday: number
}
export function sumOf(days: readonly CalendarDay[]): YearSum {
  const count = (...kinds: string[]) => days.filter(({ kind }) => kinds.includes(kind)).length
  return { working: count('working', 'makeup'), makeup: count('makeup'), holiday: count('holiday') }
}

/** Text of a file as the notice of a year; what is wrong with it before it is sent. */
export function readNotice(text: string): { year: number; body: Record<string, unknown> } | 'json' | 'year' {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return 'json'
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'json'
  const { year } = body as { year?: unknown }
  if (typeof year !== 'number' || !Number.isInteger(year) || year < 2020 || year > 2100) return 'year'
  return { year, body: body as Record<string, unknown> }
}

/** What is wrong with a notice, on which day or in which year, and the mend: "days[3].date：…". */
export function faultText({ field, params }: Pick<Problem, 'field' | 'params'>): string {
  const plain = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])) // a year has no thousands
  const words = translate(messages, `import.fault.${plain.reason}`, plain) ?? translate(messages, 'import.fault.other')!
  return field ? translate(messages, 'import.bad.field', { field, words })! : words
}
