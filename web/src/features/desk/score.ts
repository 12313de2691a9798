/* What is still open of the own figures. */
import type { components } from '@/api'

export type Pending = 'over' | 'due' | 'ours' | 'perform'

/** Open cases by what they wait for from the enterprise; what waits for others is left out. As the server counts them: a list has a page only. */
export function pendingOf({ late, ours }: components['schemas']['InboxSummary']): Record<Pending, number> {
  return { over: late, due: (ours.awaiting_response ?? 0) - late, ours: ours.negotiating ?? 0, perform: ours.agreed ?? 0 }
}
