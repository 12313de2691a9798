/*
 * The board, live: a page of each column by HTTP, changed rows by the feed.
 *
 *   const board = useBoard(filters)
 *   board.columns         rows, next, loaded of each column
 *   board.counts          cases by column; null where only what is loaded is known (other filters than the region)
 *   board.fresh           cases that changed a moment ago
 *   board.load()          again, after a problem; the first time it loads by itself
 *   board.more(column), show(column)
 */
import { computed, onScopeDispose, reactive, shallowReactive, shallowRef, watch, type Ref } from 'vue'
import { api, data, type components } from '@/api'
import { asProblem, type Problem } from '@/lib/problem'
import { useFeed } from '@/live'
import type { CaseRow } from '@/features/words'
import { setBusinessNow } from '@/features/room/now'
import { columnKeys, drop, emptyBoard, page, paramsOf, put, type Board, type ColumnKey, type Filters } from './columns'

type Summary = components['schemas']['BoardSummary']

const pageSize = 20
/** How long a changed row stands out. */
const standsOut = 6000

export function useBoard(filters: Readonly<Ref<Filters>>) {
  const columns = shallowRef<Board>(emptyBoard)
  const summary = shallowRef<Summary | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const fresh = shallowReactive(new Set<string>())
  /** What was announced last: the number of changes. */
  const news = shallowRef(0)
  const shown = reactive(new Set<ColumnKey>(columnKeys.filter((key) => key !== 'closed')))
  const timers = new Set<ReturnType<typeof setTimeout>>()
  let run = 0
  onScopeDispose(() => {
    run++
    timers.forEach(clearTimeout)
    clearInterval(minute)
  })
  const later = (ms: number, act: () => void) => {
    const timer = setTimeout(() => (timers.delete(timer), act()), ms)
    timers.add(timer)
  }

  /** Negotiations that fail before it are coming. */
  const horizon = () => (summary.value ? Date.parse(summary.value.horizon) : 0)

  // What changes while a page is on its way may be missing in it.
  let fetching = 0
  const meanwhile = new Map<string, CaseRow | null>()
  const apply = (id: string, row: CaseRow | null): boolean => {
    const result = row ? put(columns.value, row, filters.value, horizon()) : drop(columns.value, id)
    columns.value = result.board
    return result.changed
  }

  async function fetchColumn(key: ColumnKey, after?: string): Promise<void> {
    const mine = run
    const limit = after ? pageSize : Math.min(100, Math.max(pageSize, columns.value[key].rows.length))
    const query = { ...paramsOf(filters.value), column: key, limit, ...(after && { after }) }
    fetching++
    try {
      const answer = await data(api.GET('/api/board', { params: { query } }))
      if (mine !== run) return
      columns.value = page(columns.value, key, answer.rows, answer.next ?? null, Boolean(after))
      for (const [id, row] of meanwhile) apply(id, row)
    } finally {
      if (--fetching === 0) meanwhile.clear()
    }
  }
  async function fetchSummary(): Promise<void> {
    const mine = run
    const { region } = filters.value
    const answer = await data(api.GET('/api/board/summary', { params: { query: region ? { region } : {} } }))
    if (mine !== run) return
    summary.value = answer
    setBusinessNow(answer.as_of)
  }

  /** All that is shown, afresh. */
  async function load(): Promise<void> {
    run++
    problem.value = null
    try {
      await Promise.all([fetchSummary(), ...[...shown].map((key) => fetchColumn(key))])
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }
  async function more(key: ColumnKey): Promise<void> {
    const { next } = columns.value[key]
    if (next) await fetchColumn(key, next)
  }
  /** A column that was folded: its rows come now. */
  function show(key: ColumnKey): void {
    shown.add(key)
    if (!columns.value[key].loaded) fetchColumn(key).catch((thrown) => (problem.value = asProblem(thrown)))
  }

  // The numbers at the heads of the columns; several changes in a row ask once.
  let counting = false
  function recount(): void {
    if (counting) return
    counting = true
    later(1000, () => {
      counting = false
      // What fails here is asked again with the next change or the next minute.
      fetchSummary().catch(() => undefined)
    })
  }
  /** Time alone moves cases into `coming` and `overdue`. */
  function tick(): void {
    if (document.visibilityState !== 'visible') return
    const moved = (['coming', 'new', 'overdue', 'accepted'] as const).filter((key) => shown.has(key))
    Promise.all([fetchSummary(), ...moved.map((key) => fetchColumn(key))]).catch(() => undefined)
  }

  function changed(id: string, row: CaseRow | null): void {
    if (fetching > 0) meanwhile.set(id, row)
    if (apply(id, row) && row) {
      fresh.add(id)
      news.value++
      later(standsOut, () => fresh.delete(id))
    }
    recount()
  }

  // The columns come once the feed runs, and again after a break, so that no change falls between them and it.
  const feed = useFeed('board', { page: () => void load(), change: changed })
  watch(filters, () => {
    columns.value = emptyBoard
    void load()
  })
  const minute = setInterval(tick, 60_000)

  const counts = computed(() => {
    const only = Object.keys(paramsOf({ ...filters.value, region: '' })).length === 0
    const of = (key: ColumnKey) => (only && summary.value ? (summary.value.columns[key] ?? 0) : null)
    return Object.fromEntries(columnKeys.map((key) => [key, of(key)])) as Record<ColumnKey, number | null>
  })

  return { columns, counts, problem, fresh, news, ended: feed.ended, load, more, show }
}
