/* The classes of the scorecard, in the order of its table, and what is still open. */
import type { components } from '@/api'
import type { Scorecard } from '@/features/words'

export type Counted = 'confirmed' | 'unknown' | 'failed' | 'left_out'
type ClassName = 'SC' | 'SU' | 'WC' | 'LC' | 'CE' | 'SB' | 'TE' | 'UE' | 'RR' | 'RX' | 'DU' | 'AB'

export const classTable: readonly { name: ClassName; as: Counted }[] = [
  { name: 'SC', as: 'confirmed' },
  { name: 'SU', as: 'unknown' },
  { name: 'WC', as: 'unknown' },
  { name: 'LC', as: 'unknown' },
  { name: 'CE', as: 'unknown' },
  { name: 'SB', as: 'failed' },
  { name: 'TE', as: 'failed' },
  { name: 'UE', as: 'failed' },
  { name: 'RR', as: 'failed' },
  { name: 'RX', as: 'left_out' },
  { name: 'DU', as: 'left_out' },
  { name: 'AB', as: 'left_out' },
]

export const countOf = (card: Scorecard, name: ClassName): number => card.classes[name] ?? 0

export type Pending = 'over' | 'due' | 'ours' | 'perform'

/** Open cases by what they wait for from the enterprise; what waits for others is left out. As the server counts them: a list has a page only. */
export function pendingOf({ late, ours }: components['schemas']['InboxSummary']): Record<Pending, number> {
  return { over: late, due: (ours.awaiting_response ?? 0) - late, ours: ours.negotiating ?? 0, perform: ours.agreed ?? 0 }
}
