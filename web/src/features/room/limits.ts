/* What the platform allows, asked once; until it answers, the published defaults. */
import { computed, shallowRef, type ComputedRef } from 'vue'
import { api, data } from '@/api'
import type { Meta } from '@/features/words'
import { setBusinessNow } from './now'

const meta = shallowRef<Meta | null>(null)
let asking: Promise<Meta> | undefined

/** The platform's facts: clock, limits, rules, versions of consent texts. */
export function loadMeta(): Promise<Meta> {
  asking ??= data(api.GET('/api/meta', {}))
    .then((answer) => {
      setBusinessNow(answer!.business_now)
      return (meta.value = answer as Meta)
    })
    .catch((thrown) => {
      asking = undefined
      throw thrown
    })
  return asking
}

/** The rules as published: negotiation/policy.go. */
export const published = {
  first_response: 2, negotiation: 10, reopened: 5, confirmation: 7, silence: 2, consumer_part: 15, complaint_decision: 7, mediation: 60, lapse_after: 3,
  enterprise_valid: 3, valid_max: 10, withdraw_minutes: 5, dispute_days: 30, reopen_lapsed: 30, reopen_withdrawn: 7,
} satisfies Partial<Meta['rules']>

/** The numbers of the rules in force, by their names, as parameters of texts. */
export function useRules(): ComputedRef<Record<keyof typeof published, number>> {
  loadMeta().catch(() => undefined)
  return computed(() => ({ ...published, ...meta.value?.rules }))
}

/** What files may be, as published: server/app/limits.go and files.go. */
export const publishedFiles = { bytes: 10 << 20, types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'application/pdf'] }

export function useLimits(): ComputedRef<typeof publishedFiles> {
  loadMeta().catch(() => undefined)
  return computed(() => (meta.value ? { bytes: meta.value.limits.file_bytes, types: meta.value.file_types } : publishedFiles))
}
