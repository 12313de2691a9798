import { flushPromises, shallowMount, type VueWrapper } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { createRouter, createWebHistory, type HistoryState } from 'vue-router'
import ApplyPage from '@/features/enterprise/ApplyPage.vue'
import { Button, ConfirmDialog } from '@/ui'
import { emptyDraft, ones, readSaved } from './application'
import ApplyContact from './ApplyContact.vue'
import ApplyDone from './ApplyDone.vue'
import ApplyFacts from './ApplyFacts.vue'

const receipt = { enterprise: 'e', bureau: { name_zh: '岳阳楼区市场监督管理局' } }
vi.mock('@/features/room/limits', () => ({ loadMeta: () => Promise.resolve({ limits: { password_min: 10 }, texts: { commitment: '1' } }) }))
vi.mock('./useBureau', async () => {
  const { shallowRef } = await import('vue')
  return { useBureau: () => ({ bureau: shallowRef({}), bureauName: shallowRef('') }) }
})
vi.mock('@/api', async (original) => ({
  ...(await original<object>()),
  api: { GET: () => Promise.resolve({}), POST: () => Promise.resolve(receipt) },
  data: (call: Promise<unknown>) => call,
}))

const written = {
  ...emptyDraft,
  name: '岳阳湘湖里电器有限公司',
  code: '91110000802100433B',
  region: '430602',
  address: '岳阳楼区建设路 1 号',
  ones: Object.fromEntries(ones.map((one) => [one, true])),
  commitment: true,
  contact: { name: '刘佳怡', phone: '13800138000', email: '' },
  login: 'liu.desk',
  display: '刘主管',
  password: 'correct horse',
  again: 'correct horse',
}

/** The page as a browser opens it at the address where it is: what its history keeps is there again. */
async function page() {
  const router = createRouter({ history: createWebHistory(), routes: [{ path: '/apply', component: ApplyPage }] })
  await router.replace({ path: location.pathname, query: Object.fromEntries(new URLSearchParams(location.search)), state: history.state as HistoryState, force: true })
  const wrapper = shallowMount(ApplyPage, { global: { plugins: [router], stubs: { Button: false } } })
  await flushPromises()
  return wrapper
}
const write = (wrapper: VueWrapper) => wrapper.findComponent(ApplyFacts).vm.$emit('update:modelValue', written)
const send = async (wrapper: VueWrapper) => (await wrapper.get('form').trigger('submit'), await flushPromises())

beforeEach(() => {
  vi.stubGlobal('scrollTo', () => undefined)
  localStorage.clear()
  history.replaceState(null, '', '/apply')
})

it('shows again after a reload that the application was sent, and no form', async () => {
  const first = await page()
  await write(first)
  for (let step = 0; step < 4; step++) await send(first)
  expect(first.getComponent(ApplyDone).props()).toEqual({ receipt, login: 'liu.desk' })
  first.unmount()
  const again = await page()
  expect(again.getComponent(ApplyDone).props()).toEqual({ receipt, login: 'liu.desk' })
  again.unmount()
  history.replaceState(null, '', '/apply') // comes from elsewhere
  expect((await page()).findComponent(ApplyDone).exists()).toBe(false)
})

it('asks before it clears what was written', async () => {
  const wrapper = await page()
  await write(wrapper)
  await send(wrapper)
  await send(wrapper)
  expect(wrapper.findComponent(ApplyContact).exists()).toBe(true)
  await wrapper.findAllComponents(Button).at(-1)!.trigger('click')
  const dialog = wrapper.getComponent(ConfirmDialog)
  expect([dialog.props('open'), readSaved().name]).toEqual([true, written.name])
  dialog.vm.$emit('confirm')
  await flushPromises()
  expect([dialog.props('open'), readSaved().name, wrapper.findComponent(ApplyFacts).exists()]).toEqual([false, '', true])
})
