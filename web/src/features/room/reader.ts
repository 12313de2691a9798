import { computed } from 'vue'
import { useSession } from '@/app/session'
import type { Reader } from '@/features/words'

/** As whom somebody reads a page of a case that all its sides may open, and where they came from. */
export function useCaseReader(caseId: string) {
  const session = useSession()
  const reader = computed<Reader>(() => {
    const role = session.me?.role
    return role === 'consumer' ? 'consumer' : role === 'desk_agent' || role === 'desk_supervisor' ? 'enterprise' : 'bureau'
  })
  const back = computed(() => ({ consumer: `/c/${caseId}`, enterprise: `/desk/${caseId}`, bureau: `/board/cases/${caseId}` })[reader.value])
  return { reader, back }
}
