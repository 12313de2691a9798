/* What the audit knows, in words. What is new to this client is shown by its code. */
import { translate, type Dictionary, type Messages } from '@/i18n'
import messages from './messages'

const dictionary = messages as unknown as Dictionary<Messages>

export const auditWhat = (what: string): string => translate(dictionary, `audit.what.${what}`) ?? what
export const auditWhy = (why: string): string => translate(dictionary, `audit.why.${why}`) ?? why
export const roleName = (role: string): string => translate(dictionary, `role.${role}`) ?? role
/** A command on an enrolment, a role, which fields changed, or what an officer opened details for. */
export const auditDetail = (detail: string): string => translate(dictionary, `audit.detail.${detail}`) ?? roleName(detail)
