import type { Case, PromiseItem, PromiseState } from '@/features/words'

/** How an item of the agreement stands. What was open when the case closed stays so: nothing is under way where no clock runs and nobody can report any more. */
export function stateOf({ state }: Pick<PromiseItem, 'state'>, { phase }: Pick<Case, 'phase'>): PromiseState | 'left' {
  return phase === 'closed' && (state === 'waiting' || state === 'running' || state === 'asked') ? 'left' : state
}
