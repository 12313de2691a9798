import { expect, it } from 'vitest'
import type { CaseView, Command, Item, Offer, RoomEvent } from '@/features/words'
import { begun, dropOffer } from '@/features/offer/kept'
import { askedIn, asSent, changesOf, itemsOf, overOffer, takeUp, type Request } from './approval'

const refund = (minor: number): Item => ({ by: 'enterprise', remedy: 'refund', amount: { currency: 'CNY', minor }, due: { days: 3, unit: 'working' } })
const offer = (number: number, by: 'consumer' | 'enterprise', minor: number, state = 'open') => ({ number, by, items: [refund(minor)], digest: `d${number}`, state }) as Offer
const view = (more: { limit?: number; offers?: Offer[]; request?: number; known?: number }): CaseView =>
  ({
    case: { id: 'c', offers: more.offers ?? [offer(1, 'consumer', 15_000)], ...(more.request && { request: { seq: more.request, by: 'chen', at: '' } }) },
    may: ['accept_offer', 'make_offer'],
    positions: { 'c/desk': `${more.known ?? 9}.00000000` },
    ...(more.limit !== undefined && { limit: { currency: 'CNY', minor: more.limit } }),
  }) as unknown as CaseView
const event = (seq: number, fields: object) => ({ seq, at: '', by: { side: 'enterprise', id: 'chen' }, ...fields }) as RoomEvent
const request = (seq: number, minor = 12_000) =>
  event(seq, { type: 'approval_requested', make_offer: { items: [refund(minor)], valid_days: 5 }, content: { items: ['原路退回'] } }) as Request
const makes = (minor: number): Command => ({ type: 'make_offer', items: [refund(minor), { ...refund(99_999), by: 'consumer' }], valid_days: 5, text: '诚意' })

it('asks for what is over the limit, and sends the rest', () => {
  expect(asSent(makes(50_000), view({}), 'x')).toEqual(makes(50_000))
  expect(asSent(makes(5000), view({ limit: 5000 }), 'x')).toEqual(makes(5000))
  expect(asSent(makes(5001), view({ limit: 5000 }), ' 有道理 ')).toMatchObject({ type: 'request_approval', make_offer: { valid_days: 5, text: '诚意' }, note: '有道理' })
  expect(asSent(makes(1), view({ limit: 0 }), '')).not.toHaveProperty('note')
  const accept: Command = { type: 'accept_offer', offer: 1, digest: 'd1' }
  expect(asSent(accept, view({ limit: 15_000 }), '')).toEqual(accept)
  expect(asSent(accept, view({ limit: 14_999 }), '')).toEqual({ type: 'request_approval', accept_offer: { offer: 1, digest: 'd1' } })
  expect(asSent({ type: 'decline_offer', offer: 1 }, view({ limit: 0 }), '')).toEqual({ type: 'decline_offer', offer: 1 })
})

it('knows the offer of the consumer that is over the limit', () => {
  expect(overOffer(view({ limit: 14_999 }))?.number).toBe(1)
  expect(overOffer(view({ limit: 15_000 }))).toBeUndefined()
  expect(overOffer(view({}))).toBeUndefined()
  expect(overOffer(view({ limit: 0, offers: [offer(1, 'consumer', 15_000, 'countered'), offer(2, 'enterprise', 15_000)] }))).toBeUndefined()
})

it('tells what became of each request', () => {
  const events = [
    request(1), event(2, { type: 'request_withdrawn', request: 1 }), request(3), event(4, { type: 'message_posted' }), request(5),
    event(6, { type: 'request_answered', request: 5, approved: false }), request(7), event(8, { type: 'request_answered', request: 7, approved: true }), request(9),
  ]
  const states = (now: CaseView) => askedIn(events, now).map(({ state }) => state)
  const past = ['withdrawn', 'replaced', 'declined', 'approved']
  expect(states(view({ request: 9 }))).toEqual([...past, 'open'])
  expect(states(view({}))).toEqual([...past, 'overtaken'])
  expect(states(view({ known: 8 }))).toEqual([...past, 'open']) // younger than the snapshot
})

it('compares what is asked for with what we offered last, else with what the consumer wants', () => {
  const ours = view({ offers: [offer(1, 'consumer', 15_000, 'countered'), offer(2, 'enterprise', 9000)] })
  expect(itemsOf(request(1), ours)).toEqual([{ ...refund(12_000), description: '原路退回' }])
  expect(changesOf(request(1), ours)).toMatchObject({ own: true, list: [{ kind: 'amount', from: 9000, to: 12_000 }] })
  expect(changesOf(request(1), view({}))).toMatchObject({ own: false, list: [{ kind: 'amount', from: 15_000, to: 12_000 }] })
  const accept = event(1, { type: 'approval_requested', accept_offer: { offer: 1, digest: 'd1' } }) as Request
  expect(itemsOf(accept, view({}))).toEqual([refund(15_000)])
  expect(changesOf(accept, view({}))).toBeNull()
})

it('puts what was asked for back to be changed, but over nothing that was begun since', () => {
  const made = (number: number, made_at: string) => ({ ...offer(number, 'consumer', 15_000), made_at })
  const now = view({ offers: [made(1, '2026-03-02T10:00:00Z'), made(2, '2026-03-02T12:00:00Z')] })
  const asked = { ...request(1, 12_000), at: '2026-03-02T11:00:00Z' }
  takeUp(asked, now)
  expect(begun('c')).toMatchObject({ offers: 1, valid: 5, text: '', items: [{ remedy: 'refund', amount: { minor: 12_000 }, description: '原路退回', days: 3 }] })
  takeUp(request(2, 500), now)
  expect(begun('c')?.items[0]?.amount?.minor).toBe(12_000)
  dropOffer('c')
  takeUp(event(3, { type: 'approval_requested', accept_offer: { offer: 1, digest: 'd1' } }) as Request, now)
  expect(begun('c')).toBeNull()
})
