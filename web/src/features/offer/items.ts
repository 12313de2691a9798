/* Facts about items of offers that need no words. */
import type { Category, Item, Money, Offer, Remedy } from '@/features/words'

export const remedies: readonly Remedy[] = [
  'refund',
  'return_and_refund',
  'exchange',
  'repair',
  'redo',
  'make_up_quantity',
  'compensate',
  'punitive_damages',
  'continue_service',
  'cancel_and_return_balance',
  'invoice',
  'apology',
  'other',
]

const monetary: ReadonlySet<Remedy> = new Set<Remedy>([
  'refund',
  'return_and_refund',
  'compensate',
  'punitive_damages',
  'cancel_and_return_balance',
])

/** Whether an enterprise's item of this remedy names an amount. */
export const isMonetary = (remedy: Remedy): boolean => monetary.has(remedy)

/** What the enterprise pays by these items, in minor units. */
export function total(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + (item.by === 'enterprise' ? (item.amount?.minor ?? 0) : 0), 0)
}

export function totalMoney(items: readonly Item[]): Money | null {
  const minor = total(items)
  return minor > 0 ? { currency: items.find((item) => item.amount)?.amount?.currency ?? 'CNY', minor } : null
}

/** The offer on the table. */
export function openOffer(offers: readonly Offer[]): Offer | undefined {
  const last = offers.at(-1)
  return last?.state === 'open' ? last : undefined
}

/** What people ask for most in a category, first choice first. */
const presets: Partial<Record<Category, readonly Remedy[]>> = {
  quality: ['return_and_refund', 'exchange', 'repair', 'compensate'],
  after_sales: ['repair', 'exchange', 'return_and_refund', 'apology'],
  contract: ['refund', 'continue_service', 'compensate'],
  food_safety: ['refund', 'punitive_damages', 'compensate'],
  price: ['refund', 'compensate'],
  advertising: ['return_and_refund', 'refund', 'punitive_damages'],
  false_promotion: ['return_and_refund', 'punitive_damages', 'apology'],
  metrology: ['make_up_quantity', 'refund', 'punitive_damages'],
  trademark: ['return_and_refund', 'punitive_damages'],
  counterfeit: ['return_and_refund', 'punitive_damages'],
  safety: ['compensate', 'refund'],
  dignity: ['apology', 'compensate'],
  personal_information: ['apology', 'compensate', 'other'],
  prepaid: ['cancel_and_return_balance', 'continue_service'],
  online_trade: ['refund', 'return_and_refund', 'exchange'],
  other: ['refund', 'other'],
}
export const presetsOf = (category: Category | null): readonly Remedy[] =>
  (category && presets[category]) || ['refund', 'return_and_refund', 'exchange', 'repair']
