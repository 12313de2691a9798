/* Clocks in words: who has to do what by when, how long is left, and what happens by itself. */
import { translate } from '@/i18n'
import { calendarDaysLeft, due as dueText, isoDay, workingDaysLeft } from '@/lib/format'
import { capital, who, type Case, type CaseView, type Clock, type Reader, type Turn } from '@/features/words'
import messages from './messages'
import { parts } from './state'

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)

const ofPromise = /^(performance|silence|confirmation|consumer_part):/

/** Who has to act, the reader first: whose turn it is, and with an agreement everybody who has a part of it to do or to confirm. */
export function turnsOf({ case: { turn }, clocks }: Pick<CaseView, 'case' | 'clocks'>, reader: Reader): Turn[] {
  const promised = clocks.flatMap(({ key, whose }) => (ofPromise.test(key) ? [whose as Turn] : []))
  return [...new Set([turn, ...promised])].sort((one, other) => Number(other === reader) - Number(one === reader))
}

/** The clocks that count now: the first of each who has to act, or else whichever ends first. */
export function mainClocks(view: Pick<CaseView, 'case' | 'clocks'>, reader: Reader): Clock[] {
  const theirs = turnsOf(view, reader).flatMap((turn) => view.clocks.find(({ whose }) => whose === turn) ?? [])
  return theirs.length ? theirs : view.clocks.slice(0, 1)
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

/** 还有 2 个工作日; in the last hour minutes and seconds; 已超期 2 天. */
export function clockLeft(clock: Clock, now: number): string {
  const ms = Date.parse(clock.due) - now
  const n = daysLeft(clock, now)
  if (clock.overdue && n < 0) return say('clock.over', { n: -n })!
  if (clock.overdue || ms <= 0) return say('clock.passed')!
  if (ms < 3_600_000) {
    const seconds = Math.floor(ms / 1000)
    return say('clock.ticking', { m: Math.floor(seconds / 60), s: String(seconds % 60).padStart(2, '0') })!
  }
  if (n <= 0 || (clock.unit === 'working' && clock.strip.length > 0)) return workingDaysLeft(Math.max(0, n))
  return calendarDaysLeft(n)
}

/** How pressing: calm, soon (the last working day but one), now (the last day), over. */
export function urgency(clock: Clock, now: number): 'calm' | 'soon' | 'now' | 'over' {
  if (clock.overdue || Date.parse(clock.due) <= now) return 'over'
  const n = daysLeft(clock, now)
  return n <= 0 ? 'now' : n === 1 ? 'soon' : 'calm'
}
