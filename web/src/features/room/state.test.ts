import { describe, expect, it } from 'vitest'
import type { Case, CaseView, Deadline, RoomEvent, Side } from '@/features/words'
import { add, apply, chosen, open, take } from './state'

const consumer = { side: 'consumer' as Side, id: 'c' }
const desk = { side: 'enterprise' as Side, id: 'd' }
const officer = { side: 'bureau' as Side, id: 'o' }
const system = { side: 'system' as Side, id: 'system' }
const clock = (key: string, whose: Side, due = '2026-12-01T16:00:00Z'): Deadline => ({ key, whose, start: '2026-11-20T02:00:00Z', days: 3, unit: 'working', due })
const items = [
  { by: 'enterprise' as const, remedy: 'refund' as const, amount: { currency: 'CNY' as const, minor: 15_000 }, due: { days: 3, unit: 'working' as const } },
  { by: 'consumer' as const, remedy: 'return_and_refund' as const, due: { days: 7, unit: 'calendar' as const } },
]

const filed = {
  id: 'case',
  phase: 'awaiting_response',
  turn: 'enterprise',
  turn_since: '2026-11-20T02:00:00Z',
  spoke: '2026-11-20T02:00:00Z',
  consents: { truth: '1', rules: '1', publication: { yes: false, text: '1' }, escalation: { yes: true, text: '1' } },
  offers: [{ number: 1, by: 'consumer', account: 'c', items, digest: 'a', made_at: '2026-11-20T02:00:00Z', valid_until: '2026-12-03T16:00:00Z', state: 'open' }],
  deadlines: [clock('first_response', 'enterprise', '2026-11-24T16:00:00Z'), clock('negotiation', 'enterprise'), clock('offer:1', 'enterprise')],
  files: { consumer: 0, enterprise: 0 },
} as unknown as Case

let seq = 0
const at = () => `2026-11-23T02:00:${String(seq).padStart(2, '0')}Z`
function event(type: RoomEvent['type'], by: typeof consumer, facts: object = {}): RoomEvent {
  seq++
  return { type, seq, at: at(), by, ...facts } as unknown as RoomEvent
}
const run = (c: Case, ...events: RoomEvent[]) => events.reduce(apply, c)
const keys = (c: Case) => c.deadlines.map(({ key }) => key)

