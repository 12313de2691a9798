import { locale, type Locale } from '@/i18n'

/** The lang of a text that people wrote, where it is not the page's: screen readers and fonts go by it. A code or a number has none. */
export function langOf(text = ''): Locale | undefined {
  const count = (what: RegExp) => text.split(what).length
  const lang = count(/\p{Script=Han}/u) * 2 > count(/[a-z]/i) + 1 ? 'zh' : /[a-z]{2,} [a-z]{2,}/i.test(text) ? 'en' : locale.value
  return lang === locale.value ? undefined : lang
}
