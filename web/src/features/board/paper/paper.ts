/*
 * The written decision of a bureau, built from the case: 受理, 不予受理, 终止调解, 办结. Pure but for the language; the Chinese text is the
 * decision, the English one its translation. Sources: Order 121 arts. 15, 16, 22, 23, 25, template documents 5, 6, 8; Consumer Rights
 * Protection Law art. 39.
 */
import { locale, translate, type Dictionary, type Messages } from '@/i18n'
import { estimated, money } from '@/lib/format'
import { word, type CaseView, type Enterprise, type RoomEvent } from '@/features/words'
import { itemSentences } from '@/features/offer/sentence'
import { clauseOf } from '@/features/offer/clause'
import { bureauName } from '@/features/room/log'
import { complaintGrounds, terminationGrounds } from '../decisions'
import messages from './messages'

export type PaperKind = 'accepted' | 'refused' | 'terminated' | 'settled'

export interface Paper {
  kind: PaperKind
  title: string
  number: string
  /** Whom it is for. */
  to: string
  parties: readonly { label: string; value: string }[]
  paragraphs: readonly string[]
  /** Reasons as the officer wrote them. */
  reasons: string
  /** The terms of an agreement, for 办结. */
  terms: readonly string[]
  /** Other routes, with the sentence that leads to them. */
  routes: { lead: string; items: readonly string[] } | null
  /** What no offer and no agreement limits, and that an offer binds. */
  clause: string
  bureau: string
  date: string
}

export interface Source {
  view: CaseView
  events: readonly RoomEvent[]
  enterprise: Pick<Enterprise, 'name' | 'credit_code' | 'address'> | null
  /** Full name, where it was opened for this paper; masked otherwise. */
  complainant: string
}

const dictionary = messages as unknown as Dictionary<Messages>
const say = (key: string, params?: Record<string, unknown>) => translate(dictionary, key, params)!

/** The decisions made in a case, in order of time. */
export function papersOf({ case: { complaint: k } }: Pick<CaseView, 'case'>): PaperKind[] {
  if (!k) return []
  const list: PaperKind[] = []
  if (k.accepted_at) list.push('accepted')
  if (k.refused_at) list.push('refused')
  if (k.closed_at && k.outcome) list.push(k.outcome)
  return list
}

/** 2026年11月13日, as official papers write it. */
export function paperDate(instant: string | number): string {
  const en = locale.value === 'en'
  return new Intl.DateTimeFormat(en ? 'en-GB' : 'zh-CN', { timeZone: 'Asia/Shanghai', year: 'numeric', month: 'long', day: 'numeric' }).format(new Date(instant))
}

const last = (due: string) => Date.parse(due) - 1
const numerals = ['一', '二', '三', '四', '五', '六', '七', '八']
/** （三） in Chinese, (3) in English. */
const item = (index: number) => (locale.value === 'en' ? String(index + 1) : (numerals[index] ?? String(index + 1)))

export function paperOf(kind: PaperKind, { view, events, enterprise, complainant }: Source): Paper {
  const { case: c, texts } = view
  const k = c.complaint!
  const bureau = bureauName(view)
  const decidedAt = { accepted: k.accepted_at, refused: k.refused_at, terminated: k.closed_at, settled: k.closed_at }[kind]!
  const place = bureau.replace(/市场监督管理局$| Administration for Market Regulation$/, '')
  const name = enterprise?.name ?? view.enterprise.name
  const claim = c.offers[0]
  const claims = claim ? itemSentences({ items: claim.items, reader: 'bureau', descriptions: texts?.offers[0]?.items }) : []
  const join = (list: readonly string[]) => list.join(say('semicolon'))
  const said = (type: RoomEvent['type']) => events.findLast((event) => event.type === type)?.content?.text ?? ''

  const intro = say('intro', { date: paperDate(k.received_at), code: c.code, reason: word('escalation', k.reason) })
  const matter = say('matter', { name, category: word('category', c.category), goods: texts?.goods ?? '', amount: money(c.amount) })
  const request = claims.length ? say('request', { claims: join(claims) }) : ''
  const mediation = view.clocks.find(({ key }) => key === 'mediation')
  const accepted = k.accepted_at ? say('wasAccepted', { date: paperDate(k.accepted_at) }) : ''

  const body: Record<PaperKind, () => string[]> = {
    accepted: () => [
      intro, matter, request, say('accepted.decision'),
      mediation ? say('accepted.until', { date: paperDate(last(mediation.due)) + estimated(mediation.provisional), n: c.rules.mediation }) : say('accepted.limit', { n: c.rules.mediation }),
      say('accepted.then'),
    ],
    refused: () => {
      const index = complaintGrounds.findIndex((ground) => ground === k.ground)
      return [intro, matter, request, say('refused.decision', { item: item(index), ground: word('complaintGround', k.ground) })]
    },
    terminated: () => {
      const index = terminationGrounds.findIndex((ground) => ground === k.terminated)
      return [intro, matter, request, accepted, say('terminated.decision', { item: item(index), ground: word('termination', k.terminated) })]
    },
    settled: () => [intro, matter, request, accepted, say(c.agreement ? 'settled.agreement' : 'settled.plain')],
  }
  const agreement = kind === 'settled' ? c.agreement : undefined
  const terms = agreement
    ? itemSentences({ items: agreement.items, reader: 'bureau', descriptions: texts?.offers.find(({ offer }) => offer === agreement.offer)?.items, dueAt: agreement.items.map(({ due_at }) => due_at), now: 0 }) // with the year
    : []
  const routes = (lead: string, keys: readonly string[]) => ({ lead, items: keys.map((key, i) => say('route', { item: item(i), text: say(`route.${key}`) })) })
  const reasons = { accepted: 'complaint_accepted', refused: 'complaint_refused', terminated: 'complaint_closed', settled: 'complaint_closed' } as const

  return {
    kind,
    title: say(`${kind}.title`),
    number: say(`${kind}.number`, { place, year: new Date(Date.parse(decidedAt) + 8 * 3_600_000).getUTCFullYear().toString(), code: c.code }),
    to: say(kind === 'terminated' || kind === 'settled' ? 'to.both' : 'to.one', { complainant, name }),
    parties: [
      { label: say('party.complainant'), value: complainant },
      { label: say('party.respondent'), value: name },
      { label: say('party.credit'), value: enterprise?.credit_code ?? '' },
      { label: say('party.address'), value: enterprise?.address ?? '' },
    ].filter(({ value }) => value),
    paragraphs: body[kind]().filter(Boolean),
    reasons: said(reasons[kind]),
    terms,
    routes:
      kind === 'refused'
        ? routes(say('refused.routes'), ['negotiate', 'association', 'arbitration', 'court'])
        : kind === 'terminated'
          ? routes(say('terminated.routes'), ['arbitration', 'court'])
          : null,
    clause: clauseOf(c),
    bureau,
    date: paperDate(decidedAt),
  }
}
