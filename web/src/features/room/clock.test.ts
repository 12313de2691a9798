import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { setLocale } from '@/i18n'
import type { CalendarDay, Case, CaseView, Clock, Reader } from '@/features/words'
import { clockLead, clockLeft, clockThen, daysLeft, mainClocks, turnsOf, urgency } from './clock'
import { dueAfter, stripCells } from './days'
import TurnMarker from './TurnMarker.vue'

// Monday 2026-11-23 to Wednesday 2026-11-25.
const clock: Clock = {
  key: 'first_response',
  whose: 'enterprise',
  start: '2026-11-23T02:00:00Z',
  days: 2,
  unit: 'working',
  due: '2026-11-25T16:00:00Z',
  strip: [
    { date: '2026-11-23', kind: 'working', counted: 0 },
    { date: '2026-11-24', kind: 'working', counted: 1 },
    { date: '2026-11-25', kind: 'working', counted: 2 },
  ],
}
const at = (time: string) => Date.parse(`${time}+08:00`)
const facts = (fields: object = {}) =>
  ({ consents: { escalation: { yes: true, text: '1' } }, offers: [], rules: { reopen_lapsed: 30, dispute_days: 30 }, ...fields }) as unknown as Case

afterEach(() => setLocale('zh'))

describe('a deadline in words', () => {
  it('says who, what and by when, to each reader', async () => {
    const now = at('2026-11-23T10:00:00')
    expect(clockLead(clock, 'consumer', now)).toBe('请商家在11月25日（周三）24:00前首次答复')
    expect(clockLead(clock, 'enterprise', now)).toBe('请在11月25日（周三）24:00前首次答复')
    expect(clockLead({ ...clock, overdue: true }, 'consumer', now)).toBe('商家没有在11月25日（周三）24:00前首次答复')
    await setLocale('en')
    expect(clockLead(clock, 'consumer', now)).toBe('The enterprise has to give a first response by Wed 25 Nov, 24:00')
  })

  it.each([
    ['2026-11-23T10:00:00', 2, '还有 2 个工作日', 'calm'],
    ['2026-11-24T23:59:00', 1, '还有 1 个工作日', 'soon'],
    ['2026-11-25T08:00:00', 0, '今天是最后一天', 'now'],
    ['2026-11-25T23:25:48', 0, '还剩 34 分 12 秒', 'now'],
    ['2026-11-26T00:00:00', -1, '已到期', 'over'],
  ] as const)('at %s', (time, days, words, pressing) => {
    expect(daysLeft(clock, at(time))).toBe(days)
    expect(clockLeft(clock, at(time))).toBe(words)
    expect(urgency(clock, at(time))).toBe(pressing)
  })

  it('says by how much it is overdue once that is noted', async () => {
    const overdue = { ...clock, overdue: true }
    expect([at('2026-11-26T00:00:00'), at('2026-11-29T10:00:00')].map((now) => clockLeft(overdue, now))).toEqual(['已超期 1 天', '已超期 4 天'])
    await setLocale('en')
    expect(clockLeft(overdue, at('2026-11-26T00:00:00'))).toBe('1 day overdue')
    await setLocale('zh')
  })

  it('counts calendar days where the period does', () => {
    const mediation = { ...clock, key: 'mediation', days: 60, unit: 'calendar', due: '2027-01-21T16:00:00Z', strip: [] } as Clock
    expect(clockLeft(mediation, at('2026-11-23T10:00:00'))).toBe('还有 59 天')
  })

  it('says what happens by itself, by the consumer’s choice', () => {
    const negotiation = { ...clock, key: 'negotiation' } as Clock
    expect(clockThen(negotiation, facts(), 'consumer')).toBe('期满没有谈成，案件自动转投诉。')
    expect(clockThen(negotiation, facts({ consents: { escalation: { yes: false, text: '1' } } }), 'consumer')).toBe('期满没有谈成，由您决定是否投诉。')
    expect((['consumer', 'enterprise'] as const).map((reader) => clockThen({ ...negotiation, key: 'performance:0' } as Clock, facts(), reader))).toEqual(['到期没有报告，系统会问您是否收到。', '到期没有报告，系统会问消费者是否收到。'])
    expect(clockThen(negotiation, facts({ offers: [{ state: 'open', by: 'enterprise' }] }), 'consumer')).toContain('30 天内点一下就能恢复')
  })

  it('shows the clock of whose turn it is', () => {
    const other = { ...clock, key: 'offer:2', whose: 'consumer' } as Clock
    const of = (turn: Case['turn']) => mainClocks({ case: facts({ turn }), clocks: [clock, other] } as CaseView, 'consumer')
    expect(of('consumer')).toEqual([other])
    expect(of('bureau')).toEqual([clock])
    expect(mainClocks({ case: facts({ turn: '' }), clocks: [] as Clock[] } as CaseView, 'consumer')).toEqual([])
  })

  it('names everybody who has a part of an agreement to do or to confirm', () => {
    const performance = { ...clock, key: 'performance:0' } as Clock
    const confirmation = { ...clock, key: 'confirmation:1', whose: 'consumer' } as Clock
    const view = { case: facts({ turn: 'enterprise' }), clocks: [performance, confirmation] } as CaseView
    expect(turnsOf(view, 'enterprise')).toEqual(['enterprise', 'consumer'])
    expect(turnsOf(view, 'consumer')).toEqual(['consumer', 'enterprise'])
    expect(mainClocks(view, 'consumer')).toEqual([confirmation, performance])
    expect(turnsOf({ ...view, clocks: [performance] }, 'consumer')).toEqual(['enterprise'])
    const settling = { ...view, case: facts({ turn: 'bureau' }) } as CaseView
    expect(turnsOf(settling, 'bureau')).toEqual(['bureau', 'enterprise', 'consumer'])
    const marker = (of: CaseView, reader: Reader) => mount(TurnMarker, { props: { turns: turnsOf(of, reader), reader } })
    expect(marker(view, 'consumer').text()).toBe('轮到您和商家')
    expect(marker(view, 'consumer').classes()).toContain('text-brand')
    expect(marker(view, 'enterprise').text()).toBe('轮到我方和消费者')
    expect(marker({ ...view, clocks: [performance] }, 'consumer').text()).toBe('轮到商家')
    expect(marker({ ...view, clocks: [confirmation], case: facts({ turn: 'consumer' }) } as CaseView, 'consumer').text()).toBe('轮到您')
  })
})

