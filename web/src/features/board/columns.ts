/*
 * The board's columns. Pure: what stands in which column, and what a changed row does to them.
 * The server assigns the column of each row; only the passing of time is added here (see columnOf).
 */
import type { CaseRow, Category } from '@/features/words'
import type { components } from '@/api'

export type ColumnKey = Exclude<components['schemas']['BoardColumn'], 'running'>
export type Ground = components['schemas']['EscalationReason']

/** What needs a decision soonest, first. */
export const columnKeys: readonly ColumnKey[] = ['overdue', 'new', 'refusals', 'broken', 'coming', 'accepted', 'closed']

export interface Column {
  rows: readonly CaseRow[]
  next: string | null
  /** False until the first page is here: "loading", never "empty". */
  loaded: boolean
}
export type Board = Readonly<Record<ColumnKey, Column>>

const nothing: Column = { rows: [], next: null, loaded: false }
export const emptyBoard: Board = Object.fromEntries(columnKeys.map((key) => [key, nothing])) as unknown as Board

/** Where a row stands; null: in none. A running negotiation is coming once it fails before the horizon. */
export function columnOf({ column, breach_at }: Pick<CaseRow, 'column' | 'breach_at'>, horizon: number): ColumnKey | null {
  if (column !== 'running') return column ?? null
  return breach_at && Date.parse(breach_at) < horizon ? 'coming' : null
}

export interface Filters {
  /** Region and what lies in it (GB/T 2260). */
  region: string
  category: Category | ''
  ground: Ground | ''
  /** Disputed amount in minor units, both included. */
  min: number | null
  max: number | null
  q: string
}
export const noFilters: Filters = { region: '', category: '', ground: '', min: null, max: null, q: '' }

/** The same as the server's query. */
export function paramsOf({ region, category, ground, min, max, q }: Filters) {
  return {
    ...(region && { region }),
    ...(category && { category }),
    ...(ground && { ground }),
    ...(min !== null && { min }),
    ...(max !== null && { max }),
    ...(q.trim() && { q: q.trim() }),
  }
}

const whole = (text: unknown) => (typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : null)

/** Filters as they stand in the address, so that they can be kept and shared. */
export function filtersOf(query: Readonly<Record<string, unknown>>): Filters {
  const text = (key: string) => (typeof query[key] === 'string' ? (query[key] as string) : '')
  return {
    region: /^\d{6}$/.test(text('region')) ? text('region') : '',
    category: text('category') as Filters['category'],
    ground: text('ground') as Filters['ground'],
    min: whole(query.min),
    max: whole(query.max) || null,
    q: text('q'),
  }
}
export const queryOf = (filters: Filters): Record<string, string> =>
  Object.fromEntries(Object.entries(paramsOf(filters)).map(([key, value]) => [key, String(value)]))

/** How many filters beside the words are set. */
export const countFilters = (filters: Filters): number => Object.keys(paramsOf({ ...filters, q: '' })).length

const plain = (text: string) => text.toLowerCase().replace(/[\s-]/g, '')

export function matches(row: CaseRow, { region, category, ground, min, max, q }: Filters): boolean {
  if (region && !row.regions?.includes(region)) return false
  if (category && row.category !== category) return false
  if (ground && row.reason !== ground) return false
  if (min !== null && row.amount.minor < min) return false
  if (max !== null && row.amount.minor > max) return false
  const words = plain(q)
  return !words || [row.code, row.enterprise_name, row.title].some((text) => text && plain(text).includes(words))
}

/** Next due first, those without a clock last; of what is closed, last filed first. The same for equal ones, so that rows never swap without a reason. */
function before(one: CaseRow, other: CaseRow, key: ColumnKey): boolean {
  if (key === 'closed' && one.filed_at !== other.filed_at) return one.filed_at > other.filed_at
  const [a, b] = [one, other].map(({ due }) => (due ? Date.parse(due) : Infinity)) as [number, number]
  return a === b ? one.case < other.case : a < b
}

export function placeIn(board: Board, id: string): ColumnKey | null {
  return columnKeys.find((key) => board[key].rows.some((row) => row.case === id)) ?? null
}

interface Change {
  board: Board
  /** The board looks different. */
  changed: boolean
}

/** A row as it is now. Older versions than the one on the board change nothing. */
export function put(board: Board, row: CaseRow, filters: Filters, horizon: number): Change {
  const now = placeIn(board, row.case)
  const known = now && board[now].rows.find((other) => other.case === row.case)
  if (known && known.version >= row.version) return { board, changed: false }
  if (!matches(row, filters)) return drop(board, row.case)

  const to = columnOf(row, horizon)
  // A live row may lack the name that a page had.
  const fresh = known ? { ...row, name: row.name || known.name, read_seq: row.read_seq ?? known.read_seq } : row
  const without = now ? take(board, now, row.case) : board
  if (!to) return { board: without, changed: now !== null }
  const column = without[to]
  const at = column.rows.findIndex((other) => before(fresh, other, to))
  // Behind the last one at hand while more are to come: it comes with its page.
  if (at < 0 && column.next && to !== now) return { board: without, changed: now !== null }
  const rows = at < 0 ? [...column.rows, fresh] : [...column.rows.slice(0, at), fresh, ...column.rows.slice(at)]
  return { board: { ...without, [to]: { ...column, rows } }, changed: true }
}

function take(board: Board, key: ColumnKey, id: string): Board {
  return { ...board, [key]: { ...board[key], rows: board[key].rows.filter((row) => row.case !== id) } }
}

/** The case left the board. */
export function drop(board: Board, id: string): Change {
  const key = placeIn(board, id)
  return key ? { board: take(board, key, id), changed: true } : { board, changed: false }
}

/** A page of a column. Cases that came with it leave the other columns, but for those of which a newer version is known to stand there. */
export function page(board: Board, key: ColumnKey, rows: readonly CaseRow[], next: string | null, more: boolean): Board {
  const known = new Map(columnKeys.flatMap((column) => board[column].rows.map((row) => [row.case, { row, column }] as const)))
  const newer = (row: CaseRow) => {
    const old = known.get(row.case)
    return old && old.row.version > row.version ? old : null
  }
  const came = rows.filter((row) => (newer(row)?.column ?? key) === key).map((row) => newer(row)?.row ?? row)
  const ids = new Set(came.map((row) => row.case))
  const others = Object.fromEntries(
    columnKeys.map((column) => [column, { ...board[column], rows: board[column].rows.filter((row) => !ids.has(row.case)) }]),
  ) as unknown as Board
  const kept = more ? others[key].rows : []
  return { ...others, [key]: { rows: [...kept, ...came], next, loaded: true } }
}
