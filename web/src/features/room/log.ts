/* The room's log as it is read: messages, offers, evidence, and what happened as quiet lines, day by day. */
import { locale, translate } from '@/i18n'
import { due as dueText, estimated, isoDay } from '@/lib/format'
import { capital, who, whom, whose, word, type By, type CaseView, type EventOf, type Reader, type RoomEvent } from '@/features/words'
import messages from './messages'
import { provedBy } from './evidence'
import { parts } from './state'

export type LineTone = 'quiet' | 'good' | 'warn' | 'bureau'
interface Base {
  key: string
  seq: number
  at: string
}
export type Entry =
  | { kind: 'day'; key: string; at: string }
  | (Base & { kind: 'message'; by: By; own: boolean; text: string; erased: boolean; question: boolean; follows: boolean })
  | (Base & { kind: 'offer'; by: By; own: boolean; offer: number; title: string })
  | (Base & { kind: 'evidence'; by: By; own: boolean; file: string; name: string; mime: string; size: number; caption: string; erased: boolean })
  | (Base & { kind: 'line'; by: By; tone: LineTone; text: string; detail: string; proof?: { file: string; text: string } })

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)

const proofOf = (n: number) => say('event.proof', { n })!

/** Messages of one speaker within this time stand together under one name. */
const together = 5 * 60_000

export function entriesOf(events: readonly RoomEvent[], view: CaseView, reader: Reader): Entry[] {
  const entries: Entry[] = []
  let day = ''
  for (const event of events) {
    const entry = entryOf(event, view, reader)
    if (!entry) continue
    const date = isoDay(event.at)
    if (date !== day) entries.push({ kind: 'day', key: date, at: event.at })
    day = date
    const before = entries.at(-1)
    if (entry.kind === 'message' && before?.kind === 'message') {
      entry.follows = before.by.id === entry.by.id && Date.parse(entry.at) - Date.parse(before.at) < together
    }
    entries.push(entry)
  }
  return entries
}

function entryOf(event: RoomEvent, view: CaseView, reader: Reader): Exclude<Entry, { kind: 'day' }> | null {
  const { seq, at, by } = event
  const base = { key: String(seq), seq, at, by }
  const own = by.side === reader
  const erased = event.erased ?? false
  const text = event.content?.text ?? ''
  switch (event.type) {
    case 'offer_seen':
    case 'agent_assigned':
      return null
    case 'message_posted':
      return { ...base, kind: 'message', own, text, erased, question: event.question ?? false, follows: false }
    case 'offer_made':
      return { ...base, kind: 'offer', own, offer: event.offer, title: offerTitle(event, reader) }
    case 'evidence_added': {
      const proves = provedBy(view, event.file)
      const caption = text || (proves ? proofOf(proves) : '')
      return { ...base, kind: 'evidence', own, file: event.file, name: event.content?.file_name ?? say('event.file')!, mime: event.mime, size: event.size, caption, erased }
    }
    default:
      return { ...base, kind: 'line', ...lineOf(event, view, reader), detail: detailOf(event), ...(event.type === 'performance_reported' && event.file && { proof: { file: event.file, text: proofOf(event.item + 1) } }) }
  }
}

function offerTitle(event: EventOf<'offer_made'>, reader: Reader): string {
  const params = { who: capital(who(event.by.side, reader)), n: event.offer }
  if (event.offer === 1 && event.by.side === 'consumer') return say('event.claimOf', params)!
  return say(event.counters ? 'event.counterOf' : 'event.offerOf', params)!
}

function detailOf(event: RoomEvent): string {
  const { text, reference } = event.content ?? {}
  if (event.type === 'performance_reported') return reference ? say('event.reference', { text: reference })! : ''
  if (event.type === 'case_filed' || !text) return ''
  return event.by.side === 'bureau' ? say('event.reasons', { text })! : text
}

type LineEvent = Exclude<RoomEvent, { type: 'message_posted' | 'offer_made' | 'offer_seen' | 'evidence_added' | 'agent_assigned' }>

