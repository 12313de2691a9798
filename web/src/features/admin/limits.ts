/* Limits in words: which belong together, and their values with units. */
import { translate } from '@/i18n'
import { bytes, integer } from '@/lib/format'
import type { components } from '@/api'
import messages from './messages'

export type Limits = components['schemas']['Limits']
export type Rules = components['schemas']['Rules']

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)!

export const limitGroups = [
  { group: 'codes', keys: ['codes_per_minute', 'codes_per_hour', 'codes_per_day', 'codes_per_address', 'code_tries', 'code_life', 'fresh_cases', 'number_rest', 'proof_tries'] },
  { group: 'passwords', keys: ['password_min', 'password_failures', 'password_failures_address', 'password_lock', 'password_hashes', 'set_up_life'] },
  { group: 'sessions', keys: ['consumer_idle', 'consumer_max', 'desk_idle', 'desk_max', 'officer_idle', 'officer_max', 'admin_idle', 'admin_max'] },
  { group: 'files', keys: ['file_bytes', 'file_pixels', 'files_per_day', 'orphan_age'] },
  { group: 'cases', keys: ['cases_per_order', 'cases_per_enterprise', 'cases_per_consumer', 'staff_per_desk', 'invitations_per_address', 'applications_per_address'] },
  { group: 'live', keys: ['frame_bytes', 'commands_per_second', 'sockets_per_account', 'page_rows', 'notice_patience', 'outage_gap'] },
] as const satisfies readonly { group: string; keys: readonly (keyof Limits)[] }[]

export const ruleKeys = [
  'first_response', 'negotiation', 'reopened', 'confirmation', 'silence', 'consumer_part', 'complaint_decision', 'mediation', 'lapse_after',
  'enterprise_valid', 'consumer_valid', 'valid_max', 'max_due', 'withdraw_minutes', 'dispute_days', 'reopen_lapsed', 'reopen_withdrawn',
  'offers_per_side', 'items_per_offer', 'message_length', 'messages_per_minute', 'messages_per_day', 'files_per_side', 'enterprise_offers_bind',
] as const satisfies readonly (keyof Rules)[]

const durations: ReadonlySet<string> = new Set([
  'code_life', 'fresh_cases', 'number_rest', 'set_up_life', 'password_lock', 'consumer_idle', 'consumer_max', 'desk_idle', 'desk_max',
  'officer_idle', 'officer_max', 'admin_idle', 'admin_max', 'orphan_age', 'notice_patience', 'outage_gap',
])

/** Nanoseconds in the largest unit that is whole. */
export function duration(nanoseconds: number): string {
  const seconds = nanoseconds / 1e9
  for (const [unit, size] of [['days', 86_400], ['hours', 3600], ['minutes', 60]] as const) {
    if (seconds >= size && seconds % size === 0) return say(`unit.${unit}`, { n: seconds / size })
  }
  return say('unit.seconds', { n: Math.round(seconds) })
}

export function limitValue(limits: Limits, key: keyof Limits): string {
  const value = limits[key]
  if (durations.has(key)) return duration(value)
  if (key === 'file_bytes' || key === 'frame_bytes') return value % 1024 === 0 && value < 1_000_000 ? say('unit.kib', { n: value / 1024 }) : bytes(value)
  if (key === 'file_pixels') return say('unit.megapixels', { n: Math.round(value / 1e6) })
  return integer(value)
}

const calendarRules: ReadonlySet<string> = new Set(['mediation', 'max_due', 'dispute_days', 'reopen_lapsed', 'reopen_withdrawn'])
const plainRules: ReadonlySet<string> = new Set(['offers_per_side', 'items_per_offer', 'messages_per_minute', 'messages_per_day', 'files_per_side'])

export function ruleValue(rules: Rules, key: keyof Rules): string {
  const value = rules[key]
  if (typeof value === 'boolean') return say(value ? 'unit.yes' : 'unit.no')
  if (typeof value === 'string') return value
  if (calendarRules.has(key)) return say('unit.days', { n: value })
  if (key === 'withdraw_minutes') return say('unit.minutes', { n: value })
  if (key === 'message_length') return say('unit.characters', { n: value })
  return plainRules.has(key) ? integer(value) : say('unit.workingDays', { n: value })
}
