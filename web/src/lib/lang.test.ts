import { afterEach, expect, it } from 'vitest'
import { setLocale } from '@/i18n'
import { langOf } from './lang'

afterEach(() => setLocale('zh'))

it.each([
  ['en', '消费者没有提供凭证。', 'zh'],
  ['en', '订单 JD-20261104 没有收到', 'zh'],
  ['en', 'No proof of delivery was given.', undefined],
  ['zh', '消费者没有提供凭证。', undefined],
  ['zh', 'No proof of delivery was given.', 'en'],
  ['zh', 'J97XT-YWTYY', undefined],
  ['zh', '', undefined],
] as const)('on a page in %s "%s" is marked %s', async (page, text, lang) => {
  await setLocale(page)
  expect(langOf(text)).toBe(lang)
})
