/* A deadline's arithmetic in words, line by line, as Order 121 art. 45 counts. Pure but for the language. */
import { translate } from '@/i18n'
import { dateTime, day, due as dueText, workingTime } from '@/lib/format'
import { capital, who, word, type Clock, type StripDay } from '@/features/words'
import { clockLeft } from '@/features/room/clock'
import { parts } from '@/features/room/state'
import messages from './messages'

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)!

/** 首次答复, 第 2 号方案的有效期, 第 1 项履行 */
export function clockName(clock: Pick<Clock, 'key'>): string {
  const [kind, n] = parts(clock.key)
  const name = word('deadline', kind)
  if (n < 0) return name
  return kind === 'offer' ? say('clock.ofOffer', { name, n }) : say('clock.ofItem', { name, n: n + 1 })
}

interface Counted {
  /** Days that count. */
  working: number
  /** Of these, weekend days that are worked (调休). */
  makeup: number
  rest: number
  holiday: number
}

/** What lies between the first day after the start and the last day, both included. */
export function countStrip(strip: readonly StripDay[]): Counted {
  const sum: Counted = { working: 0, makeup: 0, rest: 0, holiday: 0 }
  for (const { kind } of strip.slice(1)) {
    if (kind === 'makeup') sum.makeup++
    if (kind === 'working' || kind === 'makeup') sum.working++
    else sum[kind]++
  }
  return sum
}

/** Noon in Shanghai of a date, so that no time zone moves it. */
const noon = (date: string) => `${date}T12:00:00+08:00`

/** How the due date came about: start, counting, end, one sentence each. */
export function steps(clock: Clock, now: number): string[] {
  const first = clock.strip[1]?.date
  const lines = [say('arith.start', { time: dateTime(clock.start, now) })]
  if (first) {
    const params = { date: day(noon(first), now), n: clock.days }
    lines.push(say(clock.unit === 'working' ? 'arith.working' : 'arith.calendar', params))
    const { rest, holiday, makeup } = countStrip(clock.strip)
    if (clock.unit === 'working') {
      const skipped = [rest && say('arith.rest', { n: rest }), holiday && say('arith.holiday', { n: holiday })].filter(Boolean)
      if (skipped.length) lines.push(say('arith.skipped', { days: skipped.join(say('arith.and')) }))
      if (makeup) lines.push(say('arith.makeup', { n: makeup }))
    } else {
      const rolled = clock.strip.length - 1 - clock.days
      if (rolled > 0) lines.push(say('arith.rolled', { n: rolled }))
    }
  }
  lines.push(say('arith.end', { due: dueText(clock.due, now) }))
  if (clock.moved_from) lines.push(say('arith.moved', { due: dueText(clock.moved_from, now) }))
  if (clock.provisional) lines.push(say('arith.provisional'))
  return lines
}

export type Fate = 'running' | 'met' | 'dropped' | 'passed' | 'overdue'

export function fateOf(clock: Clock): Fate {
  if (!clock.ended_at) return clock.overdue || clock.passed ? 'overdue' : 'running'
  return clock.passed ? 'passed' : clock.dropped ? 'dropped' : 'met'
}

/** What became of it. */
export function fateText(clock: Clock, now: number): string {
  switch (fateOf(clock)) {
    case 'running':
      return clockLeft(clock, now)
    case 'met':
      return say('fate.met', { time: dateTime(clock.ended_at!, now) })
    case 'dropped':
      return say('fate.dropped', { time: dateTime(clock.ended_at!, now) })
    case 'passed':
      return Date.parse(clock.ended_at!) - Date.parse(clock.due) > 86_400_000 ? say('fate.passedLate', { time: dateTime(clock.ended_at!, now) }) : say('fate.passed')
    default:
      return say('fate.overdue')
  }
}

interface Held {
  side: 'consumer' | 'enterprise' | 'bureau'
  seconds: number
  /** Of all, between 0 and 1. */
  share: number
  times: number
  now: boolean
}

/** Who held the turn how long in all, in working time; the longest first stays in the order of the table: consumer, enterprise, bureau. */
export function heldBy(turns: readonly { side: string; to?: string; working_seconds: number }[]): Held[] {
  const all = turns.reduce((sum, turn) => sum + turn.working_seconds, 0)
  return (['consumer', 'enterprise', 'bureau'] as const).map((side) => {
    const own = turns.filter((turn) => turn.side === side)
    const seconds = own.reduce((sum, turn) => sum + turn.working_seconds, 0)
    return { side, seconds, share: all ? seconds / all : 0, times: own.length, now: own.some(({ to }) => !to) }
  })
}

/** 企业共 3 次，1 个工作日 4 小时 */
export function heldText({ side, seconds, times }: Held): string {
  return say('held.text', { who: capital(who(side, 'bureau')), n: times, time: workingTime(seconds) })
}
