import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Problem } from '@/lib/problem'
import PhoneCode from './PhoneCode.vue'

vi.mock('@/features/room/limits', () => ({ loadMeta: () => Promise.resolve({ sms: 'available', limits: { code_tries: 3, codes_per_hour: 6, codes_per_day: 12 } }) }))
vi.mock('@/api', () => ({
  api: { POST: (path: string) => (path === '/api/codes' ? Promise.resolve({ expires_in: 600, again_in: 60 }) : Promise.reject(new Problem({ code: 'wrong_code' }))) },
  data: (answer: Promise<unknown>) => answer,
}))
beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** The form for a code that was just sent, and what it says to a wrong one. */
async function sent() {
  const form = mount(PhoneCode, { attachTo: document.body })
  const send = async () => {
    await form.get('form').trigger('submit')
    await flushPromises()
  }
  await form.get('#phone').setValue('13800138000')
  await send()
  let n = 111111
  return async () => {
    await form.get('#code').setValue(String(n++))
    await flushPromises()
    return form.get('#code-error').text()
  }
}

it('does not ask to try again with a code that was tried too often', async () => {
  const wrong = await sent()
  expect(await wrong()).toContain('再试一次')
  expect(await wrong()).toContain('再试一次')
  expect(await wrong()).toBe('这个验证码已经试错 3 次，不能再用了。请重新获取。')
})

it('says that a code has expired', async () => {
  const wrong = await sent()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(await wrong()).toBe('这个验证码已经过期。请重新获取。')
})

it('tells how many codes a number gets, as the platform is set', async () => {
  const form = mount(PhoneCode)
  await flushPromises()
  expect(form.get('details').text()).toContain('每小时最多 6 条、每天最多 12 条')
})

it('keeps nobody who mistyped their number waiting for the right one', async () => {
  const form = mount(PhoneCode, { attachTo: document.body })
  const waits = async (number: string) => {
    await form.get('#phone').setValue(number)
    return form.get('button[type=submit]').attributes('disabled') !== undefined
  }
  expect(await waits('13800138001')).toBe(false)
  await form.get('form').trigger('submit')
  await flushPromises()
  await form.findAll('button').find((one) => one.text() === '换一个号码')!.trigger('click')
  expect(await waits('13800138001')).toBe(true)
  expect(await waits('13800138002')).toBe(false)
})
