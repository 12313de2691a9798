import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { setLocale } from '@/i18n'
import type { CalendarDay, CaseView, Clock, Offer, Reader } from '@/features/words'
import ClockLine from '@/features/room/ClockLine.vue'
import PerformanceList from '@/features/room/PerformanceList.vue'
import { clauseOf } from './clause'
import OfferCard from './OfferCard.vue'

vi.mock('@/features/room/limits', () => ({ useLimits: () => ({ value: { bytes: 1, types: [] } }) }))

const now = Date.parse('2026-12-28T10:00:00+08:00')
const item = { by: 'enterprise', remedy: 'refund', amount: { currency: 'CNY', minor: 15_000 }, due: { days: 3, unit: 'working' } }
const rules = { enterprise_offers_bind: true, withdraw_minutes: 5 }
function view(by: 'consumer' | 'enterprise', state: Offer['state'], more: object = {}): CaseView {
  const offer = { number: 2, by, account: 'a', items: [item], digest: '', made_at: '2026-12-28T01:00:00Z', valid_until: '2027-01-05T16:00:00Z', state, answered_at: '2026-12-28T02:00:00Z' }
  return { case: { offers: [offer], rules, deadlines: [], ...more }, may: [], participants: {}, clocks: [] } as unknown as CaseView
}
const card = (v: CaseView, props: { variant?: 'full' | 'log'; reader?: Reader; days?: CalendarDay[] } = {}) =>
  mount(OfferCard, { props: { view: v, number: 2, reader: 'consumer', now, ...props } }).text()

afterEach(() => setLocale('zh'))

describe('the fixed clause', () => {
  const states: Offer['state'][] = ['open', 'accepted', 'declined', 'countered', 'replaced', 'withdrawn', 'lapsed']
  const all = states.flatMap((state) => (['full', 'log'] as const).flatMap((variant) => (['consumer', 'enterprise'] as const).map((by) => [state, variant, by] as const)))
  it.each(all)('stands on a card: %s, %s, of the %s', async (state, variant, by) => {
    expect(card(view(by, state), { variant })).toMatch(/不限制投诉、起诉和如实评价的权利/)
    await setLocale('en')
    expect(card(view(by, state), { variant })).toMatch(/[Ll]imits (no|anyone’s) right to complain/)
  })
  it('says in the log too that an open offer binds, and only then', () => {
    expect(card(view('enterprise', 'open'), { variant: 'log' })).toContain('有效期内对提出的企业有约束力')
    expect(card(view('enterprise', 'declined'), { variant: 'log' })).not.toContain('约束力')
    expect(card(view('consumer', 'open'), { variant: 'log' })).not.toContain('约束力')
  })
  it('goes with files and papers, with what an offer binds to', () => {
    expect(clauseOf({ rules } as never)).toMatch(/有效期内对企业有约束力.*都不限制投诉/)
    expect(clauseOf({ rules: { enterprise_offers_bind: false } } as never)).not.toContain('约束力')
  })
})

it('lapses at its end, however late that is noted, or with its case', () => {
  const lapsed = (answered_at: string) => {
    const v = view('enterprise', 'lapsed')
    Object.assign(v.case.offers[0]!, { answered_at })
    return card(v)
  }
  expect(lapsed('2027-01-05T16:00:00.2Z')).toContain('于2027年1月5日（周二）24:00过期')
  expect(lapsed('2027-01-06T02:00:00Z')).toContain('于2027年1月5日（周二）24:00过期')
  expect(lapsed('2026-12-28T02:00:00Z')).toContain('于12月28日（周一）10:00过期')
})

describe('a date that crosses a year without its notice', () => {
  const mark = '暂按法定节假日推算'
  const clock = { key: 'performance:0', whose: 'enterprise', start: '2026-12-28T02:00:00Z', days: 10, unit: 'working', due: '2027-01-11T16:00:00Z', provisional: true, strip: [] } as unknown as Clock
  const facts = { consents: {}, offers: [], rules: { dispute_days: 30 } } as unknown as CaseView['case']
  it('says so on a clock, without a click', () => {
    const line = (more: object) => mount(ClockLine, { props: { clock: { ...clock, ...more }, facts, reader: 'consumer', now, plain: true } }).text()
    expect(line({})).toContain(mark)
    expect(line({ provisional: false })).not.toContain(mark)
  })
  it('says so beside an offer’s dates', () => {
    const days = ['2026-12-29', '2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02', '2027-01-03', '2027-01-04'].map(
      (date) => ({ date, kind: /-0[123]$/.test(date) ? 'rest' : 'working', provisional: date > '2027' }) as CalendarDay,
    )
    expect(card(view('enterprise', 'open'), { days })).not.toContain(mark) // done by 31 December
    const longer = view('enterprise', 'open')
    longer.case.offers[0]!.items = [{ ...item, due: { days: 4, unit: 'working' } }] as Offer['items']
    expect(card(longer, { days })).toMatch(/最晚2027年1月4日（周一）完成（暂按法定节假日推算）/)
    expect(card(view('enterprise', 'open', { deadlines: [{ key: 'offer:2', provisional: true }] }))).toMatch(/有效期到.*（暂按法定节假日推算）/)
  })
  it('says so in the list of what was promised', () => {
    const running = { ...item, state: 'running', due_at: clock.due }
    const v = view('enterprise', 'accepted', { id: 'k', agreement: { offer: 2, items: [running] }, deadlines: [{ key: 'performance:0', provisional: true }] })
    const list = mount(PerformanceList, { props: { view: v, reader: 'consumer', now, act: async () => undefined }, global: { stubs: { LinkButton: true, ConfirmDialog: true } } })
    expect(list.text()).toContain(mark)
  })
})

it('tells once by when something is promised, and when it was reported', () => {
  const list = (more: object) =>
    mount(PerformanceList, { props: { view: view('enterprise', 'accepted', { id: 'k', agreement: { offer: 2, items: [{ ...item, due_at: '2026-12-31T16:00:00Z', ...more }] } }), reader: 'consumer', now, act: async () => undefined }, global: { stubs: { LinkButton: true, ConfirmDialog: true } } }).text()
  expect(list({ state: 'running' }).match(/12月31日/g)).toHaveLength(1)
  expect(list({ state: 'reported', reported_at: '2026-12-30T02:00:00Z' })).toMatch(/12月31日[^]*12月30日/)
})

it('numbers what was promised as the log does, and calls the desk what the desk is called', () => {
  const running = { ...item, state: 'running', due_at: '2026-12-31T16:00:00Z' }
  const list = (items: object[], reader: Reader) =>
    mount(PerformanceList, { props: { view: view('enterprise', 'accepted', { id: 'k', agreement: { offer: 2, items } }), reader, now, act: async () => undefined }, global: { stubs: { LinkButton: true, ConfirmDialog: true } } }).text()
  expect(list([running, running], 'enterprise')).toContain('第 2 项 · 我方要做的')
  expect(list([running], 'consumer')).not.toContain('第 1 项')
})

it('says of what was open when the case closed that it was not done, and of the rest what it was', () => {
  const list = (state: string, phase: string) =>
    mount(PerformanceList, { props: { view: view('enterprise', 'accepted', { id: 'k', phase, agreement: { offer: 2, items: [{ ...item, state, due_at: '2026-12-31T16:00:00Z' }] } }), reader: 'consumer', now, act: async () => undefined }, global: { stubs: { LinkButton: true, ConfirmDialog: true } } }).text()
  expect(list('running', 'accepted')).toContain('进行中')
  expect(list('running', 'closed')).toContain('案件结束时还没完成')
  expect(list('confirmed', 'closed')).toContain('已确认')
})
