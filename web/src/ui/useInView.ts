/* Becomes true once the element is on the screen or nearly, and stays so: what lies far below is fetched when somebody goes there. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'

/** How far below the edge counts as nearly. */
const margin = '200px'

export function useInView(element: Readonly<Ref<Element | null>>): Readonly<Ref<boolean>> {
  if (typeof IntersectionObserver !== 'function') return shallowRef(true)
  const seen = shallowRef(false)
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return
      seen.value = true
      observer.disconnect()
    },
    { rootMargin: margin },
  )
  watch(element, (now) => now && !seen.value && observer.observe(now), { flush: 'post', immediate: true })
  onScopeDispose(() => observer.disconnect())
  return seen
}
