/* The audit in words. What is new to this client is shown by its code. */
import { translate, type Dictionary, type Messages } from '@/i18n'
import messages from './messages'

const dictionary = messages as unknown as Dictionary<Messages>

/** What the audit knows, in the order of the filter. */
export const auditKinds = [
  'details_opened', 'case_file_opened', 'original_downloaded', 'content_erased', 'account_erased', 'scheme', 'staff_added', 'staff_changed',
  'password_changed', 'bureau_added', 'bureau_changed', 'calendar_imported', 'set_up', 'outage',
] as const

export const auditWhat = (what: string): string => translate(dictionary, `audit.what.${what}`) ?? what
export const auditWhy = (why: string): string => translate(dictionary, `audit.why.${why}`) ?? why
export const roleName = (role: string): string => translate(dictionary, `role.${role}`) ?? role
/** A command on an enrolment, a role, or which fields changed. */
export const auditDetail = (detail: string): string => translate(dictionary, `audit.detail.${detail}`) ?? roleName(detail)
