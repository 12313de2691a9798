/*
 * The desk's own channel of a case: notes, and who has it.
 *
 *   const notes = useNotes(caseId, agentOfSnapshot)
 *   notes.entries   oldest first, requests for approval among them; notes.agent: who has the case now; notes.pending: own notes on their way
 */
import { computed, shallowRef } from 'vue'
import { discard, pendingOf, retry, send, useChannel, type LiveEvent } from '@/live'
import type { EventOf, RoomEvent } from '@/features/words'
import { isRequestEvent, type RequestEvent } from './approval/approval'

export type NoteEvent = EventOf<'message_posted' | 'agent_assigned'> | RequestEvent

export function useNotes(caseId: string) {
  const events = shallowRef<readonly RoomEvent[]>([])
  useChannel(`${caseId}/desk`, {
    since: null,
    events: (more: LiveEvent[]) => {
      events.value = [...events.value, ...(more as unknown as RoomEvent[])]
    },
    // Notes are few: from the beginning again.
    refetch: () => {
      events.value = []
      return Promise.resolve(null)
    },
  })
  const entries = computed(() => events.value.filter((event): event is NoteEvent => event.type === 'message_posted' || event.type === 'agent_assigned' || isRequestEvent(event)))
  /** The last word on who has the case; undefined when the channel says nothing of it. */
  const agent = computed(() => events.value.findLast((event): event is EventOf<'agent_assigned'> => event.type === 'agent_assigned')?.agent)
  return {
    events,
    entries,
    agent,
    count: computed(() => entries.value.filter(({ type }) => type === 'message_posted').length),
    pending: computed(() => pendingOf(caseId).value.filter((item) => item.do.type === 'post_message' && item.do.channel === 'desk')),
    write: (text: string) => void send(caseId, { type: 'post_message', text, channel: 'desk' }),
    assign: (to: string) => send(caseId, { type: 'assign', agent: to }),
    retry,
    discard,
  }
}
export type Notes = ReturnType<typeof useNotes>
