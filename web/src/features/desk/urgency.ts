/* How pressing a row is, in a word that needs no colour. Working days are counted on the calendar; the deadline itself is the server's. */
import { translate } from '@/i18n'
import { isoDay, left } from '@/lib/format'
import type { CalendarDay, CaseRow } from '@/features/words'
import messages from './messages'

/** none: no clock runs; calm; soon: the last working day but one; now: the last one; over: a limit was missed. */
export type Urgency = 'none' | 'calm' | 'soon' | 'now' | 'over'

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)!

const bureaus = new Set(['complaint_decision', 'ruling', 'mediation'])
const kindOf = (row: CaseRow) => row.due_key?.split(':')[0] ?? ''

/** Working days after today and before the due instant; undefined beyond the days at hand. */
export function workingDaysTo(due: string, now: number, days: readonly CalendarDay[]): number | undefined {
  const today = isoDay(now)
  const last = isoDay(Date.parse(due) - 1)
  if (last <= today) return 0
  const between = days.filter(({ date }) => date > today && date <= last)
  if (between.at(-1)?.date !== last) return undefined
  return between.filter(({ kind }) => kind === 'working' || kind === 'makeup').length
}

/** Whether the clock that stands on the row is the enterprise's to keep. */
export const isOurs = (row: CaseRow): boolean => row.turn === 'enterprise' || kindOf(row) === 'first_response'

export function urgencyOf(row: CaseRow, now: number, days: readonly CalendarDay[]): Urgency {
  if (row.phase === 'closed') return 'none'
  if (row.overdue && !bureaus.has(kindOf(row))) return 'over'
  if (!row.due) return 'none'
  const ms = Date.parse(row.due) - now
  if (ms <= 0) return bureaus.has(kindOf(row)) ? 'calm' : 'over'
  const n = workingDaysTo(row.due, now, days) ?? Math.floor(ms / 86_400_000)
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
  return n === undefined ? left(row.due!, now) : say('row.days', { n })
}
