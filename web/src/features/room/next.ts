/* What comes next, in a sentence. */
import { locale, translate } from '@/i18n'
import { due as dueText } from '@/lib/format'
import type { CaseView, Reader } from '@/features/words'
import { ifUnsettled } from './clock'
import { bureauName } from './log'
import messages from './panel/messages'
import { situationOf } from './situation'

export function nextText(view: CaseView, reader: Reader, now: number): string {
  const c = view.case
  const situation = situationOf(view, reader)
  const last = c.offers.at(-1)
  const offered = last?.state === 'open' && last.by === 'enterprise'
  // Too late, done once, or the enterprise is gone: the one who may is told so by what they may do.
  const may = reader !== 'consumer' || view.may.includes(situation === 'unconfirmed' ? 'dispute_performance' : 'reopen')
  const undone = may && c.closing?.until && now < Date.parse(c.closing.until) ? c.closing.until : undefined
  const special = { escalated: !offered && 'only', performed: c.stars && 'rated', withdrawn: c.complaint && 'complaint' }[situation as string]
  const params = { bureau: bureauName(view), n: c.rules.reopened, date: undone && dueText(undone, now) }
  // Nobody is there any more to take it up again with, so it may be sent.
  const setAside = c.phase === 'closed' && !c.complaint && (c.class === 'LC' || c.class === 'WC')
  const gone = setAside && (reader === 'consumer' ? view.may.includes('escalate') : view.enterprise.gone)
  // What can no longer be undone is said by a sentence of its own: it names no day and no right.
  const kinds = gone ? ['gone'] : [special, c.phase === 'closed' ? !undone && 'over' : ifUnsettled(c, reader)].flatMap((kind) => (kind ? [`${situation}.${kind}`] : []))
  const say = (key: string) => translate(messages, `next.${key}.${reader}`, params)
  const left = view.enterprise.gone && ['awaiting_response', 'negotiating', 'agreed'].includes(c.phase) && say('left')
  return [left, [...kinds, situation].map(say).find(Boolean)].filter(Boolean).join(locale.value === 'en' ? ' ' : '')
}
