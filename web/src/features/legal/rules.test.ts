import { readFileSync } from 'node:fs'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { setLocale } from '@/i18n'
import { published, publishedFiles } from '@/features/room/limits'
import RulesPage from './RulesPage.vue'

const rules = { first_response: 41, negotiation: 42, reopened: 43, confirmation: 44, silence: 45, consumer_part: 46, complaint_decision: 47, mediation: 48, lapse_after: 49, enterprise_valid: 51, valid_max: 52, withdraw_minutes: 53, dispute_days: 54, reopen_lapsed: 55, reopen_withdrawn: 56 }
vi.mock('@/api', () => ({ api: { GET: async () => ({ business_now: '2026-11-22T02:00:00Z', rules }) }, data: (answer: Promise<unknown>) => answer }))
vi.mock('@/app/router', () => ({ setTitle: () => undefined }))
afterEach(() => setLocale('zh'))

it('knows the numbers as they are published', () => {
  const go = readFileSync('../negotiation/policy.go', 'utf8').split('func DefaultRules')[1]!.split('\n}')[0]!
  for (const [name, value] of Object.entries(published)) {
    const field = name.replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase())
    expect(go).toMatch(new RegExp(`\\b${field}: ${value},`))
  }
})

it('knows the files that may be uploaded as they are published', () => {
  const types = readFileSync('../server/app/files.go', 'utf8').split('func FileTypes')[1]!.split('\n}')[0]!
  expect(publishedFiles.types).toEqual([...types.matchAll(/"(.+?)"/g)].map(([, type]) => type))
  expect(readFileSync('../server/app/limits.go', 'utf8')).toContain(`FileBytes: ${publishedFiles.bytes >> 20} << 20,`)
})

it.each(['zh', 'en'] as const)('says every time limit, with the numbers in force, in %s', async (language) => {
  await setLocale(language)
  const page = mount(RulesPage, { global: { stubs: { RouterLink: true } } })
  await flushPromises()
  const text = page.text()
  for (const value of Object.values(rules)) expect(text).toContain(String(value))
  expect(text).not.toMatch(/[{}]/)
  const rows = page.findAll('tbody tr').map((row) => row.text())
  expect(rows).toHaveLength(10)
  expect(rows[4]).toMatch(language === 'zh' ? /回答是否收到.*45 个工作日/ : /whether it came.*45 working days/)
  expect(rows[6]).toMatch(language === 'zh' ? /自己的事项.*46 个工作日.*协议终止/ : /Your own part.*46 working days.*agreement ends/)
  expect(rows[8]).toMatch(language === 'zh' ? /市场监管人员终止调解.*超期/ : /officer terminates.*overdue/)
})
