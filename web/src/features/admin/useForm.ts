/* Sending a small form: busy, the problem in words, and which field it is about. */
import { computed, shallowRef } from 'vue'
import { asProblem, loadProblemTexts, problemText, type Problem } from '@/lib/problem'

export function useForm() {
  const busy = shallowRef(false)
  const failure = shallowRef<Problem | null>(null)
  const problem = computed(() => (failure.value ? problemText(failure.value) : ''))
  void loadProblemTexts()

  const reset = () => (failure.value = null)
  /** True when it was taken. */
  async function submit(act: () => Promise<unknown>): Promise<boolean> {
    busy.value = true
    reset()
    try {
      await act()
      return true
    } catch (thrown) {
      failure.value = asProblem(thrown)
      return false
    } finally {
      busy.value = false
    }
  }
  /** The problem, if it is about this field; `rest` is what belongs to none of the fields on screen. */
  const of = (name: string) => (failure.value?.field === name ? problem.value : undefined)
  const rest = (...names: string[]) => (names.includes(failure.value?.field ?? '') ? '' : problem.value)
  return { busy, problem, reset, submit, of, rest }
}
