/*
 * The written decision of a bureau, built from the case: 受理, 不予受理, 终止调解, 办结, and what it decides on settlement before a complaint:
 * the ruling on a refusal, the finding on performance, a case that does not count. Pure but for the language; the Chinese text is the
 * decision, the English one its translation. Sources: Order 121 arts. 15, 16, 22, 23, 25, template documents 5, 6, 8; Consumer Rights
 * Protection Law art. 39.
 */
import { locale, translate } from '@/i18n'
import { estimated, money } from '@/lib/format'
import { word, type CaseView, type Enterprise, type EventOf, type RoomEvent } from '@/features/words'
import { term } from '@/features/words/more'
import { itemSentences } from '@/features/offer/sentence'
import { clauseOf } from '@/features/offer/clause'
import { bureauName } from '@/features/room/log'
import { eventOf, type PaperKind } from '@/features/room/papers'
import { complaintGrounds, terminationGrounds } from '../decisions'
import messages from './messages'

interface Paper {
  kind: PaperKind
  title: string
  number: string
  /** Whom it is for. */
  to: string
  parties: readonly { label: string; value: string }[]
  paragraphs: readonly string[]
  /** Reasons as the officer wrote them. */
  reasons: string
  /** The terms of an agreement: of the one that settled the complaint, or that was found on. */
  terms: readonly string[]
  /** What is said after them. */
  after: readonly string[]
  /** Other routes, with the sentence that leads to them. */
  routes: { lead: string; items: readonly string[] } | null
  /** What no offer and no agreement limits, and that an offer binds. */
  clause: string
  bureau: string
  date: string
}

interface Source {
  view: CaseView
  events: readonly RoomEvent[]
  enterprise: Pick<Enterprise, 'name' | 'credit_code' | 'address'> | null
  /** Full name, where it was opened for this paper; masked otherwise. */
  complainant: string
}

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)!

/** 2026年11月13日, as official papers write it. */
function paperDate(instant: string | number): string {
  const en = locale.value === 'en'
  return new Intl.DateTimeFormat(en ? 'en-GB' : 'zh-CN', { timeZone: 'Asia/Shanghai', year: 'numeric', month: 'long', day: 'numeric' }).format(new Date(instant))
}

const last = (due: string) => Date.parse(due) - 1
const numerals = ['一', '二', '三', '四', '五', '六', '七', '八']
/** （三） in Chinese, (3) in English. */
const item = (index: number) => (locale.value === 'en' ? String(index + 1) : (numerals[index] ?? String(index + 1)))

