/* The fixed clause on files and papers: what an offer binds to, and what no offer and no agreement limits. */
import { translate } from '@/i18n'
import type { Case } from '@/features/words'
import messages from './messages'

export function clauseOf({ rules }: Pick<Case, 'rules'>): string {
  return translate(messages, rules.enterprise_offers_bind ? 'clause.full' : 'clause')!
}
