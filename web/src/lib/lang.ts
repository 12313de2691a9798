import { locale } from '@/i18n'

/** The lang of a text that people wrote, where it is not the page's: screen readers and fonts go by it. A code or a number has none. */
export function langOf(text = ''): 'zh-CN' | 'en' | undefined {
  const count = (what: RegExp) => text.split(what).length
  if (count(/\p{Script=Han}/u) * 2 > count(/[a-z]/i) + 1) return locale.value === 'zh' ? undefined : 'zh-CN'
  return locale.value === 'en' || !/[a-z]{2,} [a-z]{2,}/i.test(text) ? undefined : 'en'
}
