/*
 * One case, live: for a consumer's room, a desk's pane and an officer's file.
 *
 *   const room = useRoom(caseId, 'consumer')
 *   room.view           snapshot folded with what came since; null while loading
 *   room.events         the room's log at hand, oldest first; room.complete tells when all of it is
 *   room.problem        why it did not load; room.load() tries again
 *   room.act(command)   for everything with an answer beside it: resolves when taken, rejects with a Problem
 *   room.say(text)      a message: goes through the outbox, shown by room.pending
 *   room.may('escalate')
 *   room.read(seq)      moves the reader's mark; room.othersRead is the other side's
 */
import { computed, onScopeDispose, shallowRef } from 'vue'
import { api, data } from '@/api'
import { asProblem, Problem, type ProblemBody } from '@/lib/problem'
import { discard, markRead, pendingOf, presenceIn, retry, send, seqOf, useChannel, type LiveEvent } from '@/live'
import type { CaseView, Command, CommandType, Reader, RoomEvent } from '@/features/words'
import { setBusinessNow } from './now'
import { add, open, roomOf, take, type RoomState } from './state'

export function useRoom(caseId: string, reader: Reader) {
  const state = shallowRef<RoomState | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = shallowRef(false)
  /** All events up to the snapshot are here. */
  const complete = shallowRef(false)
  /** The right to read was taken away. */
  const ended = shallowRef<string | null>(null)
  const othersRead = shallowRef(0)
  const channel = `${caseId}/room`
  let gone = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let following = false
  onScopeDispose(() => {
    gone = true
    clearTimeout(timer)
    leave?.()
  })
  let leave: (() => void) | undefined

  async function snapshot(): Promise<CaseView> {
    const view = (await data(api.GET('/api/cases/{id}', { params: { path: { id: caseId } } }))) as CaseView
    setBusinessNow(view.now)
    return view
  }

  async function load(): Promise<void> {
    loading.value = true
    problem.value = null
    try {
      const view = await snapshot()
      if (gone) return
      state.value = state.value ? take(state.value, view) : open(view)
      if (!(channel in view.positions)) return
      follow(view)
      await history()
    } catch (thrown) {
      problem.value = asProblem(thrown)
    } finally {
      loading.value = false
    }
  }

  function follow(view: CaseView): void {
    if (following) return
    following = true
    leave = useChannel(channel, {
      since: view.positions[channel] ?? null,
      events: (events: LiveEvent[]) => {
        if (!state.value) return
        state.value = add(state.value, events as unknown as RoomEvent[])
        refreshSoon()
      },
      refetch: async () => {
        const fresh = await snapshot()
        // Another log than the one at hand (a restored database): begin afresh.
        state.value = open(fresh)
        complete.value = false
        void history().catch(() => undefined)
        return fresh.positions[channel] ?? null
      },
      reads: (by, seq) => {
        if (by.side !== reader) othersRead.value = Math.max(othersRead.value, seq)
      },
      ended: (code) => (ended.value = code),
    })
  }

  /** Everything said before the snapshot, page by page. */
  async function history(): Promise<void> {
    if (complete.value) return
    const [case_, name] = channel.split('/') as [string, 'room']
    let since: string | undefined
    for (;;) {
      const query = { ...(since && { since }), limit: 500 }
      const page = await data(
        api.GET('/api/channels/{case}/{channel}/events', { params: { path: { case: case_, channel: name }, query } }),
      )
      if (gone || !page || !state.value) return
      // Only what belongs to the snapshot: later events come by the channel, in order.
      const upTo = Math.max(state.value.seq, seqOf(state.value.view.positions[roomOf(state.value.view)]))
      state.value = add(state.value, page.events.filter((event) => event.seq <= upTo))
      if (!page.more || seqOf(page.position) >= upTo) break
      since = page.position
    }
    complete.value = true
  }

  /** Structural events come in bunches: one fresh snapshot for all of them. */
  function refreshSoon(wait = 120): void {
    if (!state.value?.stale || timer) return
    timer = setTimeout(async () => {
      timer = undefined
      try {
        const view = await snapshot()
        if (!gone && state.value) state.value = take(state.value, view)
        refreshSoon(400)
      } catch {
        // The facts on screen are right; rights and strips follow with the next try.
        if (!gone) refreshSoon(5000)
      }
    }, wait)
  }

  /** Sends a command that has its answer beside it. What fails is told there and not kept. */
  async function act(command: Command): Promise<void> {
    const { id, done } = send(caseId, command)
    try {
      await done
    } catch (thrown) {
      discard(id)
      throw thrown instanceof Problem ? thrown : new Problem(thrown as ProblemBody)
    }
  }

  function say(text: string, more: { question?: boolean } = {}): void {
    send(caseId, { type: 'post_message', text, ...more })
  }

  const view = computed(() => state.value?.view ?? null)
  const events = computed(() => state.value?.events ?? [])
  const may = (type: CommandType): boolean => view.value?.may.includes(type) ?? false
  /** Own messages on their way, and failed ones. */
  const pending = computed(() => pendingOf(caseId).value.filter((item) => item.do.type === 'post_message' && item.do.channel !== 'desk'))

  return {
    caseId,
    reader,
    view,
    events,
    complete,
    loading,
    problem,
    ended,
    othersRead,
    pending,
    people: computed(() => presenceIn(caseId).value),
    may,
    load,
    act,
    say,
    retry,
    discard,
    read: (seq: number) => markRead(channel, seq),
  }
}
export type Room = ReturnType<typeof useRoom>