/** What happened, in one plain sentence. */
function lineOf(event: LineEvent, view: CaseView, reader: Reader): { text: string; tone: LineTone } {
  const me = capital(who(event.by.side, reader))
  const bureau = bureauName(view)
  const line = (key: string, params: Record<string, unknown> = {}, tone: LineTone = 'quiet') => ({
    text: say(key, { who: me, bureau, whom: whom('enterprise', reader), whose: whose('enterprise', reader), ...params }) ?? say('event.other')!,
    tone,
  })
  switch (event.type) {
    case 'offer_withdrawn':
    case 'offer_declined':
      return line(`event.${event.type}`, { n: event.offer })
    case 'offer_accepted':
      return line('event.offer_accepted', { n: event.offer }, 'good')
    case 'performance_reported':
      return line('event.performance_reported', { n: event.item + 1 })
    case 'performance_confirmed':
      return line('event.performance_confirmed', { n: event.item + 1 }, 'good')
    case 'performance_disputed':
      return line('event.performance_disputed', { n: event.item + 1 }, 'warn')
    case 'case_escalated':
      return line('event.case_escalated', { reason: word('escalation', event.reason, reader) }, 'bureau')
    case 'case_refused':
      return line('event.case_refused', { ground: word('refusal', event.ground, reader) }, 'warn')
    case 'refusal_ruled':
      return line(`event.refusal_ruled.${event.upheld ? 'upheld' : 'overturned'}`, {}, 'bureau')
    case 'case_rated':
      return line('event.case_rated', { n: event.stars })
    case 'case_closed':
      return line('event.case_closed', { reason: word('closing', event.reason, reader) }, event.class === 'SC' ? 'good' : 'quiet')
    case 'complaint_accepted':
    case 'enterprise_chased':
    case 'case_voided':
      return line(`event.${event.type}`, {}, 'bureau')
    case 'complaint_refused':
      return line('event.complaint_refused', { ground: word('complaintGround', event.ground) }, 'bureau')
    case 'complaint_closed':
      return line(`event.complaint_closed.${event.outcome}`, { ground: word('termination', event.ground) }, 'bureau')
    case 'performance_found':
      return line('event.performance_found', { finding: word('finding', event.finding) }, 'bureau')
    case 'deadline_passed': {
      const [kind, n] = parts(event.deadline)
      // Who did not confirm is whom the item was promised to.
      const confirmed = kind === 'confirmation' && view.case.agreement?.items[n]?.by === 'consumer'
      const side = kind === 'first_response' || confirmed ? 'enterprise' : kind === 'complaint_decision' || kind === 'ruling' ? 'bureau' : 'consumer'
      const number = kind === 'offer' ? n : n + 1
      return line(`event.passed.${kind}`, { n: number, who: capital(who(side, reader)) }, kind === 'offer' ? 'quiet' : 'warn')
    }
    case 'reminded': {
      const [kind, n] = parts(event.deadline)
      const oneOfSeveral = ['performance', 'silence', 'confirmation', 'consumer_part'].includes(kind) && (view.case.agreement?.items.length ?? 0) > 1
      return line(oneOfSeveral ? 'event.remindedItem' : 'event.reminded', { who: whom(event.whom, reader), what: word('deadline', kind as 'offer'), n: n + 1, due: dueText(event.due, event.at) })
    }
    case 'deadlines_moved': {
      const moves = event.moves.map(({ deadline }) =>
        say('event.deadlines_moved.to', { what: word('deadline', parts(deadline.key)[0]), due: dueText(deadline.due, event.at) + estimated(deadline.provisional) }),
      )
      const { text, tone } = line(`event.deadlines_moved.${event.reason}`)
      return { text: [text, ...moves].join(say('event.join')!), tone }
    }
    default:
      return line(`event.${event.type}`)
  }
}

/** The bureau's name in the reader's language. */
export function bureauName(view: Pick<CaseView, 'bureau'>): string {
  return locale.value === 'en' ? view.bureau.name_en || view.bureau.name_zh : view.bureau.name_zh
}

/** One line for the polite announcement of something new. */
export function announcement(entry: Entry, nameOf: (by: By) => string): string {
  switch (entry.kind) {
    case 'message':
      return say('event.newMessage', { name: nameOf(entry.by), text: entry.text })!
    case 'offer':
      return entry.title
    case 'evidence':
      return say('event.evidence', { who: nameOf(entry.by), name: entry.name })!
    case 'line':
      return entry.text
    default:
      return ''
  }
}

/** A text cut into words and links; only http and https become links. */
export function linkify(text: string): { text: string; href?: string }[] {
  return text
    .split(/(https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+)/g)
    .filter((piece) => piece !== '')
    .flatMap((piece) => {
      if (!/^https?:\/\//.test(piece)) return [{ text: piece }]
      // A full stop or bracket at the end belongs to the sentence.
      const [, href = piece, rest = ''] = /^(.*?)([).,;!?'\]]*)$/.exec(piece) ?? []
      return rest ? [{ text: href, href }, { text: rest }] : [{ text: href, href }]
    })
}
