/*
 * A case on screen: the snapshot folded with the events after it. Pure.
 *
 * Facts follow the events exactly as the server folds them (negotiation.Case.Apply).
 * What only the server knows (what the reader may do now, the day strips of new
 * clocks, names of newcomers, whether a next step opened the details) comes with a
 * fresh snapshot: `stale` says that one is wanted. A snapshot may be older or newer
 * than the events at hand; `take` puts the two together.
 */
import { seqOf } from '@/live/frames'
import type { Case, CaseView, Clock, Deadline, EventOf, OfferState, PromiseItem, RoomEvent, Side, Turn } from '@/features/words'

export interface RoomState {
  /** As of `seq`. */
  readonly view: CaseView
  /** Number of the last event of the room in `view`. */
  readonly seq: number
  /** Events of the room at hand, in order, without doubles. */
  readonly events: readonly RoomEvent[]
  /** The snapshot is behind in what cannot be folded: fetch a fresh one. */
  readonly stale: boolean
}

/** Events after which rights, clocks or people may be other ones. Words and marks change none of them. */
const light: ReadonlySet<RoomEvent['type']> = new Set(['message_posted', 'evidence_added', 'reminded', 'case_rated', 'content_erased'])

export function open(view: CaseView, events: readonly RoomEvent[] = []): RoomState {
  return take({ view, seq: 0, events: [], stale: false }, view, events)
}

/** A fresh snapshot; events that it does not hold yet are folded onto it. */
export function take(state: RoomState, view: CaseView, more: readonly RoomEvent[] = []): RoomState {
  const events = join(state.events, more)
  const seq = seqOf(view.positions[roomOf(view)])
  const rest = events.filter((event) => event.seq > seq)
  const folded = rest.reduce(fold, view)
  return { view: folded, seq: rest.at(-1)?.seq ?? seq, events, stale: rest.some((event) => wants(view, event)) }
}

/** New events of the room. Old ones, fetched later, only join the log. */
export function add(state: RoomState, more: readonly RoomEvent[]): RoomState {
  const events = join(state.events, more)
  const rest = more.filter((event) => event.seq > state.seq).sort((one, other) => one.seq - other.seq)
  if (rest.length === 0) return { ...state, events }
  return {
    view: rest.reduce(fold, state.view),
    seq: rest.at(-1)!.seq,
    events,
    stale: state.stale || rest.some((event) => wants(state.view, event)),
  }
}

/** What came by the consumer's own channel: the choice for an unsettled case. */
export function chosen(state: RoomState, more: readonly RoomEvent[]): RoomState {
  const escalation = more.findLast((event): event is EventOf<'consents_changed'> => event.type === 'consents_changed' && Boolean(event.escalation))?.escalation
  if (!escalation) return state
  const { view } = state
  return { ...state, view: { ...view, case: { ...view.case, consents: { ...view.case.consents, escalation } } } }
}

const roomOf = (view: CaseView): string => `${view.case.id}/room`

const wants = (view: CaseView, event: RoomEvent): boolean =>
  !light.has(event.type) || (event.by.side !== 'system' && !(event.by.id in view.participants))

function join(known: readonly RoomEvent[], more: readonly RoomEvent[]): readonly RoomEvent[] {
  if (more.length === 0) return known
  const last = known.at(-1)?.seq ?? 0
  if (more[0]!.seq === last + 1) return [...known, ...more]
  const bySeq = new Map([...known, ...more].map((event) => [event.seq, event]))
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq)
}

/** One event onto a snapshot. What may be done with a case that just closed only a fresh one says: until then, nothing. */
function fold(view: CaseView, event: RoomEvent): CaseView {
  const facts = apply(view.case, event)
  const clocks = clocksOf(view.clocks, facts.deadlines)
  const may = facts.phase === 'closed' && view.case.phase !== 'closed' ? [] : view.may
  return { ...view, case: facts, clocks, may, texts: textsOf(view, event) }
}

