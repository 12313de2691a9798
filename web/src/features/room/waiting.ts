import { computed, shallowRef, watch } from 'vue'
import { pendingOf, type Command } from '@/live'

/** An answer within this time is no news. */
const soon = 1000
/** Messages tell it themselves; marks and who takes a case are nothing that somebody waits for. */
const apart: readonly Command['type'][] = ['post_message', 'see_offer', 'assign']

/** The act upon a case that has no answer yet, or failed with nobody there; `late` once the person should be told. */
export function useWaiting(caseId: string) {
  const item = computed(() => pendingOf(caseId).value.find(({ do: command, state }) => !apart.includes(command.type) && state !== 'sent'))
  const slow = shallowRef(false)
  watch(
    () => item.value?.id,
    (id, _, cancel) => {
      slow.value = false
      if (!id) return
      const timer = setTimeout(() => (slow.value = true), soon)
      cancel(() => clearTimeout(timer))
    },
    { immediate: true },
  )
  return { item, late: computed(() => slow.value || item.value?.state === 'failed') }
}
