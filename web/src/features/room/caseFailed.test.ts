import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useSession } from '@/app/session'
import { Problem } from '@/lib/problem'
import CaseFailed from './CaseFailed.vue'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<p />' } }] })
const session = useSession()
afterEach(() => (session.me = null))

async function failed(role: 'consumer' | 'officer' | 'desk_agent', code: string) {
  session.me = { id: 'a', name: '', role } as NonNullable<typeof session.me>
  const page = mount(CaseFailed, { props: { problem: new Problem({ code }) }, global: { plugins: [router] } })
  await flushPromises()
  return page
}

it.each([['consumer', '/cases'], ['officer', '/board'], ['desk_agent', '/desk']] as const)('leads %s on from a case that is not there', async (role, home) => {
  const page = await failed(role, 'not_found')
  expect(page.text()).toContain('没有找到这个案件')
  expect(page.find('a').attributes('href')).toBe(home)
  expect(page.find('button').exists()).toBe(false)
})

it('tries again what may come', async () => {
  const page = await failed('consumer', 'unavailable')
  expect(page.find('a').exists()).toBe(false)
  await page.find('button').trigger('click')
  expect(page.emitted('retry')).toHaveLength(1)
})