/** Clocks that ran keep their strips; new ones stand without until the fresh snapshot. */
function clocksOf(known: readonly Clock[], deadlines: readonly Deadline[]): Clock[] {
  return deadlines
    .map((deadline) => {
      const old = known.find((clock) => clock.key === deadline.key && clock.start === deadline.start && clock.due === deadline.due)
      const { key, whose, start, days, unit, due, provisional, moved_from, overdue } = deadline
      return { key, whose, start, days, unit, due, provisional, moved_from, overdue, strip: old?.strip ?? [] }
    })
    .sort((one, other) => Date.parse(one.due) - Date.parse(other.due))
}

function textsOf(view: CaseView, event: RoomEvent): CaseView['texts'] {
  const { texts } = view
  if (!texts || event.type !== 'offer_made') return texts
  const { text, reason, items } = event.content ?? {}
  const own = { offer: event.offer, text, reason, items, erased: event.erased }
  return { ...texts, offers: [...texts.offers.filter(({ offer }) => offer !== event.offer), own] }
}

/* The fold of facts, one function per group of events, as in negotiation/apply.go. */

export function apply(c: Case, e: RoomEvent): Case {
  c = { ...c, last_at: e.at }
  switch (e.type) {
    case 'message_posted':
      return spoken(c, e, e.question ?? false)
    case 'evidence_added':
      return spoken({ ...c, files: counted(c.files, e.by.side) }, e, false)
    case 'offer_made':
      return offerMade(c, e)
    case 'offer_seen':
      return withOffer(c, e.offer, { seen_at: e.at })
    case 'offer_withdrawn':
      c = answered(c, e.offer, 'withdrawn', e.at)
      return talkTurn(heard(c, e), e.by.side, e.at)
    case 'offer_declined':
      c = answered(c, e.offer, 'declined', e.at)
      return talkTurn(heard(c, e), e.by.side === 'consumer' ? 'enterprise' : 'consumer', e.at)
    case 'offer_accepted':
      return offerAccepted(c, e)
    case 'performance_reported':
      return reported(c, e)
    case 'performance_confirmed':
      return performanceTurn(stopItem(withItem(c, e.item, { state: 'confirmed', late: e.late || undefined }), e.item), e.at)
    case 'performance_disputed':
      return disputed(c, e)
    case 'case_refused':
      return responded({ ...c, refusal: { ground: e.ground, at: e.at, ruled: false } }, e.at)
    case 'refusal_ruled':
      return stop(classed({ ...c, refusal: c.refusal && { ...c.refusal, ruled: true, upheld: e.upheld || undefined } }, e.at, e.class), 'ruling')
    case 'case_escalated':
      return escalated(c, e)
    case 'case_reopened':
      return reopened(c, e)
    case 'case_rated':
      return { ...c, stars: e.stars }
    case 'case_closed':
      return closed(c, e)
    case 'consents_changed':
      // The choice for an unsettled case comes by the consumer's own channel, and is no word to the enterprise.
      return e.publication ? { ...c, consents: { ...c.consents, publication: e.publication }, spoke: e.at } : c
    case 'details_disclosed':
      return { ...c, disclosed: true, spoke: e.at }
    case 'complaint_accepted':
    case 'complaint_refused':
    case 'complaint_closed':
    case 'performance_found':
    case 'enterprise_chased':
    case 'case_voided':
      return complaint(c, e)
    case 'deadline_passed':
      return passed(c, e)
    case 'reminded':
      return change(c, e.deadline, (d) => ({ ...d, remind: e.left ? d.remind?.slice(-e.left) : undefined }))
    case 'deadlines_moved':
      return moved(c, e)
    default:
      return c
  }
}

function counted(files: Case['files'], side: Side): Case['files'] {
  return side === 'consumer' ? { ...files, consumer: files.consumer + 1 } : { ...files, enterprise: files.enterprise + 1 }
}

function turn(c: Case, side: Side | '', at: string): Case {
  return c.turn === side ? c : { ...c, turn: side as Turn, turn_since: at }
}

const talkTurn = (c: Case, side: Side, at: string): Case => (c.phase === 'negotiating' ? turn(c, side, at) : c)
const heard = (c: Case, e: RoomEvent): Case => (e.by.side === 'consumer' ? { ...c, spoke: e.at } : c)

