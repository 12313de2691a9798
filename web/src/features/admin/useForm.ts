/* Sending a small form: busy, the problem in words, and which field it is about. */
import { shallowRef } from 'vue'
import { asProblem, problemText } from '@/lib/problem'

export function useForm() {
  const busy = shallowRef(false)
  const problem = shallowRef('')
  const field = shallowRef<string>()
  function reset() {
    problem.value = ''
    field.value = undefined
  }
  /** True when it was taken. */
  async function submit(act: () => Promise<unknown>): Promise<boolean> {
    busy.value = true
    reset()
    try {
      await act()
      return true
    } catch (thrown) {
      const failure = asProblem(thrown)
      problem.value = problemText(failure)
      field.value = failure.field
      return false
    } finally {
      busy.value = false
    }
  }
  /** The problem, if it is about this field; `rest` is what belongs to none of the fields on screen. */
  const of = (name: string) => (field.value === name ? problem.value : undefined)
  const rest = (...names: string[]) => (problem.value && !names.includes(field.value ?? '') ? problem.value : '')
  return { busy, problem, field, reset, submit, of, rest }
}
