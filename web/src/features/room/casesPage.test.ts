import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { shallowRef } from 'vue'
import CasesPage from './CasesPage.vue'

const row = { case: 'c', version: 3, phase: 'awaiting_response', turn: 'enterprise', turn_since: '2026-11-23T01:25:00Z', last_at: '2026-11-23T01:25:00Z', room_seq: 2, enterprise_name: '湘湖里电器', title: '洗衣机' }
vi.mock('@/api', () => ({ api: { GET: async () => ({ business_now: '2026-11-23T02:00:00Z', days: [] }) }, data: (answer: Promise<unknown>) => answer }))
vi.mock('@/live', () => ({ useFeed: () => ({ rows: shallowRef([row]), loaded: shallowRef(true), next: shallowRef(null), ended: shallowRef(null) }) }))
afterEach(() => vi.useRealTimers())

it('tells times by the server, on a phone that is a day fast', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-24T02:00:00Z') })
  const page = mount(CasesPage, { global: { stubs: { RouterLink: { template: '<a><slot /></a>' } } } })
  await flushPromises()
  expect(page.find('li').text()).toContain('35分钟前')
})
