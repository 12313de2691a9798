/* A list of the administration: loaded, loading, failed. */
import { shallowRef } from 'vue'
import { asProblem, type Problem } from '@/lib/problem'

export function useList<Row>(fetch: () => Promise<{ rows: readonly Row[] }>) {
  const rows = shallowRef<readonly Row[]>([])
  const loaded = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  async function load() {
    problem.value = null
    try {
      rows.value = (await fetch()).rows
      loaded.value = true
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }
  void load()
  return { rows, loaded, problem, load }
}
