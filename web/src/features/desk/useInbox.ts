/*
 * The desk's list, live: pages by HTTP for the view on screen, changes by the feed.
 *
 *   const inbox = useInbox(view, me)
 *   inbox.rows       what the view shows, in its order
 *   inbox.loaded     false until the first page of this view is there: say "loading", never "empty"
 *   inbox.more()     the next page; inbox.hasMore
 *   inbox.counts     open cases behind the filters, as the server counts them; null until it has
 *   inbox.people(id) colleagues in the case's room; inbox.unsure: there may be others
 *   inbox.fresh      cases that just changed, for a quiet highlight
 *   inbox.unread(row), inbox.mark(case, seq)
 */
import { computed, onScopeDispose, shallowReactive, shallowRef, watch, type Ref } from 'vue'
import { api, data, type components } from '@/api'
import { asProblem, type Problem } from '@/lib/problem'
import { connection, unsure, useFeed } from '@/live'
import type { CaseRow } from '@/features/words'
import { isGone, matches, merge, paramsOf, sorted, unread, type Known, type View } from './inbox'
import { colleagues } from './lock'

type Summary = components['schemas']['InboxSummary']

/** How long a changed row stays marked, how long after typing the server is asked, and after a change the counts. */
const freshFor = 3000
const settle = 250
const recount = 1000

export function useInbox(view: Readonly<Ref<View>>, me: () => string) {
  const counts = shallowRef<Summary | null>(null)
  const feed = useFeed<CaseRow>('inbox', { page: joined, change: countSoon })
  const known = shallowRef<Known>(new Map())
  const marks = shallowReactive(new Map<string, number>())
  const fresh = shallowReactive(new Set<string>())
  const hits = shallowRef<ReadonlySet<string>>(new Set())
  const next = shallowRef<string | null>(null)
  const loaded = shallowRef(false)
  const busy = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  let question = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const timers = new Set<ReturnType<typeof setTimeout>>()
  onScopeDispose(() => {
    question++
    clearTimeout(timer)
    clearTimeout(counting)
    clearInterval(minute)
    for (const one of timers) clearTimeout(one)
  })

  // Counts. Several changes in a row ask once; what fails is asked again with the next change or minute.
  let asked = 0
  let counting: ReturnType<typeof setTimeout> | undefined
  async function count(): Promise<void> {
    clearTimeout(counting)
    counting = undefined
    const mine = ++asked
    const answer = await data(api.GET('/api/inbox/summary', {})).catch(() => null)
    if (answer && mine === asked) counts.value = answer
  }
  function countSoon(): void {
    counting ??= setTimeout(() => void count(), recount)
  }
  // Time alone makes a first response overdue.
  const minute = setInterval(() => document.visibilityState === 'visible' && void count(), 60_000)

  function glow(id: string) {
    fresh.add(id)
    const one = setTimeout(() => {
      fresh.delete(id)
      timers.delete(one)
    }, freshFor)
    timers.add(one)
  }

  watch(
    feed.rows,
    (rows) => {
      const before = known.value
      known.value = merge(before, rows)
      if (!loaded.value) return
      for (const { case: id, version } of rows) {
        const old = before.get(id)
        if (old ? old.version < version : feed.loaded.value) glow(id)
      }
    },
    { immediate: true, flush: 'sync' },
  )

  async function fetch(after: string | null): Promise<void> {
    const mine = ++question
    busy.value = true
    problem.value = null
    try {
      const query = { ...paramsOf(view.value), ...(after && { after }), limit: 50 }
      const page = await data(api.GET('/api/inbox', { params: { query } }))
      if (mine !== question) return
      // In a page, no mark means that nothing was read.
      const rows = page!.rows.map((row) => ({ ...row, read_seq: row.read_seq ?? 0 }))
      known.value = merge(known.value, rows)
      hits.value = new Set([...(after ? hits.value : []), ...rows.map((row) => row.case)])
      next.value = page!.next ?? null
      loaded.value = true
    } catch (thrown) {
      if (mine === question) problem.value = asProblem(thrown)
    } finally {
      if (mine === question) busy.value = false
    }
  }
  const load = () => fetch(null)

  watch(
    view,
    (now, before) => {
      const typed = before && now.q !== before.q
      clearTimeout(timer)
      question++
      next.value = null
      hits.value = new Set()
      loaded.value = false
      timer = setTimeout(load, typed ? settle : 0)
    },
    { immediate: true },
  )
  /** The feed runs, for the first time or after a break: what changed before is not told row by row, so a page read earlier may lack it. */
  function joined(): void {
    void count()
    if (loaded.value || busy.value || problem.value) void load()
  }

  const present = computed(() => [...known.value.values()].filter((row) => !isGone(row, feed.gone)))
  const rows = computed(() => sorted(present.value.filter((row) => matches(row, view.value, me(), hits.value)), view.value.sort))
  return {
    rows,
    present,
    counts,
    loaded,
    busy,
    problem,
    fresh,
    ended: feed.ended,
    hasMore: computed(() => next.value !== null),
    find: (id: string) => known.value.get(id),
    load,
    more: () => (next.value && !busy.value ? fetch(next.value) : Promise.resolve()),
    unsure: computed(() => unsure.value || connection.value.kind === 'polling'),
    people: (id: string) => (connection.value.kind === 'online' ? colleagues(feed.people.get(id) ?? [], me()) : []),
    unread: (row: CaseRow) => unread(row, marks.get(row.case)),
    mark: (id: string, seq: number) => void marks.set(id, Math.max(seq, marks.get(id) ?? 0)),
  }
}
export type Inbox = ReturnType<typeof useInbox>