function spoken(c: Case, e: RoomEvent, question: boolean): Case {
  if (e.by.side === 'consumer') {
    c = { ...c, spoke: e.at, question: undefined }
    const last = c.offers.at(-1)
    const theirs = last?.state === 'open' && last.by !== 'consumer'
    return c.turn === 'consumer' && c.phase === 'negotiating' && !theirs ? turn(c, 'enterprise', e.at) : c
  }
  const talking = c.phase === 'awaiting_response' || c.phase === 'negotiating'
  if (e.by.side === 'enterprise' && question && talking) return turn(responded({ ...c, question: true }, e.at), 'consumer', e.at)
  return c
}

function responded(c: Case, at: string): Case {
  const phase = c.phase === 'awaiting_response' ? 'negotiating' : c.phase
  return stop({ ...c, first_response: c.first_response ?? at, phase }, 'first_response')
}

function classed(c: Case, at: string, value: Case['class']): Case {
  return value ? { ...c, class: value, classed_at: c.class ? c.classed_at : at } : c
}

const start = (c: Case, more: readonly Deadline[] = []): Case =>
  more.length === 0 ? c : { ...c, deadlines: [...c.deadlines.filter((d) => !more.some(({ key }) => key === d.key)), ...more] }
const stop = (c: Case, ...keys: string[]): Case => ({ ...c, deadlines: c.deadlines.filter(({ key }) => !keys.includes(key)) })
const stopItem = (c: Case, i: number): Case => stop(c, `performance:${i}`, `silence:${i}`, `confirmation:${i}`, `consumer_part:${i}`)
const change = (c: Case, key: string, f: (d: Deadline) => Deadline): Case => ({
  ...c,
  deadlines: c.deadlines.map((d) => (d.key === key ? f(d) : d)),
})

const withOffer = (c: Case, number: number, fields: Partial<Case['offers'][number]>): Case => ({
  ...c,
  offers: c.offers.map((offer) => (offer.number === number ? { ...offer, ...fields } : offer)),
})
const answered = (c: Case, number: number, state: OfferState, at: string): Case =>
  stop(withOffer(c, number, { state, answered_at: at }), `offer:${number}`)

function withItem(c: Case, i: number, fields: Partial<PromiseItem>): Case {
  const items = c.agreement!.items.map((item, at) => (at === i ? { ...item, ...fields } : item))
  return { ...c, agreement: { ...c.agreement!, items } }
}

function offerMade(c: Case, e: EventOf<'offer_made'>): Case {
  if (e.counters) c = answered(c, e.counters, 'countered', e.at)
  if (e.replaces) c = answered(c, e.replaces, 'replaced', e.at)
  const { offer: number, items, digest, valid_until } = e
  const made = { number, by: e.by.side, account: e.by.id, items, digest, made_at: e.at, valid_until, state: 'open' as const }
  c = { ...c, offers: [...c.offers, made], question: undefined }
  if (e.by.side === 'consumer') c = { ...c, spoke: e.at }
  else if (!c.complaint) c = responded(c, e.at)
  return talkTurn(start(c, e.starts), e.by.side === 'consumer' ? 'enterprise' : 'consumer', e.at)
}

function offerAccepted(c: Case, e: EventOf<'offer_accepted'>): Case {
  const offer = c.offers.find(({ number }) => number === e.offer)
  if (!offer) return c
  c = answered(c, e.offer, 'accepted', e.at)
  const items = offer.items.map((item, i): PromiseItem => {
    const clock = e.starts?.find(({ key }) => key === `performance:${i}`)
    return clock ? { ...item, state: 'running', due_at: clock.due } : { ...item, state: 'waiting' }
  })
  const settling = c.complaint ? true : undefined
  // The clocks of an agreement that was broken before are of items that are no more.
  c.agreement?.items.forEach((_, i) => (c = stopItem(c, i)))
  c = heard({ ...c, agreement: { offer: e.offer, digest: e.digest, accepted_by: e.by.side, accepted_at: e.at, items, settling } }, e)
  if (!c.complaint) {
    if (e.by.side === 'enterprise') c = responded(c, e.at)
    c = stop({ ...c, phase: 'agreed', settled_at: e.at, question: undefined }, 'first_response', 'negotiation')
  }
  return performanceTurn(start(c, e.starts), e.at)
}

