import { afterEach, describe, expect, it } from 'vitest'
import { setLocale } from '@/i18n'
import { maskPhone, readPhone, retryAfter, waitText } from './wait'

afterEach(() => setLocale('zh'))

describe('phones and waits', () => {
  it.each([
    ['13800138000', '13800138000'],
    ['+86 138 0013 8000', '13800138000'],
    ['0086-13800138000', '13800138000'],
    ['１３８００１３８０００', '13800138000'],
  ])('reads %s', (typed, phone) => expect(readPhone(typed)).toBe(phone))
  it.each(['', '1380013800', '23800138000', '138001380000'])('refuses %s', (typed) => expect(readPhone(typed)).toBeNull())
  it.each(['13800138000', '+8613800138000'])('masks %s', (phone) => expect(maskPhone(phone)).toBe('138****8000'))

  it('says a wait in words, rounded up', async () => {
    expect(waitText(0.2)).toBe('1 秒')
    expect(waitText(61)).toBe('61 秒')
    expect(waitText(91)).toBe('2 分钟')
    expect(waitText(5401)).toBe('2 小时')
    await setLocale('en')
    expect(waitText(1)).toBe('1 second')
  })

  it('knows a wait only from a limit', () => {
    expect(retryAfter({ code: 'rate_limited', params: { retry_after: 42 } })).toBe(42)
    expect(retryAfter({ code: 'rate_limited' })).toBeNull()
    expect(retryAfter({ code: 'wrong_code', params: { retry_after: 42 } })).toBeNull()
  })
})
