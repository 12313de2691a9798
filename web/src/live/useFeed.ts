/* A list of cases that is followed: a file of its own, because a room follows none. */
import { getCurrentScope, onScopeDispose, shallowReactive, shallowRef, type ShallowRef } from 'vue'
import type { CaseRow, Colleague, Feed, FeedRow } from './frames'
import { one } from './tab'

interface LiveFeed<Row> {
  rows: Readonly<ShallowRef<readonly Row[]>>
  /** False until the first page is there: say "loading", never "empty". */
  loaded: Readonly<ShallowRef<boolean>>
  next: Readonly<ShallowRef<string | null>>
  /** Code of the reason when the right to read it is gone. */
  ended: Readonly<ShallowRef<string | null>>
  /** Cases that left the feed, by the version at which they did. */
  gone: ReadonlyMap<string, number>
  /** Of the inbox: who of the own desk is in a case's room. Nobody is told while sockets are blocked. */
  people: ReadonlyMap<string, readonly Colleague[]>
  refresh: () => void
  /** Adds an older page, fetched by HTTP with `next`. */
  append: (rows: readonly Row[], next: string | null) => void
}

/** For lists that keep rows of their own. */
interface FeedHooks<Row> {
  /** A first page came, also after a break: what changed before it is not told row by row. */
  page?: () => void
  /** A row changed, or left the feed. */
  change?: (id: string, row: Row | null) => void
}

/** Rows keep the order they came in; new ones go first. Lists sort them as they need. */
export function useFeed<Row extends FeedRow = CaseRow>(feed: Feed, hooks: FeedHooks<Row> = {}): LiveFeed<Row> {
  const rows = shallowRef<readonly Row[]>([])
  const loaded = shallowRef(false)
  const next = shallowRef<string | null>(null)
  const ended = shallowRef<string | null>(null)
  const removed = shallowReactive(new Map<string, number>())
  const people = shallowReactive(new Map<string, readonly Colleague[]>())

  /** The newest of what is known and what came: a page may be older than a row. */
  const newest = (row: Row): Row => {
    const known = rows.value.find((other) => other.case === row.case)
    return known && known.version > row.version ? known : row
  }
  const gone = (row: Row) => (removed.get(row.case) ?? -1) >= row.version

  const leave = one.follow<Row>(feed, {
    page: (page) => {
      rows.value = page.rows.filter((row) => !gone(row)).map(newest)
      next.value = page.next ?? null
      loaded.value = true
      people.clear()
      hooks.page?.()
    },
    change: ({ case: id, row, version }) => {
      const known = rows.value.find((other) => other.case === id)
      if (known ? known.version >= version : (removed.get(id) ?? -1) >= version) return
      if (!row) {
        removed.set(id, version)
        rows.value = rows.value.filter((other) => other.case !== id)
        hooks.change?.(id, null)
      } else {
        const fresh = { ...row, case: id, version }
        rows.value = known ? rows.value.map((other) => (other.case === id ? fresh : other)) : [fresh, ...rows.value]
        hooks.change?.(id, fresh)
      }
    },
    people: (changed) => {
      for (const [id, list] of Object.entries(changed)) {
        if (list.length) people.set(id, list)
        else people.delete(id)
      }
    },
    ended: (code) => (ended.value = code),
  })
  if (getCurrentScope()) onScopeDispose(leave)
  return {
    rows,
    loaded,
    next,
    ended,
    gone: removed,
    people,
    refresh: () => one.refresh(feed),
    append: (older, cursor) => {
      const known = new Set(rows.value.map((row) => row.case))
      rows.value = [...rows.value, ...older.filter((row) => !known.has(row.case) && !gone(row))]
      next.value = cursor
    },
  }
}
