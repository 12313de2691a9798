import { shallowRef } from 'vue'
import { asProblem, type Problem } from './problem'

/** A list that comes in pages, each behind the cursor of the one before: `load()` begins anew, `more()` goes on, or asks again for what failed. Null until the first page is there. */
export function usePaged<Row>(fetch: (after?: string) => Promise<{ rows: readonly Row[]; next?: string }>) {
  const rows = shallowRef<readonly Row[] | null>(null)
  const next = shallowRef<string | undefined>()
  const problem = shallowRef<Problem | null>(null)
  const busy = shallowRef(false)
  let asked: string | undefined
  async function load(after?: string): Promise<void> {
    asked = after
    busy.value = true
    problem.value = null
    try {
      const page = await fetch(after)
      rows.value = after ? [...(rows.value ?? []), ...page.rows] : page.rows
      next.value = page.next
    } catch (thrown) {
      problem.value = asProblem(thrown)
    } finally {
      busy.value = false
    }
  }
  const more = () => load(problem.value ? asked : next.value)
  void load()
  return { rows, next, problem, busy, load, more }
}
