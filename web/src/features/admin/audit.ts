/* The audit in words. What is new to this client is shown by its code. */
import type { components, paths } from '@/api'
import { translate, type Dictionary, type Messages } from '@/i18n'
import messages from './messages'

const dictionary = messages as unknown as Dictionary<Messages>

type Kind = components['schemas']['AuditWhat']
type Query = NonNullable<paths['/api/admin/audit']['get']['parameters']['query']>

/** What the audit can be asked for; empty words ask for all. Days are the first and the last. */
export interface AuditFilter {
  what: Kind | ''
  actor: string
  case: string
  from: string
  to: string
}
export const noAuditFilter: AuditFilter = { what: '', actor: '', case: '', from: '', to: '' }

/** The same as the server's query. */
export const auditQuery = (filter: AuditFilter): Query =>
  Object.fromEntries(Object.entries(filter).map(([key, value]) => [key, value.trim()] as const).filter(([, value]) => value)) as Query

/** What the audit knows, in the order of the filter. */
export const auditKinds: readonly Kind[] = [
  'details_opened', 'case_file_opened', 'original_downloaded', 'content_erased', 'account_erased', 'scheme', 'staff_added', 'staff_changed',
  'password_changed', 'bureau_added', 'bureau_changed', 'calendar_imported', 'set_up', 'outage',
]

export const auditWhat = (what: string): string => translate(dictionary, `audit.what.${what}`) ?? what
export const auditWhy = (why: string): string => translate(dictionary, `audit.why.${why}`) ?? why
export const roleName = (role: string): string => translate(dictionary, `role.${role}`) ?? role
/** A command on an enrolment, a role, which fields changed, or what an officer opened details for. */
export const auditDetail = (detail: string): string => translate(dictionary, `audit.detail.${detail}`) ?? roleName(detail)
