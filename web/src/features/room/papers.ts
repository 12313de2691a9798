/* Which decisions of the bureau on a case are papers. Their text comes with the page that prints them: features/board/paper. */
import type { CaseView, RoomEvent } from '@/features/words'

export type PaperKind = 'ruled' | 'found' | 'accepted' | 'refused' | 'terminated' | 'settled' | 'ended' | 'voided'

/** The event that a paper is of; a complaint may also end by what the parties do. */
export const eventOf: Record<PaperKind, readonly RoomEvent['type'][]> = {
  ruled: ['refusal_ruled'],
  found: ['performance_found'],
  accepted: ['complaint_accepted'],
  refused: ['complaint_refused'],
  terminated: ['complaint_closed'],
  settled: ['complaint_closed', 'case_closed'],
  ended: ['case_closed'],
  voided: ['case_voided'],
}

/** The decisions made in a case, in order of time as far as the events tell it. */
export function papersOf({ case: c }: Pick<CaseView, 'case'>, events: readonly RoomEvent[] = []): PaperKind[] {
  const { complaint: k, refusal, closing } = c
  const list: PaperKind[] = []
  if (refusal?.ruled) list.push('ruled')
  if (k?.finding) list.push('found')
  if (k?.accepted_at) list.push('accepted')
  if (k?.refused_at) list.push('refused')
  else if (k?.closed_at && k.outcome) list.push(k.outcome)
  else if (k?.closed_at && closing?.reason !== 'void') list.push('ended')
  if (closing?.reason === 'void') list.push('voided')
  const seq = (kind: PaperKind) => events.findLast(({ type }) => eventOf[kind].includes(type))?.seq ?? 0
  return list.sort((one, other) => seq(one) - seq(other))
}
