/* How pressing a row is, in a word that needs no colour. */
import { translate } from '@/i18n'
import { calendarDaysLeft, isoDay } from '@/lib/format'
import { calendarDaysTo, workingDaysTo } from '@/features/room/daysTo'
import type { CalendarDay, CaseRow } from '@/features/words'
import messages from './messages'

/** none: no clock runs; calm; soon: the last working day but one; now: the last one; over: a limit was missed. */
export type Urgency = 'none' | 'calm' | 'soon' | 'now' | 'over'

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)!

const bureaus = new Set(['complaint_decision', 'ruling', 'mediation'])
const kindOf = (row: CaseRow) => row.due_key?.split(':')[0] ?? ''

/** Whether the clock that stands on the row is the enterprise's to keep. */
export const isOurs = (row: CaseRow): boolean => row.turn === 'enterprise' || kindOf(row) === 'first_response'

export function urgencyOf(row: CaseRow, now: number, days: readonly CalendarDay[]): Urgency {
  if (row.phase === 'closed') return 'none'
  if (row.overdue && !bureaus.has(kindOf(row))) return 'over'
  if (!row.due) return 'none'
  const ms = Date.parse(row.due) - now
  if (ms <= 0) return bureaus.has(kindOf(row)) ? 'calm' : 'over'
  const n = workingDaysTo(row.due, now, days) ?? calendarDaysTo(row.due, now)
  return n <= 0 ? 'now' : n === 1 ? 'soon' : 'calm'
}

/** 还有 2 个工作日; on the last day the hours; what was missed by name. */
export function timeLeft(row: CaseRow, now: number, days: readonly CalendarDay[]): string {
  const urgency = urgencyOf(row, now, days)
  if (urgency === 'none') return ''
  if (urgency === 'over') return say(kindOf(row) === 'first_response' || row.phase === 'awaiting_response' ? 'row.overFirst' : 'row.over')
  const due = Date.parse(row.due!)
  if (due <= now) return say('row.bureauOver')
  if (urgency === 'now') {
    if (isoDay(due - 1) !== isoDay(now)) return say('row.restDay')
    return due - now < 3_600_000 ? say('row.minutes', { n: Math.max(1, Math.floor((due - now) / 60_000)) }) : say('row.today', { n: Math.floor((due - now) / 3_600_000) })
  }
  const n = workingDaysTo(row.due!, now, days)
  return n === undefined ? calendarDaysLeft(calendarDaysTo(row.due!, now)) : say('row.days', { n })
}
