import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { Problem } from '@/lib/problem'
import { auditDetail, auditSubject } from '@/features/words/audit'
import AuditTab from './AuditTab.vue'

const id = '3f2b8c1e-0000-4000-8000-000000000001'
const first = { rows: [{ id: 2, at: '2026-11-22T01:00:00Z', actor: 'a', role: 'officer', what: 'case_file_opened', case: id, case_code: 'K7QM2-XW9PD' }, { id: 1, at: '2026-11-22T01:00:00Z', actor: 'system', role: 'system', what: 'outage' }] }
const get = vi.hoisted(() => vi.fn<(path: string, options: unknown) => Promise<unknown>>())
beforeEach(() => get.mockReset().mockResolvedValue(first))
// What a tab is about to ask for would take the answers of the next test.
enableAutoUnmount(afterEach)
vi.mock('@/api', () => ({
  api: { GET: get },
  data: (answer: Promise<unknown>) => answer,
}))

async function open(query = {}) {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/admin', component: AuditTab }] })
  await router.push({ path: '/admin', query: { tab: 'audit', ...query } })
  const tab = mount(AuditTab, { global: { plugins: [router] } })
  await flushPromises()
  return { tab, query: () => router.currentRoute.value.query }
}

it('keeps its filter in the address, beside the tab', async () => {
  const { tab, query } = await open({ what: 'outage', actor: 'lou.peng', from: '2026-11-01', to: ['x'], other: '1' })
  const asked = () => (get.mock.calls.at(-1)![1] as { params: { query: object } }).params.query
  expect(asked()).toEqual({ what: 'outage', actor: 'lou.peng', from: '2026-11-01', limit: 100 })
  await tab.get('select').setValue('scheme')
  await flushPromises()
  expect(query()).toEqual({ tab: 'audit', what: 'scheme', actor: 'lou.peng', from: '2026-11-01' })
  await open({ what: 'gossip' })
  expect(asked()).toEqual({ limit: 100 })
})

it('names a case by the number that people know it by', async () => {
  const { tab } = await open()
  expect(tab.text()).toContain('案件 K7QM2-XW9PD')
  expect(tab.text()).not.toContain(id)
})

it('keeps what it shows when more fails, says so under it, and asks for the same again', async () => {
  get.mockResolvedValueOnce({ ...first, next: '1' }).mockRejectedValueOnce(new Problem({ code: 'offline' })).mockResolvedValueOnce({ rows: [{ ...first.rows[0], id: 0, what: 'staff_added' }] })
  const { tab } = await open()
  const rows = () => tab.findAll('tbody tr').length
  await tab.get('button:last-of-type').trigger('click')
  await flushPromises()
  expect([rows(), tab.findAll('[role=alert]').length, tab.get('[role=alert] ~ button').text()]).toEqual([2, 1, '重试'])
  await tab.get('[role=alert] ~ button').trigger('click')
  await flushPromises()
  expect([rows(), tab.find('[role=alert]').exists()]).toEqual([3, false])
  expect(get.mock.calls.map(([, options]) => (options as { params: { query: { after?: string } } }).params.query.after)).toEqual([undefined, '1', '1'])
})

it('tells what the platform itself noted, and by no account', async () => {
  const { tab } = await open()
  const cells = tab.findAll('tbody tr')[1]!.findAll('td').map((cell) => cell.text())
  expect(cells.slice(1)).toEqual(['平台中断', '系统', ''])
})

it.each([
  ['an enterprise', { what: 'scheme', subject: id, subject_name: '岳阳湘湖里电器有限公司' }, '岳阳湘湖里电器有限公司'],
  ['a year', { what: 'calendar_imported', subject: '2027' }, '2027 年'],
  ['an entry of the room', { what: 'content_erased', subject: 'room/17.9f31c2aa' }, '对话第 17 条'],
  ['an internal note', { what: 'content_erased', subject: `${id}/desk/3.9f31c2aa` }, '内部备注第 3 条'],
  ['what has no name', { what: 'staff_changed', subject: id }, '3f2b8c1e'],
  ['nothing', { what: 'set_up' }, ''],
] as const)('tells whom or what a row is about: %s', (_, row, words) => {
  expect(auditSubject({ id: 1, at: '', actor: 'a', role: 'administrator', ...row })).toBe(words)
})

it.each([
  ['remove', '移出或者不予批准'],
  ['desk_agent', '企业客服'],
  ['display_name role=desk_supervisor deactivated password', '姓名、企业主管、停用、密码'],
  ['limit=50000', '授权额度 ¥500.00'],
  ['desk_agent limit=none', '企业客服、授权额度不限'],
  ['2026-11-22T01:00:00Z/2026-11-22T03:30:00Z', '11月22日（周日）09:00 – 11月22日（周日）11:30'],
])('tells details in words: %s', (detail, words) => {
  expect(auditDetail(detail)).toBe(words)
})
