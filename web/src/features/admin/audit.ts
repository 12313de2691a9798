/* What the audit can be asked for. */
import type { components, paths } from '@/api'
import { fitting } from '@/lib/mine'

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

/** As an address has it; what is none of ours asks for nothing. */
export function auditFilter(query: Readonly<Record<string, unknown>>): AuditFilter {
  const found = fitting(query, noAuditFilter)
  return { ...found, what: auditKinds.find((kind) => kind === found.what) ?? '' }
}

/** The same as the server's query. */
export const auditQuery = (filter: AuditFilter): Query =>
  Object.fromEntries(Object.entries(filter).map(([key, value]) => [key, value.trim()] as const).filter(([, value]) => value)) as Query

/** What the audit knows, in the order of the filter. */
export const auditKinds: readonly Kind[] = [
  'details_opened', 'case_file_opened', 'original_downloaded', 'content_erased', 'account_erased', 'scheme', 'staff_added', 'staff_changed',
  'password_changed', 'bureau_added', 'bureau_changed', 'calendar_imported', 'set_up', 'outage',
]
