import { afterEach, describe, expect, it } from 'vitest'
import { setLocale } from '@/i18n'
import type { Case, CaseView, Clock, RoomEvent, StripDay } from '@/features/words'
import { clockName, countStrip, fateText, heldBy, heldText, steps } from './arithmetic'
import { commandOf, consequences, factsOf, missingOf, noWish, openModes, optionsOf } from './decisions'
import { papersOf } from '@/features/room/papers'
import { paperOf } from './paper/paper'

const now = Date.parse('2026-11-22T09:00:00+08:00')
const day = (date: string, kind: StripDay['kind'], counted = 0): StripDay => ({ date, kind, counted })
const clock = (change: Partial<Clock> = {}): Clock => ({
  key: 'first_response', whose: 'enterprise', start: '2026-02-13T02:00:00Z', days: 2, unit: 'working', due: '2026-02-25T00:00:00+08:00',
  strip: [
    day('2026-02-13', 'working'), day('2026-02-14', 'makeup', 1), day('2026-02-15', 'holiday'), day('2026-02-23', 'holiday'), day('2026-02-24', 'working', 2),
  ],
  ...change,
})

afterEach(() => setLocale('zh'))

describe('facts alone', () => {
  const of = (c: object, own = 'b') => factsOf({ case: c, bureau: { id: 'b' } } as unknown as CaseView, own)
  it('says to whom and why', () => {
    expect(of({ phase: 'agreed' })).toBe('before')
    expect(of({ phase: 'closed' })).toBe('never') // the bureau's own: it may leave the case out
    expect(of({ phase: 'closed' }, 'above')).toBe('ended')
    expect(of({ phase: 'escalated', complaint: {} }, 'above')).toBe('higher')
    expect(of({ phase: 'closed', complaint: {} }, 'above')).toBe('over') // nothing to chase any more
  })
})