function reported(c: Case, e: EventOf<'performance_reported'>): Case {
  if (!c.agreement) return c
  c = withItem(c, e.item, { state: 'reported', reported_at: e.at, late: e.late || undefined, ...(e.file && { file: e.file }) })
  for (const { key, due } of e.starts ?? []) {
    const [kind, i] = parts(key)
    if (kind === 'performance') c = withItem(c, i, { state: 'running', due_at: due })
  }
  return performanceTurn(start(stopItem(c, e.item), e.starts), e.at)
}

function disputed(c: Case, e: EventOf<'performance_disputed'>): Case {
  if (!c.agreement) return c
  c = stopItem(withItem(c, e.item, { state: 'disputed' }), e.item)
  c.agreement!.items.forEach((item, i) => {
    if (item.due.after !== e.item || (item.state !== 'running' && item.state !== 'asked')) return
    c = stopItem(withItem(c, i, { state: 'waiting', due_at: undefined }), i)
  })
  return performanceTurn(start(c, e.starts), e.at)
}

/** In performance the turn is with whose clock runs out first. */
function performanceTurn(c: Case, at: string): Case {
  if (c.phase !== 'agreed' || c.deadlines.length === 0) return c
  const first = c.deadlines.reduce((one, other) => (Date.parse(other.due) < Date.parse(one.due) ? other : one))
  return turn(c, first.whose, at)
}

function escalated(c: Case, e: EventOf<'case_escalated'>): Case {
  c = {
    ...c,
    phase: 'escalated',
    closing: undefined,
    question: undefined,
    complaint: { reason: e.reason, received_at: e.at },
    unsent: undefined,
    unsent_for: undefined,
    deadlines: c.deadlines.filter(({ key }) => parts(key)[0] === 'offer'),
  }
  return turn(relaid(start(classed(c, e.at, e.class), e.starts), e.starts), 'bureau', e.at)
}

/** An offer whose clock starts again lies on the table again: the case had closed before its validity was over. */
function relaid(c: Case, starts: readonly Deadline[] = []): Case {
  for (const { key } of starts) {
    const [kind, number] = parts(key)
    if (kind === 'offer') c = withOffer(c, number, { state: 'open', answered_at: undefined })
  }
  return c
}

function reopened(c: Case, e: EventOf<'case_reopened'>): Case {
  const phase = c.first_response ? 'negotiating' : 'awaiting_response'
  c = { ...c, reopened: true, closing: undefined, class: undefined, classed_at: undefined, spoke: e.at, phase }
  c = relaid(start({ ...c, agreement: undefined, settled_at: undefined }, e.starts), e.starts)
  const last = c.offers.at(-1)
  return turn(c, last?.state === 'open' && last.by === 'enterprise' ? 'consumer' : 'enterprise', e.at)
}

function closed(c: Case, e: EventOf<'case_closed'>): Case {
  const unsent = e.reason === 'unsettled_not_sent' || undefined
  c = { ...c, phase: 'closed', closing: { reason: e.reason, at: e.at, withdrawn: e.withdrawn, until: e.until }, unsent, unsent_for: e.unsent }
  if (e.class === 'SC') c = { ...c, late: c.agreement?.items.some((item) => item.by === 'enterprise' && item.late) || undefined }
  if (c.complaint && !c.complaint.closed_at) {
    const outcome = e.reason === 'settled_during_the_complaint' ? 'settled' : c.complaint.outcome
    c = { ...c, complaint: { ...c.complaint, closed_at: e.at, outcome } }
  }
  return end(classed(c, e.at, e.class), e.at)
}

