/*
 * What an agent may settle for alone in a case, and the requests for approval there.
 *
 *   const approval = useApproval(room, notes, me, names)
 *   approval.asked      all requests, oldest first; approval.last: the newest
 *   approval.view       the case as its cards show it: without an acceptance that is over the limit; approval.over: the offer that it is of
 *   approval.act        like room.act, but what is over the limit is asked for, with approval.note
 */
import { computed, shallowRef, watch } from 'vue'
import { useI18n } from '@/i18n'
import { Problem } from '@/lib/problem'
import { toast } from '@/ui'
import type { Command } from '@/features/words'
import type { Room } from '@/features/room/useRoom'
import { seqOf } from '@/live/frames'
import type { Notes } from '../useNotes'
import type { StaffNames } from '../useStaff'
import { askedIn, asSent, isOver, isRequestEvent, overOffer } from './approval'
import messages from './messages'

export function useApproval(room: Room, notes: Notes, me: string, names: () => StaffNames) {
  const { t } = useI18n(messages)
  const note = shallowRef('')
  const asked = computed(() => (room.view.value ? askedIn(notes.events.value, room.view.value) : []))
  const last = computed(() => asked.value.at(-1))
  const over = computed(() => (room.view.value ? overOffer(room.view.value) : undefined))
  const view = computed(() => {
    const now = room.view.value
    return now && over.value ? { ...now, may: now.may.filter((type) => type !== 'accept_offer') } : now
  })

  // Whether a request lies open, and what may be done with it, only a fresh snapshot says.
  const newest = computed(() => notes.events.value.findLast(isRequestEvent)?.seq ?? 0)
  watch([newest, () => Boolean(room.view.value)], ([seq, there]) => {
    if (there && seq > seqOf(room.view.value!.positions[`${room.caseId}/desk`])) void room.load()
  })
  // Who asked is told when it happens, wherever they look.
  watch(last, (now, before) => {
    if (now?.state === 'approved' && before?.state === 'open' && before.request.seq === now.request.seq && now.request.by.id === me && now.answer)
      toast(t('request.wasApproved', { who: names().get(now.answer.by.id) ?? '…' }), { tone: 'ok' })
  })

  async function act(command: Command): Promise<void> {
    const sent = asSent(command, room.view.value!, note.value)
    try {
      await room.act(sent)
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown
      if (thrown.code === 'over_authority') void room.load() // the limit is another one by now
      const { code, params, status, field } = thrown
      throw sent === command ? thrown : new Problem({ code, params, status, field: field?.replace(/^(make|accept)_offer\./, '') })
    }
    if (sent === command) return
    note.value = ''
    toast(t('ask.sent'), { tone: 'ok' })
  }
  const label = (minor: number) => (room.view.value && isOver(room.view.value, minor) ? t('ask') : undefined)
  return { asked, last, over, view, note, act, label }
}
export type Approval = ReturnType<typeof useApproval>