describe('apply: what the server folds, folded here', () => {
  it('a message of the desk leaves the clock running; a question is a first response', () => {
    const said = run(filed, event('message_posted', desk))
    expect(said.phase).toBe('awaiting_response')
    expect(keys(said)).toContain('first_response')
    const asked = run(filed, event('message_posted', desk, { question: true }))
    expect(asked).toMatchObject({ phase: 'negotiating', turn: 'consumer', question: true })
    expect(keys(asked)).not.toContain('first_response')
    const replied = run(asked, event('message_posted', consumer))
    expect(replied).toMatchObject({ turn: 'enterprise', question: undefined })
  })

  it('a counter-offer closes the claim and passes the turn; a message never answers it', () => {
    const made = event('offer_made', desk, { offer: 2, items, digest: 'b', valid_until: '2026-12-01T16:00:00Z', counters: 1, starts: [clock('offer:2', 'consumer')] })
    const c = run(filed, made)
    expect(c.offers.map(({ state }) => state)).toEqual(['countered', 'open'])
    expect(c).toMatchObject({ phase: 'negotiating', turn: 'consumer', first_response: made.at })
    expect(keys(c)).toEqual(['negotiation', 'offer:2'])
    expect(run(c, event('message_posted', consumer)).turn).toBe('consumer')
    const seen = event('offer_seen', consumer, { offer: 2 })
    expect(run(c, seen).offers[1]!.seen_at).toBe(seen.at)
    const declined = run(c, event('offer_declined', consumer, { offer: 2 }))
    expect(declined.offers[1]!.state).toBe('declined')
    expect(declined.turn).toBe('enterprise')
  })

  const accepted = () =>
    run(
      filed,
      event('offer_accepted', desk, {
        offer: 1,
        digest: 'a',
        starts: [clock('performance:0', 'enterprise', '2026-11-27T16:00:00Z'), clock('performance:1', 'consumer', '2026-11-30T16:00:00Z')],
      }),
    )

  it('acceptance makes the agreement with its clocks', () => {
    const c = accepted()
    expect(c).toMatchObject({ phase: 'agreed', turn: 'enterprise', agreement: { offer: 1, accepted_by: 'enterprise' } })
    expect(c.agreement!.items.map(({ state, due_at }) => [state, due_at])).toEqual([
      ['running', '2026-11-27T16:00:00Z'],
      ['running', '2026-11-30T16:00:00Z'],
    ])
    expect(keys(c)).toEqual(['performance:0', 'performance:1'])
  })

  it('report, confirmation and the end', () => {
    const reported = run(accepted(), event('performance_reported', desk, { item: 0, starts: [clock('confirmation:0', 'consumer', '2026-12-05T16:00:00Z')] }))
    expect(reported.agreement!.items[0]!.state).toBe('reported')
    expect(keys(reported)).toEqual(['performance:1', 'confirmation:0'])
    expect(reported.turn).toBe('consumer')
    const done = run(reported, event('performance_confirmed', consumer, { item: 0 }), event('case_closed', system, { reason: 'performed', class: 'SC' }))
    expect(done).toMatchObject({ phase: 'closed', turn: '', class: 'SC', closing: { reason: 'performed' }, deadlines: [] })
  })

  it('a report names its proof, which the item keeps', () => {
    const reported = run(accepted(), event('performance_reported', desk, { item: 0, file: 'f' }))
    expect(reported.agreement!.items[0]!.file).toBe('f')
    const again = run(reported, event('performance_disputed', consumer, { item: 0 }), event('performance_reported', desk, { item: 0 }))
    expect(again.agreement!.items[0]!.file).toBe('f')
  })

  it('a dispute sends the complaint, which keeps only the validity of offers', () => {
    const c = run(
      accepted(),
      event('performance_disputed', consumer, { item: 0 }),
      event('case_escalated', system, { reason: 'not_performed', bureau: 'b', class: 'SB', starts: [clock('complaint_decision', 'bureau')] }),
    )
    expect(c).toMatchObject({ phase: 'escalated', turn: 'bureau', class: 'SB', complaint: { reason: 'not_performed' } })
    expect(keys(c)).toEqual(['complaint_decision'])
    const taken = run(c, event('complaint_accepted', officer, { starts: [clock('mediation', 'bureau')] }))
    expect(taken).toMatchObject({ phase: 'accepted', complaint: { officer: 'o' } })
    const ended = run(taken, event('complaint_closed', officer, { outcome: 'terminated', ground: 'sixty_days' }))
    expect(ended).toMatchObject({ phase: 'closed', closing: { reason: 'complaint_closed' }, complaint: { terminated: 'sixty_days' } })
  })

  it('what is left to be found keeps the bureau’s days, also when the complaint is over', () => {
    const broken = run(
      accepted(),
      event('performance_disputed', consumer, { item: 0 }),
      event('case_escalated', system, { reason: 'not_performed', bureau: 'b', class: 'SB', starts: [clock('complaint_decision', 'bureau')] }),
    )
    expect(keys(run(broken, event('complaint_accepted', officer, { starts: [clock('mediation', 'bureau')] })))).toEqual(['ruling', 'mediation'])
    const withdrawn = run(broken, event('case_closed', consumer, { reason: 'withdrawn', withdrawn: 'other' }))
    expect(keys(withdrawn)).toEqual(['ruling'])
    expect(run(withdrawn, event('deadline_passed', system, { deadline: 'ruling', due: '2026-12-01T16:00:00Z' })).deadlines[0]!.overdue).toBe(true)
    expect(run(withdrawn, event('performance_found', officer, { finding: 'late', class: 'SC' }))).toMatchObject({ phase: 'closed', class: 'SC', deadlines: [] })
    expect(run(withdrawn, event('case_voided', officer, { ground: 'abuse', class: 'AB' })).deadlines).toEqual([])
  })

  it('a refusal waits for its ruling when the complaint was withdrawn', () => {
    const refused = run(
      filed,
      event('case_refused', desk, { ground: 'not_our_customer' }),
      event('case_escalated', system, { reason: 'refused', bureau: 'b', class: 'RR', starts: [clock('complaint_decision', 'bureau')] }),
      event('case_closed', consumer, { reason: 'withdrawn', withdrawn: 'other' }),
    )
    expect(keys(refused)).toEqual(['ruling'])
    expect(run(refused, event('refusal_ruled', officer, { upheld: true, class: 'RX' }))).toMatchObject({ class: 'RX', deadlines: [] })
  })

  it('a passed first response stays as overdue; a passed offer lapses', () => {
    const c = run(filed, event('deadline_passed', system, { deadline: 'first_response', due: '2026-11-24T16:00:00Z' }))
    expect(c.deadlines[0]).toMatchObject({ key: 'first_response', overdue: true })
    const lapsed = run(filed, event('deadline_passed', system, { deadline: 'offer:1', due: '2026-12-01T16:00:00Z' }))
    expect(lapsed.offers[0]).toMatchObject({ state: 'lapsed', answered_at: '2026-12-01T16:00:00Z' })
  })

  it('unsent, sent later, withdrawn and reopened', () => {
    const unsent = run(filed, event('case_closed', system, { reason: 'unsettled_not_sent', class: 'TE', unsent: 'no_response' }))
    expect(unsent).toMatchObject({ phase: 'closed', unsent: true, unsent_for: 'no_response', class: 'TE' })
    expect(run(unsent, event('case_escalated', consumer, { reason: 'sent_later', bureau: 'b' }))).toMatchObject({ phase: 'escalated', unsent: undefined, class: 'TE' })
    const back = run(
      filed,
      event('case_closed', consumer, { reason: 'withdrawn', class: 'WC', withdrawn: 'filed_by_mistake' }),
      event('case_reopened', consumer, { starts: [clock('negotiation', 'enterprise')] }),
    )
    expect(back).toMatchObject({ phase: 'awaiting_response', reopened: true, class: undefined, turn: 'enterprise' })
    expect(back.offers[0]!.state).toBe('lapsed')
  })

  it('moved deadlines move what they date', () => {
    const c = run(accepted(), event('deadlines_moved', system, { reason: 'calendar', moves: [{ from: '2026-11-27T16:00:00Z', deadline: clock('performance:0', 'enterprise', '2026-11-28T16:00:00Z') }] }))
    expect(c.agreement!.items[0]!.due_at).toBe('2026-11-28T16:00:00Z')
  })
})

