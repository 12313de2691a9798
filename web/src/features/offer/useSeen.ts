import { onMounted, onScopeDispose, type Ref } from 'vue'

/** Calls `seen` once the element was in view for a second, while somebody looks at the page. */
export function useSeen(element: Readonly<Ref<HTMLElement | null>>, seen: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let observer: IntersectionObserver | undefined
  onMounted(() => {
    if (!element.value || typeof IntersectionObserver === 'undefined') return
    observer = new IntersectionObserver(
      (entries) => {
        clearTimeout(timer)
        if (!entries.some((entry) => entry.isIntersecting)) return
        timer = setTimeout(() => {
          if (document.visibilityState !== 'visible') return
          observer?.disconnect()
          seen()
        }, 1000)
      },
      { threshold: 0.5 },
    )
    observer.observe(element.value)
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    observer?.disconnect()
  })
}
