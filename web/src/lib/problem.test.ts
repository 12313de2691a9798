import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { defineMessages, setLocale } from '@/i18n'
import zhCommon from '@/i18n/messages.zh'
import { asProblem, loadProblemTexts, Problem, problemText } from './problem'
import zh from './problems/messages.zh'

it('asks again for texts whose English did not come', async () => {
  const other = vi.fn().mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValue({ default: { a: 'A' } })
  await setLocale('en')
  defineMessages({ a: '甲' } as const, other)
  await loadProblemTexts()
  expect(problemText({ code: 'stale_digest' })).toContain('code stale_digest')
  await loadProblemTexts()
  expect(problemText({ code: 'stale_digest' })).not.toContain('code stale_digest')
  await setLocale('zh')
})

it('speaks for a known code', async () => {
  expect(problemText({ code: 'offline' })).toContain('网络')
  await loadProblemTexts()
  expect(problemText({ code: 'stale_digest' })).toContain('重新查看')
})

it('never shows the text of a server', () => {
  const text = problemText({ code: 'strange_new_code', params: { detail: 'SQL error' } })
  expect(text).toContain('strange_new_code')
  expect(text).not.toContain('SQL')
})

it('takes anything thrown', () => {
  expect(asProblem(new TypeError('x')).code).toBe('internal')
  const problem = new Problem({ code: 'offline' })
  expect(asProblem(problem)).toBe(problem)
  expect(problem.temporary).toBe(true)
})

it('has a sentence for each code of the contract', () => {
  const schema = readFileSync(`${process.cwd()}/src/api/schema.d.ts`, 'utf8')
  const codes = [.../ProblemCode: ([^;\n]+);/.exec(schema)![1]!.matchAll(/"(\w+)"/g)].map(([, code]) => code!)
  expect(codes.length).toBeGreaterThan(50)
  const known = { ...zh, ...zhCommon }
  expect(codes.filter((code) => !(code in known) && !(`problem.${code}` in known))).toEqual([])
  // And none for a code that nobody has. These are the browser's own.
  const stems = new Set(Object.keys(zh).map((key) => key.split('.')[0]!))
  expect([...stems].filter((code) => !codes.includes(code))).toEqual(['signed_out', 'not_sent', 'aborted'])
})

it('says where an application stands, and how many cases are open', async () => {
  await loadProblemTexts()
  expect(problemText({ code: 'not_approved', params: { status: 'pending' } })).toContain('正在审核')
  expect(problemText({ code: 'not_approved', params: { status: 'removed' } })).toContain('没有获得批准')
  expect(problemText({ code: 'not_approved', params: { status: 'new_one' } })).toContain('批准后才能登录')
  expect(problemText({ code: 'open_cases', params: { count: 2 } })).toContain('2 件纠纷没有结束')
  const tooMany = (scope: string, max: number) => problemText({ code: 'too_many_cases', params: { scope, max } })
  expect(tooMany('order', 1)).toContain('这个订单已经有')
  expect(tooMany('enterprise', 3)).toContain('和这家企业已有 3 件')
  expect(tooMany('consumer', 10)).toContain('已达上限（10 件）')
})

it('says what a field takes, not only that it is wrong', async () => {
  await loadProblemTexts()
  expect(problemText({ code: 'invalid', field: 'supervisor.login' })).toContain('wang.desk')
  expect(problemText({ code: 'invalid', field: 'phone' })).toContain('11 位')
  expect(problemText({ code: 'invalid', field: 'zz' })).toBe(zh.invalid)
  // What the server takes is named in its own words.
  const server = readFileSync(`${process.cwd()}/../negotiation/text.go`, 'utf8')
  for (const allowed of ['text without control characters', 'one line']) {
    expect(server).toContain(`Invalid(field, "${allowed}")`)
    expect(problemText({ code: 'invalid', field: 'text', params: { allowed } })).toContain('看不见的控制符')
  }
})
