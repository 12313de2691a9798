import { afterEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { useInView } from './useInView'

afterEach(() => {
  vi.unstubAllGlobals()
})

function fake() {
  const observed: Element[] = []
  let tell: (seen: boolean) => void = () => undefined
  let over = 0
  class Observer {
    constructor(act: (entries: { isIntersecting: boolean }[]) => void) {
      tell = (seen) => act([{ isIntersecting: seen }])
    }
    observe = (element: Element) => void observed.push(element)
    disconnect = () => void over++
  }
  vi.stubGlobal('IntersectionObserver', Observer)
  return { observed, tell: (seen: boolean) => tell(seen), over: () => over }
}

it('waits for an element that comes later, and stays true once it was near', async () => {
  const world = fake()
  const element = shallowRef<Element | null>(null)
  const scope = effectScope()
  const near = scope.run(() => useInView(element))!
  expect(world.observed).toEqual([])
  element.value = document.createElement('div')
  await nextTick()
  expect(world.observed).toEqual([element.value])
  world.tell(false)
  expect(near.value).toBe(false)
  world.tell(true)
  expect(near.value).toBe(true)
  expect(world.over()).toBe(1)
  scope.stop()
})

it('comes with the first act too, for what belongs on paper', () => {
  const world = fake()
  const scope = effectScope()
  const element = shallowRef(document.createElement('div'))
  const [near, far] = scope.run(() => [useInView(element, true), useInView(element)])!
  window.dispatchEvent(new Event('pointermove'))
  expect([near.value, far.value, world.over()]).toEqual([true, false, 1])
  scope.stop()
})

it('shows all at once where nothing can be observed', () => {
  vi.stubGlobal('IntersectionObserver', undefined)
  expect(useInView(shallowRef(null)).value).toBe(true)
})
