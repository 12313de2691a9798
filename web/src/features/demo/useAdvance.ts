/* Moves the demo's clock to the next deadline of a case. */
import { shallowRef } from 'vue'
import { api, data } from '@/api'
import { useI18n } from '@/i18n'
import { dateTime } from '@/lib/format'
import { asProblem, loadProblemTexts, problemText } from '@/lib/problem'
import { toast } from '@/ui'
import { word } from '@/features/words'
import { setBusinessNow } from '@/features/room/now'
import messages from './messages'

export function useAdvance() {
  const { t } = useI18n(messages)
  const busy = shallowRef(false)
  async function advance(id: string): Promise<void> {
    busy.value = true
    try {
      const { now, deadline } = await data(api.POST('/api/demo/advance', { body: { case: id } }))
      setBusinessNow(now)
      const what = word('deadline', deadline?.split(':')[0])
      toast(t('advance.done', { time: dateTime(now, now), what }), { tone: 'ok' })
    } catch (thrown) {
      const problem = asProblem(thrown)
      await loadProblemTexts()
      toast(problem.code === 'not_running' ? t('advance.none') : problemText(problem), { tone: 'warn' })
    } finally {
      busy.value = false
    }
  }
  return { busy, advance }
}
