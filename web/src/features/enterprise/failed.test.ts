import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { Problem } from '@/lib/problem'
import EnterpriseFailed from './EnterpriseFailed.vue'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<p />' } }] })

async function failed(code: string) {
  const page = mount(EnterpriseFailed, { props: { problem: new Problem({ code }) }, global: { plugins: [router] } })
  await flushPromises()
  return page
}

it('leads to the search from an enterprise that does not exist, and offers no other try', async () => {
  const page = await failed('not_found')
  expect(page.text()).toContain('没有这家企业')
  expect(page.get('a').attributes('href')).toBe('/')
  expect(page.find('button').exists()).toBe(false)
})

it('tries again what may come', async () => {
  const page = await failed('unavailable')
  expect(page.find('a').exists()).toBe(false)
  await page.get('button').trigger('click')
  expect(page.emitted('retry')).toHaveLength(1)
})
