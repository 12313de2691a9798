import { computed, onScopeDispose, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/lib/problem'
import type { CaseRow } from '@/features/words'

/** Cases of one file. */
export const most = 10_000

/**
 * All pages of a list, read one after the other until the component goes. A case that moved to a later page meanwhile is there once,
 * as it was last. After a problem `go()` goes on behind what is there; `cut` tells that there are more than a file holds.
 */
export function useAll(page: (after?: string) => Promise<{ rows: readonly CaseRow[]; next?: string }>) {
  const found = shallowRef<ReadonlyMap<string, CaseRow>>(new Map())
  const problem = shallowRef<Problem | null>(null)
  const busy = shallowRef(false)
  const done = shallowRef(false)
  const cut = shallowRef(false)
  let next: string | undefined
  let gone = false
  onScopeDispose(() => (gone = true))

  async function go(): Promise<void> {
    problem.value = null
    busy.value = true
    try {
      do {
        const { rows, next: after } = await page(next)
        const known = new Map(found.value)
        for (const row of rows) {
          if (known.size < most || known.has(row.case)) known.set(row.case, row)
          else cut.value = true
        }
        found.value = known
        next = after
      } while (next && !cut.value && !gone)
      done.value = !gone
    } catch (thrown) {
      problem.value = asProblem(thrown)
    } finally {
      busy.value = false
    }
  }
  void go()
  return { rows: computed(() => [...found.value.values()]), problem, busy, done, cut, go }
}
