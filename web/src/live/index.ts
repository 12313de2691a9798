/*
 * Live data for components.
 *
 *   start(accountId) / stop(forget)    by the app, on sign-in and sign-out
 *   connection                         ref: what the connection is really doing
 *   useChannel('<case>/room', {…})     follows a log while the component lives
 *   useFeed('inbox')                   { rows, loaded, next, ended, refresh, append }
 *   send(caseId, command)              { id, done }; shown by pendingOf(caseId) until its event can be read
 *   retry(id), discard(id)             for a command that failed
 *   takeBack(id)                       for one that has not left this device
 *   missedIn(channel), seen(channel)   what others said during a break
 *   markRead, composing, presenceIn    read marks and who else is here
 *   unsure                             whether others may be here who are not told
 */
import { computed, getCurrentScope, onScopeDispose, type ComputedRef } from 'vue'
import type { Command } from './frames'
import type { Pending } from './outbox'
import type { ChannelReader } from './ports'
import { connection, missed, one, pending, presence } from './tab'

export type { Colleague, Command, LiveEvent, Person } from './frames'
export type { Pending } from './outbox'
export type { ChannelReader, ConnectionState } from './ports'
export { connection, start, stop } from './tab'
export { useFeed } from './useFeed'

/** Whether others may be here of whom nothing is told: nobody is no news then. */
export const unsure = computed(() => {
  const now = connection.value
  return now.kind === 'polling' ? !now.streaming || Boolean(now.late) : now.kind === 'online' && Boolean(now.late)
})

/** Tries at once instead of waiting for the next turn. */
export const tryNow = () => one.wake()

/** Follows a channel from a snapshot's position for as long as the component lives. */
export function useChannel(channel: string, reader: ChannelReader & { since: string | null }): () => void {
  const leave = one.subscribe(channel, reader.since, reader)
  if (getCurrentScope()) onScopeDispose(leave)
  return leave
}

/** Sends a command. `done` resolves once it is taken and rejects with a problem when it is refused. */
export function send(caseId: string, command: Command): { id: string; done: Promise<unknown> } {
  return one.send(caseId, command)
}
export const retry = (id: string) => one.retry(id)
export const discard = (id: string) => one.outbox.discard(id)
/** Takes back a command that has not left this device; false where it may have arrived. */
export const takeBack = (id: string): boolean => one.outbox.takeBack(id)

/** Commands of a case that cannot be read in its log yet, oldest first. */
export function pendingOf(caseId: string): ComputedRef<readonly Pending[]> {
  return computed(() => pending.value.filter((item) => item.case === caseId))
}

export const missedIn = (channel: string) => computed(() => missed.get(channel) ?? null)
export const seen = (channel: string) => void missed.delete(channel)
export const presenceIn = (caseId: string) => computed(() => presence.get(caseId) ?? [])
export const markRead = (channel: string, seq: number) => one.read(channel, seq)
export const composing = (caseId: string, on: boolean) => one.composing(caseId, on)
