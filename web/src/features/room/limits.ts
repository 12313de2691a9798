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

export interface FileLimits {
  bytes: number
  types: readonly string[]
}

export function useLimits(): ComputedRef<FileLimits> {
  loadMeta().catch(() => undefined)
  return computed(() => ({
    bytes: meta.value?.limits.file_bytes ?? 10 << 20,
    types: meta.value?.file_types ?? ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'],
  }))
}
