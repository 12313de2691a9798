import { computed, nextTick, shallowRef, watch, type ShallowRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/**
 * The step of a form as a place in the browser's history, `?step=name`: back is a step back, and a reload stays. `reach` tells the first
 * step that still lacks something, null while that is not known: nobody gets beyond it by an address. What is done has no steps: after
 * `leave` back leads out of the form.
 */
export function useSteps(
  names: readonly string[],
  reach: () => number | null,
): { step: Readonly<ShallowRef<number>>; go: (index: number) => Promise<void>; back: () => void; leave: () => Promise<void> } {
  const route = useRoute()
  const router = useRouter()
  const step = shallowRef(0)
  const first = route.path
  const place = (index: number) => ({ query: { ...route.query, step: index ? names[index] : undefined } })

  const before = () => router.options.history.state.back

  const asked = computed(() => Math.max(0, names.indexOf(String(route.query.step))))
  watch(
    [asked, () => reach() === null],
    ([index, unknown]) => {
      if (unknown || route.path !== first) return
      step.value = Math.min(index, reach()!)
      if (step.value === index) return
      // The step before it lies there already: a second one would want a second press of back.
      if (before() === router.resolve(place(step.value)).fullPath) router.back()
      else void router.replace(place(step.value))
    },
    { immediate: true },
  )

  async function go(index: number): Promise<void> {
    await router.push(place(index))
    await nextTick()
  }
  function back(): void {
    if (before() === router.resolve(place(step.value - 1)).fullPath) router.back()
    else void go(step.value - 1)
  }
  const position = () => Number(router.options.history.state.position)
  const entered = position()
  async function leave(): Promise<void> {
    if (position() <= entered) return
    await new Promise<void>((resolve) => {
      const stop = router.afterEach(() => (stop(), resolve()))
      router.go(entered - position())
    })
    await nextTick()
  }
  return { step, go, back, leave }
}