export function paperOf(kind: PaperKind, { view, events, enterprise, complainant }: Source): Paper {
  const { case: c, texts } = view
  const k = c.complaint
  const bureau = bureauName(view)
  const made = events.findLast(({ type }) => eventOf[kind].includes(type))
  const decidedAt = { accepted: k?.accepted_at, refused: k?.refused_at, terminated: k?.closed_at, settled: k?.closed_at, ended: k?.closed_at, voided: c.closing?.at, ruled: made?.at, found: made?.at }[kind] ?? view.now
  const place = bureau.replace(/市场监督管理局$| Administration for Market Regulation$/, '')
  const name = enterprise?.name ?? view.enterprise.name
  const claim = c.offers[0]
  const claims = claim ? itemSentences({ items: claim.items, reader: 'bureau', descriptions: texts?.offers[0]?.items }) : []
  const join = (list: readonly string[]) => list.join(say('semicolon'))

  const intro = k
    ? say('intro', { date: paperDate(k.received_at), code: c.code, reason: word('escalation', k.reason, 'bureau') })
    : say('filed', { date: paperDate(c.filed_at), code: c.code })
  const matter = say('matter', { name, category: term('category', c.category), goods: texts?.goods ?? '', amount: money(c.amount) })
  const request = claims.length ? say('request', { claims: join(claims) }) : ''
  const mediation = view.clocks.find(({ key }) => key === 'mediation')
  const accepted = k?.accepted_at ? say('wasAccepted', { date: paperDate(k.accepted_at) }) : ''
  const agreement = agreedIn(kind, view, events)

  const body: Record<PaperKind, () => string[]> = {
    ruled: () => {
      const upheld = c.refusal?.upheld ? 'upheld' : 'overturned'
      const said = events.findLast(({ type }) => type === 'case_refused')?.content?.text
      return [
        intro, matter,
        say('ruled.facts', { name, date: paperDate(c.refusal!.at), ground: word('refusal', c.refusal!.ground, 'bureau') }),
        said ? say('ruled.said', { text: said }) : '',
        say(`ruled.${upheld}`), say(`ruled.effect.${upheld}`), say('apart'),
      ]
    },
    found: () => [
      intro, matter,
      agreement ? say('found.facts', { date: paperDate(agreement.at) }) : '',
      say('found.decision', { finding: word('finding', k?.finding) }),
      say(k?.finding === 'late' ? 'found.effect.late' : 'found.effect', { class: term('class', k?.finding === 'not_performed' ? 'SB' : 'SC') }),
      say('found.contract'), say('apart'),
    ],
    accepted: () => [
      intro, matter, request, say('accepted.decision'),
      mediation ? say('accepted.until', { date: paperDate(last(mediation.due)) + estimated(mediation.provisional), n: c.rules.mediation }) : say('accepted.limit', { n: c.rules.mediation }),
      say('accepted.then'),
    ],
    refused: () => {
      const index = complaintGrounds.findIndex((ground) => ground === k?.ground)
      return [intro, matter, request, say('refused.decision', { item: item(index), ground: word('complaintGround', k?.ground) })]
    },
    terminated: () => {
      const index = terminationGrounds.findIndex((ground) => ground === k?.terminated)
      return [intro, matter, request, accepted, say('terminated.decision', { item: item(index), ground: word('termination', k?.terminated) })]
    },
    settled: () => [intro, matter, request, accepted, say(agreement ? 'settled.agreement' : 'settled.plain')],
    ended: () => [
      intro, matter, request, accepted,
      c.closing?.reason === 'withdrawn' ? say('ended.withdrawn', { date: paperDate(decidedAt) }) : say('ended.other', { date: paperDate(decidedAt), reason: word('closing', c.closing?.reason) }),
    ],
    voided: () => [intro, matter, request, accepted, say(`voided.${made?.type === 'case_voided' ? made.ground : c.class === 'DU' ? 'duplicate' : 'abuse'}`), say('voided.decision')],
  }
  const paragraphs = body[kind]().filter(Boolean)
  // The terms stand where they are spoken of: a finding goes on after them.
  const listed = kind === 'found' && agreement ? paragraphs.indexOf(say('found.facts', { date: paperDate(agreement.at) })) + 1 : paragraphs.length
  const routes = (lead: string, keys: readonly string[]) => ({ lead, items: keys.map((key, i) => say('route', { item: item(i), text: say(`route.${key}`) })) })

  return {
    kind,
    title: say(`${kind}.title`),
    number: say(`${kind}.number`, { place, year: new Date(Date.parse(decidedAt) + 8 * 3_600_000).getUTCFullYear().toString(), code: c.code }),
    to: say(kind === 'accepted' || kind === 'refused' ? 'to.one' : 'to.both', { complainant, name }),
    parties: [
      { label: say('party.complainant'), value: complainant },
      { label: say('party.respondent'), value: name },
      { label: say('party.credit'), value: enterprise?.credit_code ?? '' },
      { label: say('party.address'), value: enterprise?.address ?? '' },
    ].filter(({ value }) => value),
    paragraphs: paragraphs.slice(0, listed),
    after: paragraphs.slice(listed),
    reasons: made?.by.side === 'bureau' ? (made.content?.text ?? '') : '',
    terms: agreement?.terms ?? [],
    routes:
      kind === 'refused' || kind === 'voided'
        ? routes(say(`${kind}.routes`), ['negotiate', 'association', 'arbitration', 'court'])
        : kind === 'terminated'
          ? routes(say('terminated.routes'), ['arbitration', 'court'])
          : null,
    clause: clauseOf(c),
    bureau,
    date: paperDate(decidedAt),
  }
}

/** The agreement that a paper is about: the one that was found on, or the one that settled the complaint. */
function agreedIn(kind: PaperKind, { case: c, texts }: CaseView, events: readonly RoomEvent[]): { at: string; terms: readonly string[] } | null {
  if (kind !== 'settled' && kind !== 'found') return null
  const found = events.findLast(({ type }) => type === 'performance_found')
  const before = kind === 'found' ? events.findLast((event): event is EventOf<'offer_accepted'> => event.type === 'offer_accepted' && event.seq < (found?.seq ?? Infinity)) : undefined
  const current = c.agreement && (!before || before.offer === c.agreement.offer) ? c.agreement : undefined
  const number = before?.offer ?? current?.offer
  const items = current?.items ?? c.offers.find((offer) => offer.number === number)?.items
  if (!items) return null
  const descriptions = texts?.offers.find(({ offer }) => offer === number)?.items
  const terms = itemSentences({ items, reader: 'bureau', descriptions, dueAt: current?.items.map(({ due_at }) => due_at), now: 0 }) // with the year
  return { at: before?.at ?? current!.accepted_at, terms }
}
