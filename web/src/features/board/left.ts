/* How long is left, in words, for a row of a list. Working days are counted on the calendar; the deadline itself is the server's. */
import { translate } from '@/i18n'
import { isoDay, workingDaysLeft } from '@/lib/format'
import type { CalendarDay, CaseRow } from '@/features/words'
import messages from './messages'

export type Urgency = 'none' | 'calm' | 'soon' | 'now' | 'over'

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)!

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

const calendarDays = (due: string, now: number) => Math.round((Date.parse(isoDay(Date.parse(due) - 1)) - Date.parse(isoDay(now))) / 86_400_000)
const kindOf = (row: Pick<CaseRow, 'due_key'>) => row.due_key?.split(':')[0] ?? ''

export function urgencyOf(row: Pick<CaseRow, 'due' | 'due_key' | 'phase' | 'overdue'>, now: number, days: readonly CalendarDay[]): Urgency {
  if (!row.due) return 'none' // a closed case may wait for a ruling
  if (Date.parse(row.due) <= now) return 'over'
  if (kindOf(row) === 'mediation') return calendarDays(row.due, now) <= 3 ? 'soon' : 'calm'
  const n = workingDaysTo(row.due, now, days) ?? calendarDays(row.due, now)
  return n <= 0 ? 'now' : n === 1 ? 'soon' : 'calm'
}

/** 决定是否受理：还有 2 个工作日 */
export function leftText(row: Pick<CaseRow, 'due' | 'due_key' | 'phase' | 'overdue'>, now: number, days: readonly CalendarDay[]): string {
  if (urgencyOf(row, now, days) === 'none') return ''
  const due = row.due!
  if (kindOf(row) === 'mediation' && Date.parse(due) > now) return say('left.days', { n: calendarDays(due, now) })
  const n = workingDaysTo(due, now, days)
  if (Date.parse(due) <= now) return n !== undefined && n < 0 ? workingDaysLeft(n) : say('left.over')
  if (n === undefined) return say('left.days', { n: calendarDays(due, now) })
  if (n === 0 && isoDay(Date.parse(due) - 1) !== isoDay(now)) return say('left.rest')
  return workingDaysLeft(n)
}
