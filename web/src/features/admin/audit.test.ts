import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import AuditTab from './AuditTab.vue'

const id = '3f2b8c1e-0000-4000-8000-000000000001'
vi.mock('@/api', () => ({
  api: { GET: () => Promise.resolve({ rows: [{ id: 1, at: '2026-11-22T01:00:00Z', actor: 'a', role: 'officer', what: 'case_file_opened', case: id, case_code: 'K7QM2-XW9PD' }] }) },
  data: (answer: Promise<unknown>) => answer,
}))

it('names a case by the number that people know it by', async () => {
  const tab = mount(AuditTab)
  await flushPromises()
  expect(tab.text()).toContain('案件 K7QM2-XW9PD')
  expect(tab.text()).not.toContain(id)
})
