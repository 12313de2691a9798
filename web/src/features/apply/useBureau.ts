/* Which bureau will examine an application from a region: null when there is none, undefined while nobody has said. */
import { computed, shallowRef, watch } from 'vue'
import { api, data, type components } from '@/api'
import { locale } from '@/i18n'
import { isLeaf } from './application'

export function useBureau(region: () => string) {
  const bureau = shallowRef<components['schemas']['BureauName'] | null | undefined>(undefined)
  watch(
    region,
    async (code) => {
      bureau.value = undefined
      if (!isLeaf(code)) return
      try {
        const answer = await data(api.GET('/api/regions/{code}', { params: { path: { code } } }))
        if (region() === code) bureau.value = answer?.bureau ?? null
      } catch {
        // Which bureau it is, is said after sending too.
      }
    },
    { immediate: true },
  )
  const bureauName = computed(() => (bureau.value ? (locale.value === 'en' ? bureau.value.name_en || bureau.value.name_zh : bureau.value.name_zh) : ''))
  return { bureau, bureauName }
}
