import { shallowRef } from 'vue'
import { asProblem, problemText, type Problem } from './problem'

/** Something that may fail, told beside it: whether it is under way, and in words what went wrong the last time; '' for nothing, or for what is told elsewhere. */
export function useAttempt(words: (failed: Problem) => string = problemText) {
  const busy = shallowRef(false)
  const problem = shallowRef('')
  async function attempt(what: () => Promise<void>): Promise<void> {
    busy.value = true
    problem.value = ''
    try {
      await what()
    } catch (thrown) {
      problem.value = words(asProblem(thrown))
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, attempt }
}
