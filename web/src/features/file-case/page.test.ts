import { flushPromises, shallowMount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useSession } from '@/app/session'
import FileCasePage from './FileCasePage.vue'
import FiledPanel from './FiledPanel.vue'
import { emptyFiling, keep, restore } from './filing'
import StepWhat from './StepWhat.vue'

const world = vi.hoisted(() => ({ account: null as object | null, filed: 0, phase: 'awaiting_response' }))
vi.mock('@/app/router', () => ({ setTitle: () => undefined }))
vi.mock('@/features/room/limits', () => ({ loadMeta: () => Promise.resolve({ rules: {}, limits: {}, texts: {} }) }))
vi.mock('./filing', async (original) => ({ ...(await original<object>()), checkStep: () => [], filingBody: () => ({}) }))
vi.mock('@/api', async (original) => ({
  ...(await original<object>()),
  api: {
    GET: (path: string) => {
      if (path === '/api/session') return Promise.resolve({ account: world.account ?? undefined })
      if (path === '/api/cases/{id}') return world.account ? Promise.resolve({ case: { code: 'P2FZD-QP809', phase: world.phase, consents: {} } }) : Promise.reject(new Error('not_found'))
      return Promise.resolve({ id: 'e', name: '洞庭电器', status: 'enrolled' })
    },
    POST: () => (world.filed++, new Promise(() => undefined)),
  },
  data: (call: Promise<unknown>) => call,
}))

const session = useSession()
const mei = { id: 'mei', role: 'consumer' }
const li = { id: 'li', role: 'consumer' }
const enter = (account: object | null) => ((world.account = account), session.reload())

async function page(address = '/file/e') {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/file/:enterprise', component: FileCasePage }, { path: '/c/:id', component: {} }] })
  await router.push(address)
  const wrapper = shallowMount(FileCasePage, { global: { plugins: [router] } })
  await flushPromises()
  return {
    wrapper,
    at: () => router.currentRoute.value.path,
    offered: () => wrapper.text().includes('充电宝'),
    write: async (goods: string) => {
      await wrapper.findComponent(StepWhat).vm.$emit('update:modelValue', { ...emptyFiling(), goods })
      window.dispatchEvent(new Event('pagehide'))
    },
    written: () => wrapper.findComponent(StepWhat).props('modelValue').goods,
  }
}

beforeEach(() => {
  vi.stubGlobal('scrollTo', () => undefined)
  localStorage.clear()
  world.account = null
  session.known = false
})
afterEach(() => session.forget(true))

it('offers what its writer left, once it is known who is here', async () => {
  await enter(mei)
  keep('e', { ...emptyFiling(), goods: '充电宝' })
  session.known = false // as after a reload
  world.account = mei
  const mine = await page()
  expect(mine.offered()).toBe(true)
  mine.wrapper.unmount()

  await enter(null)
  const nobody = await page()
  expect(nobody.offered()).toBe(false)
  nobody.wrapper.unmount()

  await enter(mei)
  expect((await page()).offered()).toBe(true)
})

it('keeps what was written before signing in, and while the session ends', async () => {
  const one = await page()
  await one.write('水壶')
  await enter(mei)
  expect(restore('e')?.goods).toBe('水壶')
  expect(one.written()).toBe('水壶')

  session.forget()
  await one.write('电水壶')
  expect(restore('e')).toBeNull()
  await enter(mei)
  expect([restore('e')?.goods, one.written()]).toEqual(['电水壶', '电水壶'])

  await enter(li)
  expect([one.written(), localStorage.length]).toEqual(['', 0])

  await one.write('茶壶')
  session.forget(true) // they left, in another tab
  await flushPromises()
  one.wrapper.unmount()
  expect([one.written(), localStorage.length]).toEqual(['', 0])
})

it('files once, however often it is asked to', async () => {
  await enter(mei)
  const { wrapper } = await page('/file/e?step=check')
  const form = wrapper.get('form')
  void form.trigger('submit')
  void form.trigger('submit')
  await flushPromises()
  expect(world.filed).toBe(1)
  wrapper.unmount()
})

it('shows what was sent again after a reload, and its room once that has moved on or is somebody else\'s', async () => {
  await enter(mei)
  const again = await page('/file/e?sent=k')
  expect(again.wrapper.findComponent(FiledPanel).props()).toMatchObject({ caseId: 'k', code: 'P2FZD-QP809', sends: false })
  again.wrapper.unmount()

  world.phase = 'negotiating'
  expect((await page('/file/e?sent=k')).at()).toBe('/c/k')
  world.phase = 'awaiting_response'
  await enter(null)
  expect((await page('/file/e?sent=k')).at()).toBe('/c/k')
})
