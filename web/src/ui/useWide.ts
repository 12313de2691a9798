/* Whether the screen is wide enough for several columns (Tailwind's lg). */
import { onScopeDispose, shallowRef, type Ref } from 'vue'

export function useWide(): Readonly<Ref<boolean>> {
  if (typeof matchMedia !== 'function') return shallowRef(true)
  const query = matchMedia('(width >= 64rem)')
  const wide = shallowRef(query.matches)
  const follow = () => (wide.value = query.matches)
  query.addEventListener('change', follow)
  onScopeDispose(() => query.removeEventListener('change', follow))
  return wide
}