describe('dates ahead', () => {
  const days: CalendarDay[] = [
    ['2026-09-30', 'working'], ['2026-10-01', 'holiday'], ['2026-10-02', 'holiday'], ['2026-10-03', 'holiday'], ['2026-10-04', 'holiday'],
    ['2026-10-05', 'holiday'], ['2026-10-06', 'holiday'], ['2026-10-07', 'holiday'], ['2026-10-08', 'working'], ['2026-10-09', 'working'],
    ['2026-10-10', 'makeup'], ['2026-10-11', 'rest'],
  ].map(([date, kind]) => ({ date, kind }) as CalendarDay)

  it('counts working days and make-up days, never the first day', () => {
    expect(dueAfter(days, at('2026-09-30T10:00:00'), 3, 'working')).toBe('2026-10-11T00:00:00+08:00')
  })
  it('rolls calendar days past a holiday, not past a weekend', () => {
    expect(dueAfter(days, at('2026-09-30T10:00:00'), 3, 'calendar')).toBe('2026-10-09T00:00:00+08:00')
    expect(dueAfter(days, at('2026-09-30T10:00:00'), 11, 'calendar')).toBe('2026-10-12T00:00:00+08:00')
  })
  it('knows nothing beyond the days at hand', () => {
    expect(dueAfter(days, at('2026-09-30T10:00:00'), 9, 'working')).toBeUndefined()
  })
  it('draws the strip with its first, present and last day', () => {
    const cells = stripCells(clock.strip, at('2026-11-24T10:00:00'))
    expect(cells.map(({ kind, due, today, past }) => [kind, due, today, past])).toEqual([
      ['start', false, false, true],
      ['working', false, true, false],
      ['working', true, false, false],
    ])
  })
})
