/* How many days there are to a deadline, for rows of lists. Working days are counted on the calendar; the deadline itself is the server's. */
import { isoDay } from '@/lib/format'
import type { CalendarDay } from '@/features/words'

/** Working days after today and before a due instant, 0 on the last day; negative after it. Undefined beyond the days at hand. */
export function workingDaysTo(due: string, now: number, days: readonly CalendarDay[]): number | undefined {
  const [today, last] = [isoDay(now), isoDay(Date.parse(due) - 1)]
  if (last === today) return 0
  const works = ({ kind }: CalendarDay) => kind === 'working' || kind === 'makeup'
  if (last < today) {
    const past = days.filter(({ date }) => date > last && date <= today)
    return past[0] && isoDay(Date.parse(due)) === past[0].date ? -past.filter(works).length : undefined
  }
  const ahead = days.filter(({ date }) => date > today && date <= last)
  return ahead.at(-1)?.date === last ? ahead.filter(works).length : undefined
}

export const calendarDaysTo = (due: string, now: number): number => Math.round((Date.parse(isoDay(Date.parse(due) - 1)) - Date.parse(isoDay(now))) / 86_400_000)
