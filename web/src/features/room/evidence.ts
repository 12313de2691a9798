import type { CaseView, EventOf, RoomEvent } from '@/features/words'

/** Where the bytes of a piece of evidence are. Parties see each other's as a copy without metadata. */
export const fileUrl = (caseId: string, file: string, copy = false): string => `/api/cases/${caseId}/files/${file}${copy ? '?copy=true' : ''}`

export const isPicture = (mime: string): boolean => /^image\/(jpeg|png|webp|gif)$/.test(mime)

/** All pieces in the log, newest last. */
export const evidenceIn = (events: readonly RoomEvent[]): EventOf<'evidence_added'>[] =>
  events.filter((event) => event.type === 'evidence_added')

/** The item of the agreement that the file proves, from 1; 0 for none. */
export const provedBy = (view: CaseView, file: string): number => (view.case.agreement?.items.findIndex((item) => item.file === file) ?? -1) + 1

export const filesLeft = (view: CaseView, side: 'consumer' | 'enterprise'): number =>
  Math.max(0, view.case.rules.files_per_side - view.case.files[side])
