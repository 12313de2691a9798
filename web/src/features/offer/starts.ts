/* Ready starts of an enterprise's offer, drawn from the claim: as it stands, a part of its money, or another remedy beside it. */
import type { Category, Money, Offer, Remedy } from '@/features/words'
import { fromItems, itemsFor, type DraftItem } from './draft'
import { isMonetary, presetsOf, total } from './items'

export type Start = { kind: 'claim' } | { kind: 'part'; percent: number; amount: Money } | { kind: 'add'; remedy: Remedy }

const parts = [80, 50] as const
/** Whole yuan, and never nothing. */
const share = (minor: number, percent: number) => Math.max(100, Math.round((minor * percent) / 10_000) * 100)

export function startsOf(claim: Offer | undefined, category: Category, draft: readonly DraftItem[], most: number): Start[] {
  const asked = claim ? total(claim.items) : 0
  const currency = claim?.items.find(({ amount }) => amount)?.amount?.currency ?? 'CNY'
  const list: Start[] = claim ? [{ kind: 'claim' }] : []
  if (asked > 100) for (const percent of parts) list.push({ kind: 'part', percent, amount: { currency, minor: asked } })
  const room = most - draft.length
  for (const remedy of presetsOf(category)) {
    if (draft.some((item) => item.remedy === remedy) || itemsFor(remedy, null).length > room) continue
    list.push({ kind: 'add', remedy })
  }
  return list.map((start) => (start.kind === 'part' ? { ...start, amount: { ...start.amount, minor: scaled(claim!, start.percent) } } : start))
}

/** What the claim's money items come to at a percentage. */
const scaled = (claim: Offer, percent: number) =>
  claim.items.reduce((sum, { by, amount }) => sum + (by === 'enterprise' && amount ? share(amount.minor, percent) : 0), 0)

export function applyStart(start: Start, draft: readonly DraftItem[], claim: Offer | undefined, descriptions: readonly string[] = []): DraftItem[] {
  if (start.kind === 'add') {
    // A first item that nobody filled in gives way.
    const kept = draft.filter(({ remedy }) => remedy !== null)
    return [...kept, ...itemsFor(start.remedy, null)]
  }
  const items = claim ? fromItems(claim.items, descriptions) : [...draft]
  if (start.kind === 'claim') return items
  return items.map((item) =>
    item.by === 'enterprise' && item.amount && isMonetary(item.remedy!) ? { ...item, amount: { ...item.amount, minor: share(item.amount.minor, start.percent) } } : item,
  )
}
