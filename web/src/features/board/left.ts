/* How long is left, in words, for a row of a list. */
import { translate } from '@/i18n'
import { calendarDaysLeft, isoDay, workingDaysLeft } from '@/lib/format'
import { calendarDaysTo, workingDaysTo } from '@/features/room/daysTo'
import type { CalendarDay, CaseRow } from '@/features/words'
import messages from './messages'

type Urgency = 'none' | 'calm' | 'soon' | 'now' | 'over'

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)!

const kindOf = (row: Pick<CaseRow, 'due_key'>) => row.due_key?.split(':')[0] ?? ''

export function urgencyOf(row: Pick<CaseRow, 'due' | 'due_key' | 'phase' | 'overdue'>, now: number, days: readonly CalendarDay[]): Urgency {
  if (!row.due) return 'none' // a closed case may wait for a ruling
  if (Date.parse(row.due) <= now) return 'over'
  if (kindOf(row) === 'mediation') return calendarDaysTo(row.due, now) <= 3 ? 'soon' : 'calm'
  const n = workingDaysTo(row.due, now, days) ?? calendarDaysTo(row.due, now)
  return n <= 0 ? 'now' : n === 1 ? 'soon' : 'calm'
}

/** 决定是否受理：还有 2 个工作日 */
export function leftText(row: Pick<CaseRow, 'due' | 'due_key' | 'phase' | 'overdue'>, now: number, days: readonly CalendarDay[]): string {
  if (urgencyOf(row, now, days) === 'none') return ''
  const due = row.due!
  if (kindOf(row) === 'mediation' && Date.parse(due) > now) return calendarDaysLeft(calendarDaysTo(due, now))
  const n = workingDaysTo(due, now, days)
  if (Date.parse(due) <= now) return n !== undefined && n < 0 ? workingDaysLeft(n) : say('left.over')
  if (n === undefined) return calendarDaysLeft(calendarDaysTo(due, now))
  if (n === 0 && isoDay(Date.parse(due) - 1) !== isoDay(now)) return say('left.rest')
  return workingDaysLeft(n)
}
