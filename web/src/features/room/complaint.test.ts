import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import type { CaseView, RoomEvent } from '@/features/words'
import ComplaintPanel from './ComplaintPanel.vue'

const now = Date.parse('2026-11-23T10:00:00+08:00')
const at = '2026-11-20T02:00:00Z'
const event = (type: RoomEvent['type'], text: string) => ({ type, seq: 1, at, by: { side: 'bureau', id: 'o' }, content: { text } }) as RoomEvent
const facts = { code: 'K7QM2-XW9PD', consents: {}, offers: [], rules: { complaint_decision: 7 } }
const view = (more: object) => ({ case: { ...facts, ...more }, bureau: { name_zh: '岳阳楼区市监局', name_en: '' } }) as unknown as CaseView

it.each([
  ['accepted', { complaint: { reason: 'unsettled', received_at: at, accepted_at: at } }, 'complaint_accepted'],
  ['refused', { complaint: { reason: 'unsettled', received_at: at, refused_at: at, ground: 'other_by_law' } }, 'complaint_refused'],
  ['closed', { complaint: { reason: 'unsettled', received_at: at, accepted_at: at, closed_at: at, outcome: 'settled' } }, 'complaint_closed'],
  ['found on', { complaint: { reason: 'not_performed', received_at: at, finding: 'late' } }, 'performance_found'],
  ['ruled on', { refusal: { ground: 'duplicate', ruled: true, upheld: true } }, 'refusal_ruled'],
] as const)('gives the reasons with what was decided: %s', (_, more, type) => {
  const panel = mount(ComplaintPanel, { props: { view: view(more), reader: 'consumer', now, events: [event(type, '经核查，款项已到账。')] }, global: { stubs: { LinkButton: true } } })
  expect(panel.text().match(/经核查，款项已到账。/g)).toHaveLength(1)
})

it.each([
  ['void', { class: 'DU' }, '认定为“重复”，不计入企业成绩与前一件为同一订单。', /办结/],
  ['withdrawn', {}, '消费者11月20日（周五）10:00撤回', /办结/],
] as const)('calls no decision what ended the complaint otherwise: %s', (reason, more, words, not) => {
  const complaint = { reason: 'unsettled', received_at: at, closed_at: at }
  const panel = mount(ComplaintPanel, { props: { view: view({ complaint, closing: { reason, at }, ...more }), reader: 'consumer', now, events: [event('case_voided', '与前一件为同一订单。')] }, global: { stubs: { LinkButton: true } } })
  expect(panel.text()).toContain(words)
  expect(panel.text()).not.toMatch(not)
})

it('keeps the result of a complaint that was left out of the figures afterwards', () => {
  const complaint = { reason: 'unsettled', received_at: at, accepted_at: at, closed_at: at, outcome: 'settled' }
  const panel = mount(ComplaintPanel, { props: { view: view({ complaint, class: 'AB', closing: { reason: 'void', at } }), reader: 'enterprise', now, events: [] }, global: { stubs: { LinkButton: true } } })
  expect(panel.text()).toMatch(/办结结果：.*认定为/s)
})
