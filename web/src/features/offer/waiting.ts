import { computed, shallowRef, watch } from 'vue'
import { pendingOf } from '@/live'

/** An answer within this time is no news. */
const soon = 1000

/** The offer of a case that has no answer yet, or failed with nobody there; `late` once the person should be told. */
export function useWaitingOffer(caseId: string) {
  const item = computed(() => pendingOf(caseId).value.find(({ do: command, state }) => command.type === 'make_offer' && state !== 'sent'))
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
