/* What is wrong with a member's data, before the server says so. */
import { parseMoney } from '@/lib/money'
import type { StaffMember } from './useStaff'

export interface StaffDraft {
  login: string
  display_name: string
  phone: string
  role: StaffMember['role']
  password: string
  /** As they are typed; empty is none. */
  limit: string
  capacity: string
  away: boolean
}
export const emptyDraft: StaffDraft = { login: '', display_name: '', phone: '', role: 'desk_agent', password: '', limit: '', capacity: '', away: false }

type StaffFault = 'staff.needName' | 'staff.needLogin' | 'staff.needPassword' | 'staff.limitWrong' | 'staff.capacityWrong'

/** By field. `fresh`: a new member, who also needs a login and a password. */
export function staffFaults(draft: StaffDraft, min: number, fresh: boolean): Partial<Record<keyof StaffDraft, StaffFault>> {
  return {
    ...(!draft.display_name.trim() && { display_name: 'staff.needName' as const }),
    ...(fresh && !draft.login.trim() && { login: 'staff.needLogin' as const }),
    ...((fresh || draft.password !== '') && [...draft.password].length < min && { password: 'staff.needPassword' as const }),
    ...(draft.role === 'desk_agent' && readLimit(draft.limit) === undefined && { limit: 'staff.limitWrong' as const }),
    ...(readCapacity(draft.capacity) === undefined && { capacity: 'staff.capacityWrong' as const }),
  }
}

/** In minor units; null for none, undefined for what cannot be read. */
export function readLimit(text: string): number | null | undefined {
  const { money, error } = parseMoney(text, 'CNY')
  if (error === 'money.tooSmall') return 0
  return error ? undefined : (money?.minor ?? null)
}

/** Cases up to which somebody is given more; null for none, undefined for what cannot be read. */
export function readCapacity(text: string): number | null | undefined {
  const digits = text.normalize('NFKC').trim()
  if (!digits) return null
  const n = Number(digits)
  return /^\d+$/.test(digits) && n >= 1 && n <= 1000 ? n : undefined
}

/** How much somebody has in hand, and of how much where there is an end. */
export const loadOf = ({ load, capacity }: Pick<StaffMember, 'load' | 'capacity'>): string => (capacity === undefined ? String(load) : `${load} / ${capacity}`)

/** Whether somebody who would be given cases takes none just now. */
export const isAway = ({ active, away, capacity }: Pick<StaffMember, 'active' | 'away' | 'capacity'>): boolean => active && away && capacity !== undefined

/** Whether this is the only active supervisor: then neither role nor state may change. */
export const isLastSupervisor = (members: readonly StaffMember[], member: StaffMember): boolean =>
  member.active && member.role === 'desk_supervisor' && members.filter(({ active, role }) => active && role === 'desk_supervisor').length === 1
