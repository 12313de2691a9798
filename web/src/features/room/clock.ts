/* Clocks in words: who has to do what by when, how long is left, and what happens by itself. */
import { translate, type Dictionary, type Messages } from '@/i18n'
import { due as dueText, isoDay, workingDaysLeft } from '@/lib/format'
import { capital, who, type CalendarDay, type Case, type Clock, type Reader, type StripDay, type Unit } from '@/features/words'
import messages from './messages'
import { parts } from './state'

const dictionary = messages as unknown as Dictionary<Messages>
const say = (key: string, params?: Record<string, unknown>) => translate(dictionary, key, params)

/** The clock that counts now: of the one whose turn it is, or else whichever ends first. */
export function mainClock(clocks: readonly Clock[], turn: Case['turn']): Clock | undefined {
  return clocks.find((clock) => clock.whose === turn) ?? clocks[0]
}

/** 请商家在 11月25日（周三）24:00 前首次答复 */
export function clockLead(clock: Clock, reader: Reader, now: number): string {
  const [kind] = parts(clock.key)
  const own = clock.whose === reader
  const params = { who: capital(who(clock.whose, reader)), due: dueText(clock.due, now) }
  if (clock.overdue) return say(`clock.${kind}.overdue`, params) ?? say('clock.overdue', params)!
  return say(`clock.${kind}.${own ? 'own' : 'other'}`, params) ?? say('clock.other', params)!
}

/** What happens by itself when it runs out. */
export function clockThen(clock: Clock, c: Case, reader: Reader): string {
  const [kind] = parts(clock.key)
  const last = c.offers.at(-1)
  if (kind === 'negotiation' && reader === 'consumer' && last?.state === 'open' && last.by === 'enterprise') {
    return say(`clock.negotiation.then.${c.reopened || !c.rules.reopen_lapsed ? 'lapseAgain' : 'lapse'}`, { n: c.rules.reopen_lapsed })!
  }
  const params = { n: kind === 'performance' ? c.rules.consumer_part : c.rules.dispute_days }
  // What the consumer owes ends otherwise than what the shop owes.
  const ownPart = kind === 'performance' ? clock.whose === 'consumer' : kind === 'confirmation' && clock.whose === 'enterprise'
  const then = `clock.${ownPart ? `${kind}.ownPart` : kind}.then`
  return [c.complaint ? '.complaint' : `.${reader}`, `.${ifUnsettled(c, reader)}`, ''].map((end) => say(then + end, params)).find(Boolean) ?? ''
}

/** What a case becomes that is not settled or not performed: sent by itself, asked about first, or what this reader cannot know. */
export function ifUnsettled(c: Pick<Case, 'consents'>, reader: Reader): 'sent' | 'asked' | 'other' {
  if (c.consents.escalation?.yes) return 'sent' // the consumer sees it, and the bureau once it has the case
  return reader === 'consumer' ? 'asked' : 'other'
}

/** Days that are left, today not counted: 0 on the last day, negative after it. */
export function daysLeft(clock: Pick<Clock, 'due' | 'unit' | 'strip'>, now: number): number {
  const today = isoDay(now)
  const last = isoDay(Date.parse(clock.due) - 1)
  if (clock.unit === 'working' && clock.strip.length > 0 && today <= last) {
    return clock.strip.filter(({ date, counted }) => counted > 0 && date > today).length
  }
  return Math.round((Date.parse(last) - Date.parse(today)) / 86_400_000)
}

/** 还有 2 个工作日; in the last hour minutes and seconds. */
export function clockLeft(clock: Clock, now: number): string {
  const ms = Date.parse(clock.due) - now
  if (clock.overdue || ms <= 0) return say('clock.passed')!
  if (ms < 3_600_000) {
    const seconds = Math.floor(ms / 1000)
    return say('clock.ticking', { m: Math.floor(seconds / 60), s: String(seconds % 60).padStart(2, '0') })!
  }
  const n = daysLeft(clock, now)
  if (n <= 0 || (clock.unit === 'working' && clock.strip.length > 0)) return workingDaysLeft(Math.max(0, n))
  return say('clock.daysLeft', { n })!
}

/** How pressing: calm, soon (the last working day but one), now (the last day), over. */
export function urgency(clock: Clock, now: number): 'calm' | 'soon' | 'now' | 'over' {
  if (clock.overdue || Date.parse(clock.due) <= now) return 'over'
  const n = daysLeft(clock, now)
  return n <= 0 ? 'now' : n === 1 ? 'soon' : 'calm'
}

/* Dates ahead, for terms that are not agreed yet. */

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
  /** What it is: start, working, rest, holiday, makeup, due. */
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
