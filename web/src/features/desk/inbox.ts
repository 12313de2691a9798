/*
 * The desk's list of cases. Pure: what is known of each case, which of them a view shows, in which order.
 *
 * Rows come by pages (HTTP) and one by one (live). Of each case the highest version counts, whichever way it came.
 */
import type { paths } from '@/api'
import type { CaseRow, Phase, Side } from '@/features/words'

type Query = NonNullable<paths['/api/inbox']['get']['parameters']['query']>

type InboxSort = 'due' | 'turn' | 'amount' | 'newest'
export const sorts: readonly InboxSort[] = ['due', 'turn', 'amount', 'newest']
/** Who has the case. */
export type Holder = 'all' | 'me' | 'nobody'
export const holders: readonly Holder[] = ['all', 'me', 'nobody']
/** `open` is everything but closed cases. */
type Stage = 'open' | 'any' | Phase
export const stages: readonly Stage[] = ['open', 'awaiting_response', 'negotiating', 'agreed', 'escalated', 'accepted', 'closed', 'any']
type TurnFilter = 'any' | Exclude<Side, 'system'>
export const turns: readonly TurnFilter[] = ['any', 'enterprise', 'consumer', 'bureau']

export interface View {
  holder: Holder
  turn: TurnFilter
  stage: Stage
  /** Only cases whose first response is overdue. */
  late: boolean
  /** Only cases in which a request for approval lies open. */
  asked: boolean
  q: string
  sort: InboxSort
}
export const startView: View = { holder: 'all', turn: 'any', stage: 'open', late: false, asked: false, q: '', sort: 'due' }

const one = <T extends string>(value: unknown, of: readonly T[], or: T): T => (of.includes(value as T) ? (value as T) : or)

/** A view as it stands in the address, so that it can be kept and shared. Unknown words are left out. */
export function viewOf(query: Readonly<Record<string, unknown>>): View {
  return {
    holder: one(query.agent, holders, startView.holder),
    turn: one(query.turn, turns, startView.turn),
    stage: one(query.stage, stages, startView.stage),
    late: query.late === 'yes',
    asked: query.asked === 'yes',
    q: typeof query.q === 'string' ? query.q : '',
    sort: one(query.sort, sorts, startView.sort),
  }
}

/** The address of a view: only what differs from the start. */
export function queryOf({ holder, turn, stage, late, asked, q, sort }: View): Record<string, string> {
  const all = { agent: holder, turn, stage, late: late ? 'yes' : '', asked: asked ? 'yes' : '', q: q.trim(), sort }
  const plain = { agent: startView.holder, turn: startView.turn, stage: startView.stage, late: '', asked: '', q: '', sort: startView.sort }
  return Object.fromEntries(Object.entries(all).filter(([key, value]) => value !== plain[key as keyof typeof plain]))
}

/** The same as the server's query. */
export function paramsOf({ holder, turn, stage, late, asked, q, sort }: View): Query {
  return {
    ...(holder !== 'all' && { agent: holder }),
    ...(turn !== 'any' && { turn }),
    ...(stage === 'open' ? { open: true } : stage !== 'any' && { phase: stage }),
    ...(late && { late }),
    ...(asked && { asked }),
    ...(q.trim() && { q: q.trim() }),
    sort,
  }
}

export type Known = ReadonlyMap<string, CaseRow>

/** Joins rows to what is known: the highest version wins. A live row lacks the read mark, and may lack the name: the old ones stay. */
export function merge(known: Known, rows: readonly CaseRow[]): Known {
  let next: Map<string, CaseRow> | undefined
  for (const row of rows) {
    const old = (next ?? known).get(row.case)
    if (old === row || (old && old.version > row.version)) continue
    next ??= new Map(known)
    next.set(row.case, old ? { ...row, name: row.name || old.name, read_seq: furthest(row.read_seq, old.read_seq) } : row)
  }
  return next ?? known
}

const furthest = (one?: number, other?: number) => (one === undefined ? other : other === undefined ? one : Math.max(one, other))

/** Cases that left the list at a version are gone until a higher one comes. */
export const isGone = (row: CaseRow, gone: ReadonlyMap<string, number>): boolean => (gone.get(row.case) ?? -1) >= row.version

const plain = (text: string) => text.toLowerCase().replace(/[\s-]/g, '')

/** Whether the first response is overdue; later a clock that ran out is the bureau's. */
const isLate = (row: CaseRow): boolean => Boolean(row.overdue) && row.phase === 'awaiting_response'

/** Whether a view shows the row. `hits` are the cases that the server found for the view's words: it may know more than the row says. */
export function matches(row: CaseRow, view: View, me: string, hits: ReadonlySet<string> = new Set()): boolean {
  if (view.stage === 'open' ? row.phase === 'closed' : view.stage !== 'any' && row.phase !== view.stage) return false
  if (view.late && !isLate(row)) return false
  if (view.asked && !row.asked) return false
  if (view.turn !== 'any' && row.turn !== view.turn && !row.also?.includes(view.turn)) return false
  if (view.holder === 'me' ? row.agent !== me : view.holder === 'nobody' && row.agent) return false
  const words = plain(view.q)
  return !words || hits.has(row.case) || [row.code, row.title, row.name].some((text) => text && plain(text).includes(words))
}

const time = (instant: string | undefined) => (instant ? Date.parse(instant) : Infinity)
const orders: Record<InboxSort, (one: CaseRow, other: CaseRow) => number> = {
  due: (one, other) => compare(time(one.due), time(other.due)),
  turn: (one, other) => compare(time(one.turn_since), time(other.turn_since)),
  amount: (one, other) => compare(other.amount.minor, one.amount.minor),
  newest: (one, other) => compare(time(other.filed_at), time(one.filed_at)),
}
const compare = (one: number, other: number) => (one === other ? 0 : one < other ? -1 : 1)

/** In the server's order; equal ones by their id, so that rows never swap without a reason. */
export function sorted(rows: readonly CaseRow[], sort: InboxSort): CaseRow[] {
  return [...rows].sort((one, other) => orders[sort](one, other) || (one.case < other.case ? -1 : 1))
}

/** Whether all since what was seen is what this person did, and what came of it by itself. */
export function isOwnNews(events: readonly { seq: number; by: { side: string; id: string } }[], seen: number, me: string): boolean {
  const news = events.filter(({ seq }) => seq > seen)
  return seen > 0 && news[0]?.by.id === me && news.every(({ by }) => by.id === me || by.side === 'system')
}

/** Events of the room that the reader has not seen; null when it is not known how far they read. */
export function unread(row: CaseRow, mark: number | undefined): number | null {
  const read = furthest(row.read_seq, mark)
  return read === undefined ? null : Math.max(0, row.room_seq - read)
}
