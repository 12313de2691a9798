/*
 * The closed vocabulary of the rules in words: what a room as it opens may have to say. more/ has the rest, scheme/ what is of enrolments.
 *
 *   word('phase', 'agreed')            已达成协议
 *   word('escalation', 'consumer_choice', 'consumer')   您选择投诉: said to the one it is about
 *   who('enterprise', 'consumer')      how the reader (a consumer) calls the enterprise: 商家
 */
import { translate } from '@/i18n'
import messages from './messages'
import type { Reader, Side, Turn } from './types'

type Group =
  | 'phase'
  | 'remedy'
  | 'offerState'
  | 'escalation'
  | 'closing'
  | 'refusal'
  | 'complaintGround'
  | 'termination'
  | 'finding'
  | 'deadline'

/** A value of the vocabulary in words, said to a reader where it is about them; the value itself when it is new to this client. */
export function word(group: Group, value: string | undefined, reader: Reader = 'bureau'): string {
  if (!value) return ''
  const sides = { consumer: who('consumer', reader), enterprise: who('enterprise', reader), own: whose('consumer', reader), their: whose('enterprise', reader) }
  return translate(messages, `${group}.${value}`, sides) ?? value
}

/** How a reader calls a side. */
export function who(side: Side | Turn, reader: Reader): string {
  return translate(messages, `who.${reader}.${side || 'nobody'}`) ?? side
}

/** A side as the object of a sentence: by us, from you. */
export function whom(side: Side | Turn, reader: Reader): string {
  return translate(messages, `whom.${reader}.${side}`) ?? who(side, reader)
}

/** What belongs to a side: your, our, the enterprise’s; 您的、商家的. */
export function whose(side: Side, reader: Reader): string {
  return translate(messages, `whose.${reader}.${side}`) ?? translate(messages, 'whose', { who: who(side, reader) })!
}

/** English sentences begin with a capital; Chinese is left as it is. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export default messages
export * from './types'
