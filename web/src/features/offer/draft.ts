/* Terms while they are being written: claims, offers and counter-offers share one editor. */
import type { Money } from '@/lib/format'
import type { Item, Remedy, Rules, Side, Unit } from '@/features/words'
import { fitting } from '@/lib/mine'
import { isMonetary, remedies, total } from './items'

export interface DraftItem {
  /** For keys and focus only. */
  id: string
  by: 'consumer' | 'enterprise'
  remedy: Remedy | null
  amount: Money | null
  description: string
  days: number | null
  unit: Unit
  /** The id of the item whose report starts the period; null: acceptance. */
  after: string | null
}

type Limits = Pick<Rules, 'items_per_offer' | 'max_due'>
/** Something wrong: where (a path as the server writes it), and which text says so. */
interface Fault {
  field: string
  key: 'compose.needRemedy' | 'compose.needAmount' | 'compose.needDescription' | 'compose.needDays' | 'compose.needEnterprise' | 'compose.tooLate'
}

let counter = 0
const newId = () => `i${++counter}-${Math.random().toString(36).slice(2, 6)}`

export function newItem(fields: Partial<DraftItem> = {}): DraftItem {
  return { id: newId(), by: 'enterprise', remedy: null, amount: null, description: '', days: 7, unit: 'working', after: null, ...fields }
}

/** Items that were stored in whatever state, as far as they are items. */
export function readItems(found: unknown): DraftItem[] {
  const items = (Array.isArray(found) ? found : []).map(readItem).filter((item) => item !== null)
  return items
    .filter(({ id }, i) => items.findIndex((other) => other.id === id) === i)
    .map((item) => (items.some(({ id }) => id === item.after && id !== item.id) ? item : { ...item, after: null }))
}

function readItem(found: unknown): DraftItem | null {
  const { id, by, description, unit } = fitting(found, { id: '', by: '', description: '', unit: '' })
  if (!id || (by !== 'enterprise' && by !== 'consumer')) return null
  const { remedy, days, after, amount } = found as Record<string, unknown>
  return {
    id,
    by,
    remedy: remedies.find((one) => one === remedy) ?? null,
    amount: readMoney(amount),
    description,
    days: Number.isSafeInteger(days) ? (days as number) : null,
    unit: unit === 'calendar' ? 'calendar' : 'working',
    after: typeof after === 'string' ? after : null,
  }
}

/** An amount that was stored in whatever state; null for what is none. */
export function readMoney(found: unknown): Money | null {
  const { currency, minor } = fitting(found, { currency: '', minor: NaN })
  return currency === 'CNY' && Number.isSafeInteger(minor) ? { currency, minor } : null
}

/** Days people find fair for a remedy, as a start. */
const usualDays: Partial<Record<Remedy, number>> = { refund: 3, compensate: 7, apology: 3, invoice: 5, repair: 10, punitive_damages: 7 }

/** What one choice of remedy puts into the terms: a return brings the consumer's own part with it. */
export function itemsFor(remedy: Remedy, amount: Money | null): DraftItem[] {
  const own = newItem({ remedy, amount: isMonetary(remedy) ? amount : null, days: usualDays[remedy] ?? 7 })
  if (remedy !== 'return_and_refund') return [own]
  const back = newItem({ by: 'consumer', remedy, days: 7, unit: 'calendar' })
  return [back, { ...own, days: 3, after: back.id }]
}

export function fromItems(items: readonly Item[], descriptions: readonly string[] = []): DraftItem[] {
  const ids = items.map(() => newId())
  return items.map(({ by, remedy, amount, description, due }, i) => ({
    id: ids[i]!,
    by: by as DraftItem['by'],
    remedy,
    amount: amount ?? null,
    description: descriptions[i] || description || '',
    days: due.days,
    unit: due.unit,
    after: due.after === undefined ? null : (ids[due.after] ?? null),
  }))
}

/** The terms as the contract has them. Only for a draft without faults. */
export function toItems(draft: readonly DraftItem[]): Item[] {
  return draft.map(({ by, remedy, amount, description, days, unit, after }) => {
    const anchor = draft.findIndex(({ id }) => id === after)
    const takesAmount = amount && (isMonetary(remedy!) || by === 'enterprise')
    return {
      by: by as Side,
      remedy: remedy!,
      ...(takesAmount && { amount: amount as Item['amount'] }),
      ...(description.trim() && { description: description.trim() }),
      due: { days: days!, unit, ...(anchor >= 0 && { after: anchor }) },
    }
  })
}

/** Removes an item; what waited for it counts from acceptance. */
export function without(draft: readonly DraftItem[], id: string): DraftItem[] {
  return draft.filter((item) => item.id !== id).map((item) => (item.after === id ? { ...item, after: null } : item))
}

/** The same checks as the server's (negotiation.Rules.checkItems), so that nobody is sent back for them. */
export function faults(draft: readonly DraftItem[], rules: Limits, field = 'items'): Fault[] {
  const list: Fault[] = []
  draft.forEach((item, i) => {
    const at = `${field}[${i}]`
    if (!item.remedy) return list.push({ field: `${at}.remedy`, key: 'compose.needRemedy' })
    if (isMonetary(item.remedy) && item.by === 'enterprise' && !item.amount) list.push({ field: `${at}.amount`, key: 'compose.needAmount' })
    if (item.remedy === 'other' && !item.description.trim()) list.push({ field: `${at}.description`, key: 'compose.needDescription' })
    if (item.days === null || item.days < 1 || item.days > rules.max_due) list.push({ field: `${at}.due.days`, key: 'compose.needDays' })
    else if (span(draft, item) > rules.max_due) list.push({ field: `${at}.due.days`, key: 'compose.tooLate' })
  })
  if (!draft.some(({ by }) => by === 'enterprise')) list.push({ field, key: 'compose.needEnterprise' })
  return list
}

/** Calendar days along the chain of "after"; five working days are a week. A circle counts as endless. */
function span(draft: readonly DraftItem[], item: DraftItem): number {
  let days = 0
  let at: DraftItem | undefined = item
  for (let n = 0; at; n++) {
    if (n >= draft.length) return Infinity
    days += at.days ?? 0
    if (at.unit === 'working') days += Math.floor((at.days ?? 0) / 5) * 2
    const next: string | null = at.after
    at = next ? draft.find(({ id }) => id === next) : undefined
  }
  return days
}

export const draftTotal = (draft: readonly DraftItem[]): number => total(toItems(draft.filter(({ remedy }) => remedy)))

/** The number of the item that a field is of; 0 when it is of none. */
export const itemNumber = (field: string): number => 1 + Number(/^(?:items|claim)\[(\d+)\]/.exec(field)?.[1] ?? -1)

/** "items[1].due.days" → the id of its control: items-1-due-days; an amount's minor is the amount's. */
export const controlId = (field: string): string =>
  field.replace(/\.(minor|currency)$/, '').replace(/\[(\d+)\]/g, '-$1').replace(/\./g, '-')
