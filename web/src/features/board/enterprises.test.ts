import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import EnterprisesPage from './EnterprisesPage.vue'

const score = { n: 1, running: 0, formula: '2026-1', ...Object.fromEntries(['confirmed', 'unknown', 'failed'].map((part) => [part, { count: 0, percent: 0 }])), rank: { key: 0, withheld: ['few'] } }
vi.mock('vue-router', () => ({ useRouter: () => ({ push: vi.fn() }), RouterLink: { template: '<a><slot /></a>' } }))
vi.mock('@/api', () => ({
  api: { GET: (path: string) => Promise.resolve(path === '/api/invitations' ? { rows: [] } : { rows: (['enrolled', 'suspended', 'removed', 'pending'] as const).map((status, i) => ({ id: `e${i}`, name: `企业${status}`, status, score })) }) },
  data: (answer: Promise<unknown>) => answer,
}))
beforeEach(() => document.body.replaceChildren())

it('lists who is in the scheme, says how many others there are, and shows them when asked', async () => {
  const page = mount(EnterprisesPage)
  await flushPromises()
  const names = () => page.findAll('tbody tr a').map((one) => one.text())
  expect(names().sort()).toEqual(['企业enrolled', '企业suspended'])
  expect(page.text()).toContain('另有 2 家待审核、已移出或者已退出')
  await page.findAll('button').find((one) => one.text() === '全部显示')!.trigger('click')
  expect(names()).toHaveLength(4)
  expect(page.text()).not.toContain('另有')
})
