/* An offer that was begun and not sent: kept on this device per case, as the words of a message are, and gone with them. */
import { readDraft, writeDraft } from '@/features/room/drafts'
import { fitting, parsed } from '@/lib/mine'
import { readItems, type DraftItem } from './draft'

/** What somebody writes in the sheet. */
export interface Written {
  items: DraftItem[]
  valid: number
  text: string
  reason: string
}
/** With how many offers the case had then: more of them now, and it answers an older one. */
interface Kept extends Written {
  v: 1
  offers: number
}

const key = (caseId: string) => `${caseId}/offer`

/** What was begun for a case, as far as it can be read; null for nothing, or for what an older page wrote in another form. */
export function begun(caseId: string): Kept | null {
  const found = parsed(readDraft(key(caseId))) as Partial<Kept> | null
  const items = readItems(found?.items)
  return found?.v === 1 && items.length ? { ...fitting(found, { v: 1, offers: 0, valid: 5, text: '', reason: '' }), v: 1, items } : null
}

export const keepOffer = (caseId: string, written: Written, offers: number): void => writeDraft(key(caseId), JSON.stringify({ v: 1, offers, ...written } satisfies Kept))

export const dropOffer = (caseId: string): void => writeDraft(key(caseId), '')

/** Whether two say the same, whatever their items are called. */
export const same = (a: Written, b: Written): boolean => a.valid === b.valid && a.text === b.text && a.reason === b.reason && sameTerms(a.items, b.items)

export function sameTerms(a: readonly DraftItem[], b: readonly DraftItem[]): boolean {
  const words = (items: readonly DraftItem[]) => JSON.stringify(items.map(({ id: _, after, ...item }) => ({ ...item, after: items.findIndex(({ id }) => id === after) })))
  return words(a) === words(b)
}
