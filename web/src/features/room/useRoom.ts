/*
 * One case, live: for a consumer's room, a desk's pane and an officer's file.
 *
 *   const room = useRoom(caseId, 'consumer')
 *   room.view           snapshot folded with what came since; null while loading
 *   room.events         the room's log at hand, oldest first and without a gap; its newest page comes first (room.ready)
 *   room.hasOlder       there is more before it: room.older() fetches a page, room.whole() all of it; room.olderState tells how that goes
 *   room.problem        why it did not load; room.load() tries again
 *   room.act(command)   for everything with an answer beside it: resolves when taken, rejects with a Problem
 *   room.say(text)      a message: goes through the outbox, shown by room.pending
 *   room.may('escalate')
 *   room.read(seq)      moves the reader's mark; room.othersRead is the other side's
 */
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { api, data } from '@/api'
import { onBack } from '@/lib/back'
import { asProblem, type Problem } from '@/lib/problem'
import { discard, markRead, pendingOf, presenceIn, retry, send, useChannel, type LiveEvent } from '@/live'
import { act as actOn } from '@/live/act'
import type { CaseView, Command, CommandType, Reader, RoomEvent } from '@/features/words'
import { setBusinessNow } from './now'
import { add, chosen, open, take, type RoomState } from './state'

/** Events fetched at first and with each step back; at once when all are wanted. */
const pageSize = 100
const biggest = 500

export function useRoom(caseId: string, reader: Reader) {
  const state = shallowRef<RoomState | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = shallowRef(false)
  /** The newest page of the log is here. */
  const ready = shallowRef(false)
  const olderState = shallowRef<'idle' | 'busy' | 'failed'>('idle')
  /** The right to read was taken away. */
  const ended = shallowRef<string | null>(null)
  /** What the snapshots and the socket say; marks only move forward. */
  const othersRead = shallowRef(0)
  const channel = `${caseId}/room`
  let gone = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let following = false
  onScopeDispose(() => {
    gone = true
    clearTimeout(timer)
    leave?.()
    leaveOwn?.()
  })
  let leave: (() => void) | undefined
  let leaveOwn: (() => void) | undefined
  /** Counts the logs that were begun; what was asked for an earlier one is dropped. */
  let generation = 0
  /** All of the log is wanted. */
  const wanted = shallowRef(false)

  async function snapshot(): Promise<CaseView> {
    const view = (await data(api.GET('/api/cases/{id}', { params: { path: { id: caseId } } }))) as CaseView
    setBusinessNow(view.now)
    othersRead.value = Math.max(othersRead.value, view.read_by_others)
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
      await newest()
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
        ready.value = false
        newest().catch((thrown) => (problem.value = asProblem(thrown)))
        return fresh.positions[channel] ?? null
      },
      reads: (by, seq) => {
        if (by.side !== reader && by.side !== 'bureau') othersRead.value = Math.max(othersRead.value, seq)
      },
      ended: (code) => (ended.value = code),
    })
    followOwn(view)
  }

  /** The consumer's own channel, for those who have it. */
  function followOwn(view: CaseView): void {
    const own = `${caseId}/consumer`
    if (!(own in view.positions)) return
    leaveOwn = useChannel(own, {
      since: view.positions[own] ?? null,
      events: (events: LiveEvent[]) => {
        if (state.value) state.value = chosen(state.value, events as unknown as RoomEvent[])
      },
      refetch: async () => {
        const fresh = await snapshot()
        if (state.value) state.value = take(state.value, fresh)
        return fresh.positions[own] ?? null
      },
    })
  }

  /** A page that ends before a number. What is younger than the state comes by the channel, in order. */
  async function pageBefore(before: number, limit: number): Promise<void> {
    const params = { path: { case: caseId, channel: 'room' as const }, query: { before, limit } }
    const run = generation
    const page = await data(api.GET('/api/channels/{case}/{channel}/events', { params }))
    if (gone || run !== generation || !state.value) return
    const upTo = state.value.seq
    state.value = add(state.value, page.events.filter((event) => event.seq <= upTo) as unknown as RoomEvent[])
  }

  /** What the screen shows first: the end of the log as of the snapshot. */
  async function newest(): Promise<void> {
    if (ready.value || !state.value) return
    const run = ++generation
    await pageBefore(state.value.seq + 1, pageSize)
    if (run === generation) ready.value = true
  }

  const hasOlder = computed(() => ready.value && (state.value?.events[0]?.seq ?? 1) > 1)

  async function older(limit = pageSize): Promise<void> {
    if (!hasOlder.value || olderState.value === 'busy') return
    olderState.value = 'busy'
    try {
      await pageBefore(state.value!.events[0]!.seq, limit)
      olderState.value = 'idle'
    } catch {
      olderState.value = 'failed'
    }
  }

  /** For what is drawn from the whole log, such as the evidence: the rest of it comes too, once the newest page is there. */
  const whole = () => void (wanted.value = true)
  watch([wanted, hasOlder, olderState], ([all, more, how]) => {
    if (all && more && how === 'idle') void older(biggest)
  })
  onScopeDispose(onBack(() => olderState.value === 'failed' && void older()))

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

  const act = (command: Command): Promise<void> => actOn(caseId, command)

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
    ready,
    hasOlder,
    olderState,
    loading,
    problem,
    ended,
    othersRead,
    pending,
    people: computed(() => presenceIn(caseId).value),
    may,
    load,
    older: () => older(),
    whole,
    act,
    say,
    retry,
    discard,
    read: (seq: number) => markRead(channel, seq),
  }
}
export type Room = ReturnType<typeof useRoom>
