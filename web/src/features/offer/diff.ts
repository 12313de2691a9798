/* What an offer changes against an earlier one. */
import { translate } from '@/i18n'
import { money } from '@/lib/format'
import { word, type Item, type Offer } from '@/features/words'
import messages from './messages'

type Change =
  | { kind: 'amount'; item: Item; from: number; to: number }
  | { kind: 'due'; item: Item; days: number }
  | { kind: 'terms'; item: Item }
  | { kind: 'added'; item: Item }
  | { kind: 'removed'; item: Item }

/** The offer that `offer` is measured against: the same side's last one, else the other side's. */
export function basisOf(offers: readonly Offer[], offer: Offer): { offer: Offer; own: boolean } | undefined {
  const before = offers.filter(({ number }) => number < offer.number)
  const own = before.findLast(({ by }) => by === offer.by)
  if (own) return { offer: own, own: true }
  const other = before.at(-1)
  return other && { offer: other, own: false }
}

/** Items are paired by side and remedy in their order; what finds no partner was added or removed. */
export function changes(before: readonly Item[], after: readonly Item[]): Change[] {
  const left = [...before]
  const list: Change[] = []
  for (const item of after) {
    const at = left.findIndex((other) => other.by === item.by && other.remedy === item.remedy)
    if (at < 0) {
      list.push({ kind: 'added', item })
      continue
    }
    const [old] = left.splice(at, 1) as [Item]
    const [from, to] = [old.amount?.minor ?? 0, item.amount?.minor ?? 0]
    if (from !== to) list.push({ kind: 'amount', item, from, to })
    if (old.due.unit !== item.due.unit || old.due.after !== item.due.after) list.push({ kind: 'terms', item })
    else if (old.due.days !== item.due.days) list.push({ kind: 'due', item, days: item.due.days - old.due.days })
  }
  return [...list, ...left.map((item) => ({ kind: 'removed', item }) as const)]
}


/** What an item is called in a change: its remedy, or the beginning of its description when it has no better name. */
function nameOf({ remedy, description }: Item): string {
  if (remedy !== 'other' || !description) return word('remedy', remedy)
  const text = [...description]
  return text.length > 16 ? `${text.slice(0, 15).join('')}…` : description
}

/** Items with the descriptions that are kept apart from the facts. */
export const described = (items: readonly Item[], descriptions: readonly string[] | undefined): Item[] =>
  items.map((item, index) => (descriptions?.[index] ? { ...item, description: descriptions[index] } : item))

export function changeText(change: Change): string {
  const name = nameOf(change.item)
  const say = (key: string, params: Record<string, unknown>) => translate(messages, key, { name, ...params })!
  switch (change.kind) {
    case 'amount': {
      const currency = change.item.amount?.currency ?? 'CNY'
      const amount = money({ currency, minor: Math.abs(change.to - change.from) })
      const params = { amount, from: money({ currency, minor: change.from }), to: money({ currency, minor: change.to }) }
      return say(change.to > change.from ? 'change.more' : 'change.less', params)
    }
    case 'due':
      return say(change.days < 0 ? 'change.sooner' : 'change.later', { n: Math.abs(change.days) })
    default:
      return say(`change.${change.kind}`, {})
  }
}
