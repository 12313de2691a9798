/*
 * Terms as plain sentences, one per item, the same for the screen, the screen
 * reader and the printed agreement. Follows the reader and the language.
 */
import { translate } from '@/i18n'
import { due as dueText, money } from '@/lib/format'
import { capital, who, word, type Item, type Reader, type Side } from '@/features/words'
import messages from './messages'

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)

interface Terms {
  items: readonly Item[]
  /** Whose offer it is; the claim is the consumer's. Without it every item names its side. */
  by?: Side
  /** Descriptions, kept apart from the facts. */
  descriptions?: readonly string[]
  reader: Reader
  /** Due instants of an agreement's items, by index. */
  dueAt?: readonly (string | undefined)[]
  /** Business time, for the year in dates. */
  now?: number
}

/** "within 3 working days of acceptance", or the date once it is known. */
function dueSentence(terms: Terms, index: number): string {
  const item = terms.items[index]!
  const at = terms.dueAt?.[index]
  if (at) return say('due.date', { date: dueText(at, terms.now) })!
  const { days: n, unit, after } = item.due
  const period = say(`period.${unit}`, { n })!
  if (after === undefined) return say('due.acceptance', { period })!
  const first = terms.items[after]
  if (first?.by === 'consumer' && first.remedy === 'return_and_refund') {
    return say('due.afterReturn', { period, who: who('consumer', terms.reader) })!
  }
  return say('due.afterItem', { period, item: after + 1 })!
}

/** One item, without a full stop: 退还 ¥150.00，不用退货，接受后 3 个工作日内到账 */
export function itemSentence(terms: Terms, index: number): string {
  const { items, by, reader, descriptions } = terms
  const item = items[index]!
  const description = (descriptions?.[index] || item.description || '').trim()
  const consumer = item.by === 'consumer'
  const amount = item.amount ? money(item.amount) : ''
  const alone = item.remedy === 'refund' && !consumer && !description && items.every((other) => other.by === 'enterprise')
  const name =
    item.remedy === 'other'
      ? description || word('remedy', 'other')
      : ((consumer ? say(`item.consumer.${item.remedy}`) : undefined) ??
        say(`item.${item.remedy}${amount ? '' : '.plain'}`, { amount }) ??
        word('remedy', item.remedy))
  const parts = [name]
  if (alone) parts.push(say('item.noReturn')!)
  parts.push(say(item.amount && !consumer ? 'due.paid' : 'due.done', { due: dueSentence(terms, index) })!)
  const words = parts.join(say('comma')!)
  const note = description && item.remedy !== 'other' ? say('item.note', { words, description })! : words
  const named = consumer || by === undefined || by === 'consumer'
  return named ? say('item.subject', { who: capital(who(item.by, reader)), words: note })! : note
}

/** What an item is called by who does it: a consumer's part of a return is sending back. */
export function remedyName(remedy: Item['remedy'], by: Side): string {
  const own = by === 'consumer' ? say(`item.consumer.${remedy}`) : undefined
  return own ? capital(own) : word('remedy', remedy)
}

/** All items, one sentence each. */
export function itemSentences(terms: Terms): string[] {
  return terms.items.map((_, index) => itemSentence(terms, index))
}

/** The whole offer: 商家提出：退还 ¥150.00，不用退货，接受后 3 个工作日内到账。 */
export function offerSentence(terms: Terms & { by: Side }): string {
  return say('offer.sentence', {
    who: capital(who(terms.by, terms.reader)),
    items: itemSentences(terms).join(say('semicolon')!),
  })!
}
