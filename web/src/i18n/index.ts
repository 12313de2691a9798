/*
 * Small i18n: typed keys and parameters, plurals by Intl.PluralRules, one
 * dictionary per feature. Chinese is part of the feature's own code; English
 * is fetched when somebody reads English, before the route is painted.
 *
 *   // features/x/messages.zh.ts   export default { hello: '你好，{name}' } as const
 *   // features/x/messages.en.ts   const en: Translation<typeof zh> = { hello: 'Hello, {name}' }; export default en
 *   // features/x/messages.ts      export default defineMessages(zh, () => import('./messages.en'))
 *   const { t, locale } = useI18n(messages)
 *   t('hello', { name })
 */
import { defineAsyncComponent, shallowRef, type Component } from 'vue'
import { onBack } from '@/lib/back'
import zhCommon from './messages.zh'

export type Locale = 'zh' | 'en'
/** Forms by plural category; the number is the parameter `n`. */
type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>
export type Message = string | Plural
export type Messages = Readonly<Record<string, Message>>

type Names<S extends string> = S extends `${string}{${infer P}}${infer Rest}` ? P | Names<Rest> : never
type TextOf<M> = M extends string ? M : M extends { other: infer O extends string } ? O : never
/** The parameters of one message, read from its Chinese text. */
type Params<M> = [Names<TextOf<M>>] extends [never]
  ? M extends string
    ? []
    : [params: { n: number }]
  : [params: { [P in Names<TextOf<M>>]: P extends 'n' ? number | string : string | number }]

/** Shape of the other language: same keys, any text. */
export type Translation<M> = { readonly [K in keyof M]: Message }

export interface Dictionary<M extends Messages> {
  readonly zh: M
  readonly loadEn: () => Promise<{ default: Translation<M> }>
  en?: Translation<M>
}

/** The texts of any dictionary. */
export interface AnyDictionary {
  readonly zh: Messages
  readonly en?: Messages
}

type Common = typeof zhCommon
export type KeyOf<M> = keyof M & string

const registered = new Set<{ loadEn: () => Promise<{ default: Messages }>; en?: Messages }>()

/** Joins a feature's Chinese text with the way to get its English. */
export function defineMessages<const M extends Messages>(
  zh: M,
  loadEn: () => Promise<{ default: Translation<M> }>,
): Dictionary<M> {
  const dictionary: Dictionary<M> = { zh, loadEn }
  registered.add(dictionary)
  return dictionary
}

const common: AnyDictionary = defineMessages(zhCommon, () => import('./messages.en'))

function startLocale(): Locale {
  return typeof document !== 'undefined' && document.documentElement.lang.startsWith('en') ? 'en' : 'zh'
}

const current = shallowRef<Locale>(startLocale())
/** Bumped when texts arrive, so that what is on screen is written again. */
const arrived = shallowRef(0)

/** Waits until all known dictionaries can be read in the current (or given) language. */
export async function textsReady(locale: Locale = current.value): Promise<void> {
  if (locale === 'zh') return
  const missing = [...registered].filter((dictionary) => !dictionary.en)
  if (missing.length === 0) return
  await Promise.all(
    missing.map(async (dictionary) => {
      dictionary.en = (await dictionary.loadEn()).default
    }),
  )
  arrived.value++
}

/** Has what is on screen written again, after texts came late. */
export function textsArrived(): void {
  arrived.value++
}

/** Changes the language once its texts are there, and remembers it on this device. */
export async function setLocale(locale: Locale): Promise<void> {
  await textsReady(locale)
  current.value = locale
  document.documentElement.lang = locale === 'en' ? 'en' : 'zh-CN'
  try {
    localStorage.setItem('hejie.locale', locale)
  } catch {
    // Without storage the choice holds until the page is left.
  }
}

/** How many parts of the page were asked for and did not come yet. They open by themselves later, which whoever asked should know. */
export const missing = shallowRef(0)

/**
 * A component loaded on first use, painted only when its texts are there too. What did not come, because the network was away just
 * then, is asked for again. `meanwhile` stands in its place once that takes a moment.
 */
export function lazy<T extends Component>(loader: () => Promise<{ default: T }>, meanwhile?: Component): T {
  let late = 0
  const told = (now: 0 | 1) => ((missing.value += now - late), (late = now))
  return defineAsyncComponent({
    loadingComponent: meanwhile,
    loader: async () => {
      const loaded = await loader()
      await textsReady()
      told(0)
      return loaded.default
    },
    onError: (_, retry, __, attempts) => {
      told(1)
      if (attempts <= 4 && navigator.onLine) return void setTimeout(retry, 250 * 2 ** attempts)
      const leave = onBack(() => (leave(), retry()))
    },
  }) as unknown as T
}

const plurals: Record<Locale, Intl.PluralRules> = {
  zh: new Intl.PluralRules('zh-CN'),
  en: new Intl.PluralRules('en'),
}

function choose(message: Message, params: Readonly<Record<string, unknown>> | undefined, locale: Locale): string {
  if (typeof message === 'string') return message
  return message[plurals[locale].select(Number(params?.n ?? 0))] ?? message.other
}

function lookup(dictionary: AnyDictionary | undefined, key: string, locale: Locale): Message | undefined {
  for (const source of [dictionary, common]) {
    const message = (locale === 'en' ? source?.en?.[key] : undefined) ?? source?.zh[key]
    if (message !== undefined) return message
  }
}

const placeholder = /\{(\w+)\}/g

/** Text for a key known only at run time; undefined when there is none. */
export function translate(
  dictionary: AnyDictionary | undefined,
  key: string,
  params?: Readonly<Record<string, unknown>>,
): string | undefined {
  void arrived.value
  const locale = current.value
  const message = lookup(dictionary, key, locale)
  if (message === undefined) return undefined
  return choose(message, params, locale).replace(placeholder, (whole, name: string) => {
    const value = params?.[name]
    return value === undefined ? whole : typeof value === 'number' ? number(value, locale) : String(value)
  })
}

/** The pieces of a message: text, or the name of a parameter to be filled by a slot. */
export function pieces(dictionary: AnyDictionary | undefined, key: string): { text?: string; slot?: string }[] {
  void arrived.value
  const text = choose(lookup(dictionary, key, current.value) ?? key, undefined, current.value)
  return text.split(/(\{\w+\})/).flatMap((part) => {
    if (part === '') return []
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    return [name ? { slot: name } : { text: part }]
  })
}

const numbers = new Map<Locale, Intl.NumberFormat>()
function number(value: number, locale: Locale): string {
  let format = numbers.get(locale)
  if (!format) numbers.set(locale, (format = new Intl.NumberFormat(locale === 'en' ? 'en' : 'zh-CN')))
  return format.format(value)
}

export interface I18n<M> {
  readonly t: <K extends KeyOf<M> | KeyOf<Common>>(
    key: K,
    ...params: Params<K extends keyof M ? M[K] : K extends keyof Common ? Common[K] : never>
  ) => string
  /** The language being read; reactive. */
  readonly locale: typeof current
}

/** Texts of a feature, with the common ones behind them. */
export function useI18n<M extends Messages = Record<never, never>>(messages?: Dictionary<M>): I18n<M> {
  return {
    t: ((key: string, params?: Record<string, unknown>) => translate(messages, key, params) ?? key) as I18n<M>['t'],
    locale: current,
  }
}

export const locale = current
