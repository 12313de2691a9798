/* What the vocabulary has beyond the log of a room, which begins without it. */
import { translate } from '@/i18n'
import messages from './messages'

type Group = 'category' | 'class' | 'outcome' | 'otherBody' | 'withdraw' | 'promiseState'

/** A value of the vocabulary in words; the value itself when it is new to this client. */
export function term(group: Group, value: string | undefined): string {
  return value ? (translate(messages, `${group}.${value}`) ?? value) : ''
}
