import { shallowRef } from 'vue'
import { asProblem, problemText } from './problem'

/** Something that may fail, told beside it: whether it is under way, and in words what went wrong the last time; '' for nothing. */
export function useAttempt() {
  const busy = shallowRef(false)
  const problem = shallowRef('')
  async function attempt(what: () => Promise<void>): Promise<void> {
    busy.value = true
    problem.value = ''
    try {
      await what()
    } catch (thrown) {
      problem.value = problemText(asProblem(thrown))
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, attempt }
}
