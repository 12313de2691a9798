/*
 * Becomes true once the element is on the screen or nearly, and stays so: what lies far below is fetched when somebody goes there.
 * With `orActs` also once somebody moves or presses anything: for what is small and belongs on paper, since printing waits for nothing.
 */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'

/** How far below the edge counts as nearly. */
const margin = '200px'
const acts = ['pointermove', 'pointerdown', 'keydown']

export function useInView(element: Readonly<Ref<Element | null>>, orActs = false): Readonly<Ref<boolean>> {
  if (typeof IntersectionObserver !== 'function') return shallowRef(true)
  const seen = shallowRef(false)
  const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && see(), { rootMargin: margin })
  function leave() {
    observer.disconnect()
    for (const act of acts) window.removeEventListener(act, see)
  }
  function see() {
    seen.value = true
    leave()
  }
  if (orActs) for (const act of acts) window.addEventListener(act, see)
  watch(element, (now) => now && !seen.value && observer.observe(now), { flush: 'post', immediate: true })
  onScopeDispose(leave)
  return seen
}
