import { onScopeDispose, shallowRef, type Ref } from 'vue'

/** Whether a media query holds; follows the window. */
export function useMedia(query: string): Readonly<Ref<boolean>> {
  if (typeof matchMedia !== 'function') return shallowRef(true)
  const list = matchMedia(query)
  const holds = shallowRef(list.matches)
  const follow = () => (holds.value = list.matches)
  list.addEventListener('change', follow)
  onScopeDispose(() => list.removeEventListener('change', follow))
  return holds
}

/** Whether the screen is wide enough for several columns (Tailwind's lg). */
export const useWide = () => useMedia('(width >= 64rem)')
