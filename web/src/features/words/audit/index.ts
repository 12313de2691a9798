/* What the audit knows, in words. What is new to this client is shown by its code. */
import type { components } from '@/api'
import { locale, translate } from '@/i18n'
import { dateTime, money } from '@/lib/format'
import messages from './messages'


export const auditWhat = (what: string): string => translate(messages, `audit.what.${what}`) ?? what
export const auditWhy = (why: string): string => translate(messages, `audit.why.${why}`) ?? why
export const roleName = (role: string): string => translate(messages, `role.${role}`) ?? role
/** A command on an enrolment, a role, which fields changed, what an officer opened details for, or from when to when an outage was. */
export function auditDetail(detail: string): string {
  const [from, to] = detail.split('/')
  if (to) return `${dateTime(from!)} – ${dateTime(to)}`
  const one = (word: string) => limitIn(word) ?? translate(messages, `audit.detail.${word}`) ?? roleName(word.replace(/^role=/, ''))
  return detail.split(' ').map(one).join(translate(messages, 'audit.list'))
}

/** What an agent may settle for alone, as it was set. */
function limitIn(word: string): string | undefined {
  const [, fen] = /^limit=(\d+|none)$/.exec(word) ?? []
  return fen && translate(messages, fen === 'none' ? 'audit.limit.none' : 'audit.limit', { amount: money({ currency: 'CNY', minor: Number(fen) || 0 }) })
}

/** What a row of the administrator's audit is about, beside its case: a name, a year, an entry; of what has no name the beginning of its id. */
export function auditSubject(row: components['schemas']['AuditRow']): string {
  const { subject, subject_name: name, subject_name_en: english } = row
  if (!subject) return ''
  if (name) return (locale.value === 'en' && english) || name
  if (row.what === 'calendar_imported') return translate(messages, 'audit.year', { year: subject })!
  const entry = /(\w+)\/(\d+)\.\w*$/.exec(subject)
  const words = entry && translate(messages, `audit.entry.${entry[1]}`, { n: entry[2] })
  return words ?? subject.slice(0, 8)
}