describe('snapshot and events together', () => {
  const view = (position: number, c: Case = filed): CaseView =>
    ({
      case: c,
      positions: { 'case/room': position ? `${position}.9f31c2aa` : '0' },
      participants: { c: { side: 'consumer', name: '王' }, d: { side: 'enterprise', name: '客服小李' } },
      clocks: c.deadlines.map((d) => ({ ...d, strip: [{ date: '2026-11-20', kind: 'working', counted: 0 }] })),
      texts: { goods: '鞋', facts: '', offers: [] },
    }) as unknown as CaseView
  const words = (n: number, by = consumer) => ({ type: 'message_posted', seq: n, at: `2026-11-23T02:00:0${n}Z`, by, content: { text: `第 ${n} 句` } }) as RoomEvent

  it('ignores what the snapshot already holds, and asks for nothing after words', () => {
    let state = open(view(2), [words(1), words(2)])
    state = add(state, [words(2), words(3)])
    expect(state.events.map((event) => event.seq)).toEqual([1, 2, 3])
    expect(state.seq).toBe(3)
    expect(state.stale).toBe(false)
    expect(state.view.case.spoke).toBe('2026-11-23T02:00:03Z')
  })

  it('takes older events later without folding them again', () => {
    let state = add(open(view(4)), [words(5)])
    state = add(state, [words(1), words(2), words(3), words(4)])
    expect(state.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5])
    expect(state.seq).toBe(5)
  })

  it('offers nothing to do with a case that closed until the server has said what', () => {
    const offered = { ...view(2), may: ['accept_offer', 'escalate', 'post_message'] } as CaseView
    const end = { type: 'case_closed', seq: 3, at: '2026-11-23T02:00:03Z', by: consumer, reason: 'withdrawn', class: 'WC' } as unknown as RoomEvent
    const closed = add(open(offered), [end])
    expect([closed.stale, closed.view.may]).toEqual([true, []])
    expect(closed.view.case.offers[0]!.state).toBe('lapsed')
    const fresh = { ...view(3, closed.view.case), may: ['reopen'] } as CaseView
    expect(take(closed, fresh).view.may).toEqual(['reopen'])
    expect(add(open(offered), [words(3)]).view.may).toEqual(offered.may)
  })

  it('wants a fresh snapshot after an act or a newcomer, and folds onto an old one', () => {
    const made = { type: 'offer_made', seq: 3, at: '2026-11-23T02:00:03Z', by: desk, offer: 2, items, digest: 'b', valid_until: '2026-12-01T16:00:00Z', counters: 1, starts: [clock('offer:2', 'consumer')], content: { text: '请看', items: ['', ''] } } as unknown as RoomEvent
    const state = add(open(view(2)), [made, words(4, desk)])
    expect(state.stale).toBe(true)
    expect(state.view.texts!.offers).toEqual([{ offer: 2, text: '请看', reason: undefined, items: ['', ''], erased: undefined }])
    expect(state.view.clocks.find(({ key }) => key === 'negotiation')!.strip).toHaveLength(1)
    expect(state.view.clocks.find(({ key }) => key === 'offer:2')!.strip).toEqual([])

    const late = take(state, view(2))
    expect(late).toMatchObject({ seq: 4, stale: true })
    expect(late.view.case.offers).toHaveLength(2)
    const fresh = take(state, view(4, state.view.case))
    expect(fresh).toMatchObject({ seq: 4, stale: false })
    expect(fresh.view.case).toEqual(state.view.case)
    expect(add(open(view(2)), [words(3, officer)]).stale).toBe(true)
  })
})

describe('the choice for an unsettled case', () => {
  const state = open({ case: filed, clocks: [], participants: {}, may: [], positions: { 'k/room': '2.aa' } } as unknown as CaseView)
  const choice = (yes: boolean) => event('consents_changed', consumer, { escalation: { yes, text: '2' } })

  it('comes by its own channel and moves nothing of the room', () => {
    const after = chosen(state, [choice(true), choice(false)])
    expect(after.view.case.consents.escalation).toEqual({ yes: false, text: '2' })
    expect(after.view.case.spoke).toBe(filed.spoke)
    expect([after.seq, after.events, after.stale]).toEqual([state.seq, state.events, state.stale])
    expect(chosen(state, [event('message_posted', consumer)])).toBe(state)
  })

  it('leaves the publication to the room, as a word of the consumer', () => {
    const said = event('consents_changed', consumer, { publication: { yes: true, text: '2' } })
    expect(apply(filed, said)).toMatchObject({ consents: { publication: { yes: true }, escalation: { yes: true, text: '1' } }, spoke: said.at })
  })
})
