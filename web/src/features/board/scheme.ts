/* What a bureau may do with an enrolment, by its state. */
import type { components } from '@/api'

type Status = components['schemas']['EnterpriseStatus']
export type SchemeGround = components['schemas']['SchemeGround']
export type SchemeAct = 'approve' | 'refuse' | 'suspend' | 'lift' | 'remove'

const schemeGrounds: readonly SchemeGround[] = [
  'conditions_not_met', 'no_answers', 'personal_data_leak', 'false_results', 'serious_violator', 'licence_ended', 'other',
]

/** Who was never let in has answered nobody badly yet. */
const refusalGrounds: readonly SchemeGround[] = ['conditions_not_met', 'serious_violator', 'licence_ended', 'other']
export const groundsOf = (act: SchemeAct): readonly SchemeGround[] => (act === 'refuse' ? refusalGrounds : schemeGrounds)

export function actsOf(status: Status): SchemeAct[] {
  switch (status) {
    case 'pending':
      return ['approve', 'refuse']
    case 'enrolled':
      return ['suspend', 'remove']
    case 'suspended':
      return ['lift', 'remove']
    default:
      return []
  }
}

export const needsGround = (act: SchemeAct): boolean => act === 'refuse' || act === 'suspend' || act === 'remove'

/** The command of an act; what is missing is named instead. */
export function schemeCommand(act: SchemeAct, ground: SchemeGround | null, text: string): components['schemas']['SchemeCommand'] | 'ground' | 'reason' {
  if (!needsGround(act)) return { type: 'approve' }
  if (!ground) return 'ground'
  const reason = text.trim()
  if (ground === 'other' && !reason) return 'reason'
  return { type: act === 'suspend' ? 'suspend' : 'remove', ground, ...(reason && { reason }) }
}
