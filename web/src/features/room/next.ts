/* What comes next, in a sentence. */
import { translate, type Dictionary, type Messages } from '@/i18n'
import { dueDay } from '@/lib/format'
import type { CaseView, Reader } from '@/features/words'
import { bureauName } from './log'
import messages from './panel/messages'
import { situationOf } from './situation'

export function nextText(view: CaseView, reader: Reader, now: number): string {
  const c = view.case
  const situation = situationOf(view, reader)
  const last = c.offers.at(-1)
  const offered = last?.state === 'open' && last.by === 'enterprise'
  const key = keyOf()
  function keyOf(): string {
    if (situation === 'escalated' && !offered) return 'escalatedOnly'
    // Too late, done once, or the enterprise is gone.
    if ((situation === 'lapsed' || situation === 'withdrawn') && reader === 'consumer' && !view.may.includes('reopen')) return `${situation}Over`
    return situation
  }
  const params = {
    bureau: bureauName(view),
    n: c.rules.reopened,
    date: c.closing?.until ? dueDay(c.closing.until, now) : '',
  }
  return translate(messages as unknown as Dictionary<Messages>, `next.${key}.${reader}`, params) ?? ''
}