function end(c: Case, at: string): Case {
  const last = c.offers.at(-1)
  if (last?.state === 'open') c = answered(c, last.number, 'lapsed', at)
  c = toRule(c)
  const deadlines = ruling(c) ? c.deadlines.filter(({ key }) => key === 'ruling') : []
  return turn({ ...c, deadlines, question: undefined }, '', at)
}

/** Whether an officer has to rule on a refusal, or to find on a broken promise. */
const ruling = ({ complaint: k, class: of, refusal }: Case): boolean =>
  Boolean(k && ((of === 'RR' && refusal && !refusal.ruled) || (of === 'SB' && !k.finding)))

/** The bureau's days go on for what is left to be ruled on when they no longer run for the decision on the complaint. */
const toRule = (c: Case): Case => (ruling(c) ? change(c, 'complaint_decision', (d) => ({ ...d, key: 'ruling' })) : c)

type OfComplaint = EventOf<
  'complaint_accepted' | 'complaint_refused' | 'complaint_closed' | 'performance_found' | 'enterprise_chased' | 'case_voided'
>

function complaint(c: Case, e: OfComplaint): Case {
  if (e.type === 'case_voided') {
    const k = c.complaint && !c.complaint.closed_at ? { ...c.complaint, closed_at: e.at, officer: e.by.id } : c.complaint
    c = { ...c, complaint: k, phase: 'closed', closing: { reason: 'void', at: e.at }, unsent: undefined, unsent_for: undefined }
    return end(classed(c, e.at, e.class), e.at)
  }
  const k = c.complaint
  if (!k) return c
  const officer = e.by.id
  switch (e.type) {
    case 'complaint_accepted':
      c = { ...c, complaint: { ...k, accepted_at: e.at, officer }, phase: 'accepted' }
      return start(stop(toRule(c), 'complaint_decision'), e.starts)
    case 'complaint_refused':
      c = { ...c, complaint: { ...k, refused_at: e.at, closed_at: e.at, ground: e.ground, officer }, phase: 'closed' }
      return end(classed({ ...c, closing: { reason: 'complaint_refused', at: e.at } }, e.at, e.class), e.at)
    case 'performance_found':
      return stop(classed({ ...c, complaint: { ...k, finding: e.finding, officer }, late: e.finding === 'late' || undefined }, e.at, e.class), 'ruling')
    case 'enterprise_chased':
      return { ...c, complaint: { ...k, chased: (k.chased ?? 0) + 1 } }
    case 'complaint_closed':
      c = { ...c, complaint: { ...k, closed_at: e.at, outcome: e.outcome, terminated: e.ground, officer }, phase: 'closed' }
      return end({ ...c, closing: { reason: 'complaint_closed', at: e.at } }, e.at)
  }
}

function passed(c: Case, e: EventOf<'deadline_passed'>): Case {
  const [kind, n] = parts(e.deadline)
  if (kind === 'first_response' || kind === 'complaint_decision' || kind === 'ruling' || kind === 'mediation') {
    return change(c, e.deadline, (d) => ({ ...d, overdue: true, remind: undefined }))
  }
  if (kind === 'offer') return answered(c, n, 'lapsed', e.due)
  if (kind === 'performance' && c.agreement?.items[n]?.by === 'enterprise') c = withItem(c, n, { state: 'asked' })
  if (kind === 'confirmation' && c.agreement) c = withItem(c, n, { state: 'unconfirmed' })
  return performanceTurn(start(stop(c, e.deadline), e.starts), e.at)
}

function moved(c: Case, e: EventOf<'deadlines_moved'>): Case {
  for (const { deadline } of e.moves) {
    const [kind, i] = parts(deadline.key)
    c = change(c, deadline.key, () => deadline)
    if (kind === 'performance' && c.agreement) c = withItem(c, i, { due_at: deadline.due })
    if (kind === 'offer') c = withOffer(c, i, { valid_until: deadline.due })
  }
  return c
}

/** "offer:3" → ["offer", 3]; without a number, -1. */
export function parts(key: string): [kind: string, n: number] {
  const [kind = '', n] = key.split(':')
  return [kind, n === undefined ? -1 : Number(n)]
}
