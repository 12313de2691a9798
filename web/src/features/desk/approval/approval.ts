/* Requests for approval as the desk's channel tells of them, and what an agent may settle for alone. Pure. */
import { seqOf } from '@/live/frames'
import type { CaseView, Command, EventOf, Item, RoomEvent } from '@/features/words'
import { basisOf, changes, described } from '@/features/offer/diff'
import { fromItems } from '@/features/offer/draft'
import { openOffer, total } from '@/features/offer/items'
import { begun, keepOffer } from '@/features/offer/kept'

export type Request = EventOf<'approval_requested'>
export type RequestEvent = EventOf<'approval_requested' | 'request_answered' | 'request_withdrawn'>

export interface Asked {
  readonly request: Request
  readonly state: 'open' | 'approved' | 'declined' | 'withdrawn' | 'replaced' | 'overtaken'
  readonly answer?: EventOf<'request_answered'>
}

export const isRequestEvent = (event: RoomEvent): event is RequestEvent =>
  event.type === 'approval_requested' || event.type === 'request_answered' || event.type === 'request_withdrawn'

/** All requests of a case, oldest first. Which one lies open the snapshot says, but for one that is younger. */
export function askedIn(events: readonly RoomEvent[], view: CaseView): Asked[] {
  const ends = events.filter((event): event is EventOf<'request_answered' | 'request_withdrawn'> => isRequestEvent(event) && event.type !== 'approval_requested')
  const requests = events.filter((event): event is Request => event.type === 'approval_requested')
  const known = seqOf(view.positions[`${view.case.id}/desk`])
  return requests.map((request) => {
    const end = ends.find((event) => event.request === request.seq)
    if (end?.type === 'request_withdrawn') return { request, state: 'withdrawn' }
    if (end) return { request, state: end.approved ? 'approved' : 'declined', answer: end }
    if (request !== requests.at(-1)) return { request, state: 'replaced' }
    return { request, state: view.case.request?.seq === request.seq || request.seq > known ? 'open' : 'overtaken' }
  })
}

/** The terms that are asked for: with their descriptions, where those were not erased. */
export function itemsOf(request: Request, view: CaseView): Item[] {
  if (request.make_offer) return described(request.make_offer.items, request.content?.items)
  const offer = view.case.offers.find(({ number }) => number === request.accept_offer?.offer)
  return offer ? described(offer.items, view.texts?.offers.find(({ offer: number }) => number === offer.number)?.items) : []
}

/** Puts the offer that was asked for back where one is written, unless another was begun there meanwhile. */
export function takeUp({ at, make_offer: offer, content }: Request, { case: { id, offers } }: CaseView): void {
  if (!offer || begun(id)) return
  const written = { items: fromItems(offer.items, content?.items), valid: offer.valid_days, text: content?.text ?? '', reason: content?.reason ?? '' }
  keepOffer(id, written, offers.filter(({ made_at }) => Date.parse(made_at) <= Date.parse(at)).length)
}

/** What a new offer changes, against which one. */
export function changesOf(request: Request, view: CaseView) {
  const { offers } = view.case
  const against = request.make_offer && basisOf(offers, { ...offers.at(-1)!, number: Infinity, by: 'enterprise' })
  if (!against) return null
  const words = view.texts?.offers.find(({ offer }) => offer === against.offer.number)?.items
  return { own: against.own, list: changes(described(against.offer.items, words), itemsOf(request, view)) }
}

/** Whether the reader, an agent, may not settle for so much alone. */
export const isOver = (view: CaseView, minor: number): boolean => view.limit !== undefined && minor > view.limit.minor

/** The consumer's offer on the table, when the reader may not accept it alone. */
export function overOffer(view: CaseView) {
  const offer = openOffer(view.case.offers)
  return offer?.by === 'consumer' && view.may.includes('accept_offer') && isOver(view, total(offer.items)) ? offer : undefined
}

/** The command as it goes out: what the reader may not do alone is asked for. */
export function asSent(command: Command, view: CaseView, note: string): Command {
  const more = note.trim() && { note: note.trim() }
  if (command.type === 'make_offer' && isOver(view, total(command.items))) {
    const { items, valid_days, text, reason } = command
    return { type: 'request_approval', make_offer: { items, valid_days, ...(text && { text }), ...(reason && { reason }) }, ...more }
  }
  if (command.type === 'accept_offer' && overOffer(view)) return { type: 'request_approval', accept_offer: { offer: command.offer, digest: command.digest }, ...more }
  return command
}
