/* What comes next, in a sentence. */
import { translate, type Dictionary, type Messages } from '@/i18n'
import { dueDay } from '@/lib/format'
import type { CaseView, Reader } from '@/features/words'
import { bureauName } from './log'
import messages from './panel/messages'
import { situationOf } from './situation'

const plusDays = (at: string, days: number) => new Date(Date.parse(at) + (days + 1) * 86_400_000)

export function nextText(view: CaseView, reader: Reader, now: number): string {
  const c = view.case
  const situation = situationOf(view, reader)
  const last = c.offers.at(-1)
  const offered = last?.state === 'open' && last.by === 'enterprise'
  const key = situation === 'escalated' && !offered ? 'escalatedOnly' : situation
  const days = { lapsed: c.rules.reopen_lapsed, withdrawn: c.rules.reopen_withdrawn, unconfirmed: c.rules.dispute_days }[situation as 'lapsed']
  const params = {
    bureau: bureauName(view),
    n: c.rules.reopened,
    date: c.closing && days ? dueDay(`${new Date(plusDays(c.closing.at, days).getTime() + 8 * 3_600_000).toISOString().slice(0, 10)}T00:00:00+08:00`, now) : '',
  }
  return translate(messages as unknown as Dictionary<Messages>, `next.${key}.${reader}`, params) ?? ''
}
