import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h, shallowRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useSteps } from './steps'

const names = ['what', 'order', 'claim'] as const

async function form(address: string, reached: number | null, history = createMemoryHistory()) {
  const reach = shallowRef(reached)
  let steps!: ReturnType<typeof useSteps>
  const Form = defineComponent(() => {
    steps = useSteps(names, () => reach.value)
    return () => h('p', names[steps.step.value])
  })
  const router = createRouter({ history, routes: [{ path: '/', component: { render: () => null } }, { path: '/form', component: Form }] })
  await router.push('/')
  await router.push(address)
  const wrapper = mount({ render: () => h('div', router.currentRoute.value.path === '/form' ? [h(Form)] : []) }, { global: { plugins: [router] } })
  await flushPromises()
  const at = () => [wrapper.text(), router.currentRoute.value.fullPath]
  const browser = async (move: () => void) => (move(), await flushPromises(), at())
  return { router, reach, at, browser, steps: () => steps }
}

it('makes each step a place in the history: back is a step back, forward a step on', async () => {
  const { router, browser, at, steps } = await form('/form', 2)
  expect(at()).toEqual(['what', '/form'])
  await steps().go(1)
  expect(at()).toEqual(['order', '/form?step=order'])
  await steps().go(2)
  expect(await browser(() => router.back())).toEqual(['order', '/form?step=order'])
  expect(await browser(() => router.back())).toEqual(['what', '/form'])
  expect(await browser(() => router.forward())).toEqual(['order', '/form?step=order'])
  expect(await browser(() => router.forward())).toEqual(['claim', '/form?step=claim'])
})

it('goes back by its own button to where the browser would', async () => {
  const { router, browser, steps } = await form('/form', 2)
  await steps().go(1)
  const before = router.options.history.state.position
  expect(await browser(() => steps().back())).toEqual(['what', '/form'])
  expect(router.options.history.state.position).not.toBe(Number(before) + 1)
  const deep = await form('/form?step=claim', 2)
  expect(await deep.browser(() => deep.steps().back())).toEqual(['order', '/form?step=order'])
})

it('goes back to the step that lacks something, where it lies just before, and puts no second one there', async () => {
  const history = createMemoryHistory()
  Object.defineProperty(history, 'state', { value: { back: '/form?step=order' } })
  const { browser, router, at } = await form('/form?step=order', 1, history)
  expect(await browser(() => void router.push('/form?step=claim'))).toEqual(['order', '/form?step=order'])
  expect(await browser(() => router.back())).toEqual(['', '/'])
  expect(at()[1]).toBe('/')
})

it('stays at a step that was reached, and else begins with the first that lacks something', async () => {
  expect((await form('/form?step=claim', 2)).at()).toEqual(['claim', '/form?step=claim'])
  expect((await form('/form?step=claim', 1)).at()).toEqual(['order', '/form?step=order'])
  expect((await form('/form?step=nonsense', 2)).at()[0]).toBe('what')
  const { reach, at } = await form('/form?step=claim', null)
  expect(at()).toEqual(['what', '/form?step=claim'])
  reach.value = 2
  await flushPromises()
  expect(at()).toEqual(['claim', '/form?step=claim'])
})