describe('the arithmetic of a deadline', () => {
  it('tells each step', () => {
    expect(countStrip(clock().strip)).toEqual({ working: 2, makeup: 1, rest: 0, holiday: 2 })
    expect(steps(clock(), now)).toEqual([
      '从2月13日（周五）10:00 开始；开始当天不算。',
      '从2月14日（周六）起数 2 个工作日。',
      '其间 2 天节假日不算。',
      '其间 1 天调休上班，算工作日。',
      '因此到2月24日（周二）24:00 为止，在此之前都算按时。',
    ])
  })

  it('rolls calendar days past a statutory holiday only', () => {
    const strip = [day('2026-08-04', 'working'), ...Array.from({ length: 65 }, (_, i) => day(`d${i}`, 'rest'))]
    strip[1] = day('2026-08-05', 'working')
    const lines = steps(clock({ key: 'mediation', unit: 'calendar', days: 60, start: '2026-08-04T02:00:00Z', due: '2026-10-09T00:00:00+08:00', strip }), now)
    expect(lines[1]).toBe('从8月5日（周三）起数 60 天，休息日也算。')
    expect(lines[2]).toBe('最后一天是法定节假日，顺延 5 天。')
    expect(lines.at(-1)).toBe('因此到10月8日（周四）24:00 为止，在此之前都算按时。')
  })

  it('says why a date moved and when it is provisional', () => {
    const lines = steps(clock({ provisional: true, moved_from: '2026-02-20T00:00:00+08:00' }), now)
    expect(lines.slice(-2)).toEqual(['原定2月19日（周四）24:00，因节假日安排公布或者平台中断顺延。', '其中有国务院尚未公布安排的年份，暂按法定节假日推算，公布后重新计算。'])
  })

  it('names clocks and what became of them', async () => {
    expect(clockName({ key: 'offer:3' })).toBe('第 3 号方案的有效期')
    expect(clockName({ key: 'performance:0' })).toBe('履行（第 1 项）')
    expect(fateText(clock({ ended_at: '2026-02-24T02:00:00Z' }), now)).toBe('已按时（2月24日（周二）10:00）')
    expect(fateText(clock({ ended_at: '2026-02-24T02:00:00Z', dropped: true }), now)).toBe('不再计时（2月24日（周二）10:00）')
    expect(fateText(clock({ ended_at: '2026-02-24T16:00:02Z', passed: true }), now)).toBe('到期未完成')
    expect(fateText(clock({ overdue: true }), now)).toBe('已超期，仍待办')
    await setLocale('en')
    expect(clockName({ key: 'offer:3' })).toBe('Validity of offer no. 3')
    expect(steps(clock(), now)[0]).toBe('Started Fri 13 Feb, 10:00; the day of the start does not count.')
  })

  it('adds up who held the turn', () => {
    const held = heldBy([
      { side: 'enterprise', to: 'x', working_seconds: 86_400 },
      { side: 'consumer', to: 'x', working_seconds: 3600 },
      { side: 'enterprise', working_seconds: 14_400 },
    ])
    expect(held.map(({ seconds, times, now }) => [seconds, times, now])).toEqual([[3600, 1, false], [100_800, 2, true], [0, 0, false]])
    expect(heldText(held[1]!)).toBe('企业共 2 次，1 个工作日 4 小时')
    expect(held.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
  })
})

const rules = { mediation: 60 } as Case['rules']
const facts: Case = {
  id: 'k', code: 'K7QM2-XW9PD', version: 9, consumer: 'c', enterprise: 'e', bureau: 'b', region: '430602', rules, category: 'prepaid',
  amount: { currency: 'CNY', minor: 339900 }, known_since: '2026-09-10', consents: {} as Case['consents'], filed_at: '2026-10-27T01:00:00Z',
  last_at: '2026-11-19T01:00:00Z', phase: 'escalated', turn: 'bureau', turn_since: '2026-11-10T16:00:00Z', deadlines: [], files: { consumer: 0, enterprise: 0 }, talk: [],
  class: 'UE',
  offers: [
    {
      number: 1, by: 'consumer', account: 'c', digest: '', made_at: '2026-10-27T01:00:00Z', valid_until: '2026-11-10T16:00:00Z', state: 'lapsed',
      items: [{ by: 'enterprise', remedy: 'cancel_and_return_balance', amount: { currency: 'CNY', minor: 237900 }, due: { days: 10, unit: 'working' } }],
    },
  ],
  complaint: { reason: 'unsettled', received_at: '2026-11-10T16:00:01Z' },
}
function view(change: Partial<Case> = {}, clocks: Clock[] = []): CaseView {
  return {
    case: { ...facts, ...change }, now: '2026-11-22T01:00:00Z', sees: { room: true, desk: false, details: true }, may: [], positions: {}, read: {}, read_by_others: 0,
    texts: { goods: '两年期健身卡', facts: '', offers: [{ offer: 1 }], items: [] }, consumer: { id: 'c', disclosure: 'full', name: '范**' },
    enterprise: { id: 'e', name: '岳阳跃然里健身美容有限公司', gone: false },
    bureau: { id: 'b', name_zh: '岳阳楼区市场监督管理局', name_en: 'Yueyanglou District Administration for Market Regulation' }, participants: {}, clocks,
  }
}
const event = (type: RoomEvent['type'], text: string) => ({ type, seq: 9, at: '2026-11-13T05:00:00Z', by: { side: 'bureau', id: 'o' }, content: { text } }) as RoomEvent
const complaint = (change: Partial<NonNullable<Case['complaint']>>): Partial<Case> => ({ complaint: { ...facts.complaint!, ...change } })
const paper = (kind: Parameters<typeof paperOf>[0], v: CaseView, events: RoomEvent[] = []) => paperOf(kind, { view: v, events, enterprise: null, complainant: '范晨' })

it('carries the fixed clause on every decision', () => {
  const decided = view(complaint({ accepted_at: '2026-11-13T05:00:00Z', refused_at: '2026-11-13T05:00:00Z', closed_at: '2026-11-13T05:00:00Z', outcome: 'settled' }))
  for (const kind of ['accepted', 'refused', 'terminated', 'settled'] as const) expect(paper(kind, decided).clause).toContain('都不限制投诉、起诉和如实评价的权利')
})

describe('forms of decision', () => {
  it('let nobody say that sixty days are over before they are', () => {
    const mediated = view({}, [clock({ key: 'mediation', due: '2027-01-23T00:00:00+08:00' })])
    const over = (at: number) => optionsOf('close_complaint', mediated, at).find(({ value }) => value === 'sixty_days')
    expect(over(now)).toMatchObject({ disabled: true, hint: '调解期限到2027年1月22日（周五）24:00为止，之后才能选。' })
    expect(over(Date.parse('2027-01-23T00:00:00+08:00'))?.disabled).toBeUndefined()
  })

  it('list the seven items of art. 16 and the eight of art. 23', () => {
    expect(optionsOf('refuse_complaint', view(), now)).toHaveLength(7)
    expect(optionsOf('close_complaint', view(), now)).toHaveLength(9)
    expect(optionsOf('accept_complaint', view(), now)).toEqual([])
    expect(openModes(['void', 'chase', 'refuse_complaint', 'accept_complaint'])).toEqual(['accept_complaint', 'refuse_complaint', 'void'])
  })

  it('make a command once they are whole', () => {
    expect(commandOf('accept_complaint', noWish)).toEqual({ type: 'accept_complaint' })
    expect(missingOf('refuse_complaint', noWish)).toEqual(['choice', 'reasons'])
    expect(missingOf('refuse_complaint', { ...noWish, choice: 'over_three_years', reasons: '  ' })).toEqual(['reasons'])
    expect(missingOf('accept_complaint', noWish)).toEqual([])
    expect(commandOf('refuse_complaint', { choice: 'over_three_years', falseMaterial: true, reasons: '四年前' })).toEqual({ type: 'refuse_complaint', ground: 'over_three_years', reasons: '四年前' })
    expect(commandOf('refuse_complaint', { choice: 'materials_missing_or_false', falseMaterial: true, reasons: '假票' })).toMatchObject({ false_material: true })
    expect(commandOf('rule_on_refusal', { ...noWish, choice: 'overturned', reasons: 'x' })).toEqual({ type: 'rule_on_refusal', upheld: false, reasons: 'x' })
    expect(commandOf('close_complaint', { ...noWish, choice: 'settled', reasons: 'x' })).toEqual({ type: 'close_complaint', outcome: 'settled', reasons: 'x' })
    expect(commandOf('close_complaint', { ...noWish, choice: 'sixty_days', reasons: 'x' })).toEqual({ type: 'close_complaint', outcome: 'terminated', ground: 'sixty_days', reasons: 'x' })
  })

  it('say what follows before the click', () => {
    const refuse = (choice: string, falseMaterial = false) => consequences('refuse_complaint', { ...noWish, choice, falseMaterial }, view()).join('')
    expect(refuse('not_consumer_or_no_dispute')).toContain('不计入企业成绩')
    expect(refuse('materials_missing_or_false')).toContain('仍按“协商未成”计入')
    expect(refuse('materials_missing_or_false', true)).toContain('不计入企业成绩')
    expect(consequences('accept_complaint', noWish, view()).join('')).toContain('60 天')
    expect(consequences('close_complaint', { ...noWish, choice: 'sixty_days' }, view()).join('')).toContain('第二十五条')
  })
})

describe('the written decision', () => {
  it('is there for each decision made, in order of time', () => {
    expect(papersOf(view())).toEqual([])
    expect(papersOf(view(complaint({ accepted_at: '2026-11-13T05:00:00Z', closed_at: '2026-12-01T01:00:00Z', outcome: 'terminated' })))).toEqual(['accepted', 'terminated'])
    expect(papersOf(view(complaint({ refused_at: '2026-11-13T05:00:00Z', closed_at: '2026-11-13T05:00:00Z' })))).toEqual(['refused'])
  })

  const accepted = view(complaint({ accepted_at: '2026-11-13T05:00:00Z' }), [clock({ key: 'mediation', due: '2027-01-13T00:00:00+08:00' })])
  it('accepts: art. 15, sixty days with their last day', async () => {
    const zh = paper('accepted', accepted, [event('complaint_accepted', '请补充合同。')])
    expect(zh.title).toBe('投诉受理决定书')
    expect(zh.number).toBe('岳阳楼区市监投受〔2026〕第 K7QM2-XW9PD 号')
    expect(zh.to).toBe('范晨：')
    expect(zh.date).toBe('2026年11月13日')
    expect(zh.reasons).toBe('请补充合同。')
    expect(zh.routes).toBeNull()
    const text = zh.paragraphs.join('\n')
    for (const part of ['2026年11月11日', '期限内没有谈成', '两年期健身卡', '¥3,399.00', '¥2,379.00', '第十五条', '决定予以受理', '60 日', '2027年1月12日']) expect(text).toContain(part)
    await setLocale('en')
    const en = paper('accepted', accepted)
    expect(en.title).toBe('Decision to accept a complaint')
    expect(en.number).toBe('Yueyanglou District, complaints accepted [2026] No. K7QM2-XW9PD')
    for (const part of ['11 November 2026', 'article 15', 'decides to accept it', '12 January 2027']) expect(en.paragraphs.join('\n')).toContain(part)
  })

  const refused = view({ ...complaint({ refused_at: '2026-11-13T05:00:00Z', closed_at: '2026-11-13T05:00:00Z', ground: 'over_three_years' }), phase: 'closed' })
  it('refuses: the item of art. 16, reasons, the other routes of art. 39', async () => {
    const zh = paper('refused', refused, [event('complaint_refused', '2021 年已知。')])
    expect(zh.paragraphs.at(-1)).toContain('第十六条第（四）项规定的情形：知道权益受到侵害已超过三年')
    expect(zh.reasons).toBe('2021 年已知。')
    expect(zh.routes!.lead).toContain('第三十九条')
    expect(zh.routes!.items).toHaveLength(4)
    expect(zh.routes!.items[3]).toBe('（四）向人民法院提起诉讼。')
    await setLocale('en')
    const en = paper('refused', refused)
    expect(en.paragraphs.at(-1)).toContain('article 16, item (4)')
    expect(en.routes!.items[0]).toBe('(1) settlement by negotiation with the trader;')
  })

  const ended = { accepted_at: '2026-11-13T05:00:00Z', closed_at: '2026-12-30T16:30:00Z' }
  it('terminates: the item of art. 23, court or arbitration of art. 25, both addressed', async () => {
    const v = view({ ...complaint({ ...ended, outcome: 'terminated', terminated: 'no_agreement_declared' }), phase: 'closed' })
    const zh = paper('terminated', v)
    expect(zh.to).toBe('范晨、岳阳跃然里健身美容有限公司：')
    expect(zh.paragraphs.at(-1)).toContain('第二十三条第（三）项')
    expect(zh.paragraphs.join('')).toContain('2026年11月13日决定受理')
    expect(zh.routes!.lead).toContain('第二十五条')
    expect(zh.date).toBe('2026年12月31日')
    await setLocale('en')
    expect(paper('terminated', v).paragraphs.at(-1)).toContain('article 23, item (3)')
  })

  it('closes a settled complaint with the terms', async () => {
    const item = { ...facts.offers[0]!.items[0]!, state: 'confirmed' as const, due_at: '2026-12-03T16:00:00Z' }
    const v = view({
      ...complaint({ ...ended, outcome: 'settled' }),
      phase: 'closed',
      agreement: { offer: 1, digest: '', accepted_by: 'enterprise', accepted_at: '2026-11-19T02:00:00Z', items: [item] },
    })
    const zh = paper('settled', v)
    expect(zh.title).toBe('投诉办结告知书')
    expect(zh.terms.join('')).toContain('¥2,379.00')
    expect(zh.terms.join('')).toContain('12月3日')
    expect(zh.routes).toBeNull()
    await setLocale('en')
    expect(paper('settled', v).paragraphs.at(-1)).toContain('closes the complaint')
  })

  const at = (seq: number, type: string, side: string, fields: object = {}) => ({ seq, type, at: `2026-11-1${seq}T05:00:00Z`, by: { side, id: side }, ...fields }) as unknown as RoomEvent

  it('rules on a refusal: its ground, what the enterprise said, what follows', async () => {
    const events = [at(1, 'case_refused', 'enterprise', { ground: 'not_our_customer', content: { text: '订单不是我们的' } }), at(2, 'complaint_accepted', 'bureau'), at(3, 'refusal_ruled', 'bureau', { upheld: false, content: { text: '收据上有该店印章。' } })]
    const v = view({ ...complaint({ accepted_at: '2026-11-12T05:00:00Z' }), class: 'RR', refusal: { ground: 'not_our_customer', at: '2026-11-11T05:00:00Z', ruled: true } })
    expect(papersOf(v, events)).toEqual(['accepted', 'ruled'])
    const zh = paper('ruled', v, events)
    expect(zh.title).toBe('拒绝协商裁定书')
    expect([zh.date, zh.reasons, zh.to]).toEqual(['2026年11月13日', '收据上有该店印章。', '范晨、岳阳跃然里健身美容有限公司：'])
    for (const part of ['2026年11月11日拒绝', '不是企业的客户', '订单不是我们的', '该理由不成立', '算未解决', '不受本文书影响']) expect(zh.paragraphs.join('')).toContain(part)
    expect(paper('ruled', view({ ...complaint({}), refusal: { ground: 'duplicate', at: '2026-11-11T05:00:00Z', ruled: true, upheld: true } }), events).paragraphs.join('')).toContain('不计入该企业的和解成绩')
    await setLocale('en')
    expect(paper('ruled', v, events).paragraphs.join(' ')).toContain('does not uphold it')
  })

  it('finds on performance: of the agreement that was broken, not of one made since', () => {
    const offer = (number: number, minor: number) => ({ ...facts.offers[0]!, number, items: [{ ...facts.offers[0]!.items[0]!, amount: { currency: 'CNY' as const, minor } }] })
    const events = [at(1, 'offer_accepted', 'consumer', { offer: 2 }), at(4, 'performance_found', 'bureau', { finding: 'late', content: { text: '晚了四天。' } }), at(6, 'offer_accepted', 'consumer', { offer: 3 })]
    const v = view({ ...complaint({ finding: 'late' }), class: 'SC', offers: [offer(1, 100), offer(2, 20_000), offer(3, 30_000)], agreement: { offer: 3, digest: '', accepted_by: 'consumer', accepted_at: '2026-11-16T05:00:00Z', items: [] } })
    expect(papersOf(v, events)).toEqual(['found'])
    const zh = paper('found', v, events)
    expect(zh.terms.join('')).toContain('¥200.00')
    expect(zh.terms.join('')).not.toContain('¥300.00')
    expect(zh.paragraphs.at(-1)).toContain('2026年11月11日达成和解协议') // its terms come next
    for (const part of ['已履行，但逾期', '标明逾期', '不能强制执行']) expect(zh.after.join('')).toContain(part)
    expect([zh.date, zh.reasons, zh.routes]).toEqual(['2026年11月14日', '晚了四天。', null])
    const not = view({ ...complaint({ finding: 'not_performed' }), class: 'SB' })
    expect(paper('found', not, events).paragraphs.join('')).toContain('“已和解，没有履行”')
  })

  it('takes a case out of the figures, with the ways that remain', () => {
    const events = [at(5, 'case_voided', 'bureau', { ground: 'duplicate', content: { text: '已有在办案件。' } })]
    const v = view({ ...complaint({ accepted_at: '2026-11-12T05:00:00Z', closed_at: '2026-11-15T05:00:00Z' }), class: 'DU', phase: 'closed', closing: { reason: 'void', at: '2026-11-15T05:00:00Z' } })
    expect(papersOf(v, events)).toEqual(['accepted', 'voided'])
    const zh = paper('voided', v, events)
    expect(zh.paragraphs.join('')).toContain('属于重复提交')
    expect([zh.date, zh.reasons, zh.routes!.items.length]).toEqual(['2026年11月15日', '已有在办案件。', 4])
    const alone = { ...v, case: { ...v.case, complaint: undefined } }
    expect(papersOf(alone)).toEqual(['voided'])
    expect(paper('voided', alone, events).paragraphs[0]).toContain('通过先行和解提出本案')
  })

  it('tells the end of a complaint that was withdrawn, or settled by performance', () => {
    const closing = { reason: 'withdrawn' as const, at: '2026-11-15T05:00:00Z' }
    const withdrawn = view({ ...complaint({ closed_at: closing.at }), phase: 'closed', closing })
    const events = [at(5, 'case_closed', 'consumer', { reason: 'withdrawn', content: { text: '不要了' } })]
    expect(papersOf(withdrawn, events)).toEqual(['ended'])
    const zh = paper('ended', withdrawn, events)
    expect(zh.paragraphs.at(-1)).toContain('2026年11月15日撤回投诉')
    expect(zh.reasons).toBe('') // the consumer's words are no reasons of the bureau
    expect(papersOf(view({ ...complaint({ closed_at: closing.at, outcome: 'settled' }), phase: 'closed' }))).toEqual(['settled'])
  })
})
