import { computed, onBeforeUnmount, shallowRef, watch, type Ref } from 'vue'
import { translate } from '@/i18n'
import { asProblem, loadProblemTexts, problemText, problemTextsSoon, type Problem } from '@/lib/problem'
import { discard } from '@/live'
import { toast } from '@/ui'
import type { Command } from '@/features/words'
import messages from './panel/messages'
import { useWaiting } from './waiting'

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)!

/** What waits or failed, at the beginning of a sentence. */
export const actName = (type: Command['type']): string => say(`act.${type}`)

type Act = (command: Command) => Promise<void>

/**
 * Acts upon a case from a dialog, one at a time. While the network is away the dialog says so and may be left: the act goes out by
 * itself, or is taken back while it has not left this device. What fails with nobody there is told by a toast.
 *   sending   an act of the case is on its way: asked for here, or before this was opened
 *   waiting   that act, and `late` once it should be told, by WaitingAct; taken(): it was taken back here
 *   run       acts and closes, then calls `done`
 */
export function useActing(caseId: string, open: Ref<boolean>, act: Act) {
  const { item: waiting, late } = useWaiting(caseId)
  const busy = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  const sending = computed(() => busy.value || waiting.value?.state === 'sending')

  let here = true
  onBeforeUnmount(() => (here = false))
  /** What is on its way was asked for here. The answer to anything else closes this: the case is not the one any more that it was opened on. */
  let own = false
  watch(sending, (now) => {
    if (now) return
    if (!own) open.value = false
    own = false
  })
  const taken = () => void (own = true)

  async function run(what: (act: Act) => Promise<void>, done?: () => void): Promise<void> {
    if (sending.value) return
    if (waiting.value) discard(waiting.value.id) // it failed before, and stood here until now
    void loadProblemTexts()
    own = busy.value = true
    problem.value = null
    let last: Command['type'] | undefined
    try {
      await what((command) => ((last = command.type), act(command)))
      open.value = false
      done?.()
    } catch (thrown) {
      const failed = asProblem(thrown)
      if (failed.code === 'taken_back') return
      problem.value = failed
      if (!last || (here && open.value)) return
      // A toast is not written again, and texts asked for while the network was away have not come.
      await problemTextsSoon()
      toast(say('waits.failed', { what: actName(last), why: problemText(failed) }), { tone: 'danger' })
    } finally {
      busy.value = false
    }
  }
  return { sending, waiting, late, problem, taken, run }
}
