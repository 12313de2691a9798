import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { h } from 'vue'
import { tellBack } from '@/lib/back'
import { defineMessages, lazy, missing, pieces, setLocale, useI18n, type Message, type Messages } from '.'

const zh = import.meta.glob<{ default: Messages }>('/src/**/messages.zh.ts', { eager: true })
const en = import.meta.glob<{ default: Messages }>('/src/**/messages.en.ts', { eager: true })

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message))
const params = (message: Message): string[] =>
  [...new Set(forms(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)))].sort()

describe('both languages say the same', () => {
  it('has an English file beside each Chinese one', () => {
    expect(Object.keys(en).map((path) => path.replace('.en.', '.zh.')).sort()).toEqual(Object.keys(zh).sort())
  })

  it.each(Object.keys(zh))('%s', (path) => {
    const here = zh[path]!.default
    const there = en[path.replace('.zh.', '.en.')]!.default
    expect(Object.keys(there).sort()).toEqual(Object.keys(here).sort())
    for (const [key, message] of Object.entries(here)) {
      const other = there[key]!
      for (const text of [...forms(message), ...forms(other)]) expect(text.trim(), key).not.toBe('')
      expect(params(other), key).toEqual(params(message))
      if (typeof other === 'object') expect(Object.keys(other).sort(), key).toEqual(['one', 'other'])
      expect(/[\u4e00-\u9fff]/.test(forms(other).join('')) && !/^lang\./.test(key), `${key} is translated`).toBe(false)
      expect(/[!！]/.test([...forms(message), ...forms(other)].join('')), `${key} has no exclamation mark`).toBe(false)
    }
  })
})

it.each([
  ['受理', /\b(tak(e|en|es|ing)|took)( \w+)? up\b/i],
  ['登录名', /account/i],
  ['商家', /\bbusiness(es)?\b/i],
  ['企业', /\bbusiness(es)?\b/i],
])('one English word stands for %s, and not another', (term, another) => {
  for (const [path, { default: texts }] of Object.entries(zh))
    for (const [key, message] of Object.entries(texts)) {
      const english = forms(en[path.replace('.zh.', '.en.')]!.default[key]!).join(' ')
      if (english === 'Login') expect(message, key).toBe('登录名')
      if (forms(message).join('').includes(term) && !key.startsWith('audit.')) expect(english, key).not.toMatch(another)
    }
})

describe('every text is shown somewhere', () => {
  const files = Object.entries(import.meta.glob<string>(['/src/**/*.{vue,ts}', '!/src/**/messages.*.ts', '!/src/**/*.test.ts'], { eager: true, query: '?raw', import: 'default' }))
  // Codes of the server are listed nowhere.
  it.each(Object.keys(zh).filter((path) => !/problems|words/.test(path)))('%s', (path) => {
    // By its own feature, what lib hands it, or whoever takes the dictionary; the common words by anybody.
    const [, feature] = /^\/src\/((?:features\/)?[\w-]+)\//.exec(path)!
    const taken = `@${path.slice('/src'.length, -'.zh.ts'.length)}'`
    const code = files.flatMap(([file, text]) => (feature === 'i18n' || [feature, 'lib'].some((folder) => file.startsWith(`/src/${folder}/`)) || text.includes(taken) ? text : [])).join('\n')
    const words = new Set([...code.matchAll(/['"]([\w.]+)['"]/g)].map(([, word]) => word!))
    // Keys that are put together: `bar.${part}`, `${kind}.title`.
    const heads = [...code.matchAll(/`(\w[\w.]*)\$\{/g)].map(([, head]) => head!)
    const tails = [...code.matchAll(/\}(\.\w+)`/g)].map(([, tail]) => tail!)
    const put = (key: string) => heads.some((head) => key.startsWith(head)) || tails.some((tail) => key.endsWith(tail))
    expect(Object.keys(zh[path]!.default).filter((key) => !words.has(key) && !put(key))).toEqual([])
  })
})

describe('useI18n', () => {
  const messages = defineMessages(
    { cases: { other: '{n} 件纠纷' }, agree: '我已阅读{rules}', plain: '好' } as const,
    async () => ({ default: { cases: { one: '{n} case', other: '{n} cases' }, agree: 'I read the {rules}', plain: 'Fine' } }),
  )
  afterEach(() => setLocale('zh'))

  it('fills parameters and groups digits', () => {
    const { t } = useI18n(messages)
    expect(t('cases', { n: 1234 })).toBe('1,234 件纠纷')
    expect(t('common.save')).toBe('保存')
  })

  it('chooses the plural of the language read', async () => {
    const { t } = useI18n(messages)
    await setLocale('en')
    expect(t('cases', { n: 1 })).toBe('1 case')
    expect(t('cases', { n: 2 })).toBe('2 cases')
    expect(t('plain')).toBe('Fine')
    expect(document.documentElement.lang).toBe('en')
  })

  it('cuts a message into text and slots', () => {
    expect(pieces(messages as never, 'agree')).toEqual([{ text: '我已阅读' }, { slot: 'rules' }])
  })
})

describe('lazy', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('asks again when the network is back', async () => {
    vi.stubGlobal('navigator', { onLine: false })
    const load = vi.fn().mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValue({ default: { render: () => h('p', 'here') } })
    const part = lazy(load)
    const wrapper = mount({ render: () => h('div', [h(part)]) })
    await flushPromises()
    expect(wrapper.text()).toBe('')
    expect(missing.value).toBe(1)
    window.dispatchEvent(new Event('online'))
    await flushPromises()
    expect(load).toHaveBeenCalledTimes(2)
    expect(wrapper.text()).toBe('here')
    expect(missing.value).toBe(0)
  })

  it('has something stand in its place while it takes a moment', async () => {
    vi.useFakeTimers()
    let come = (_: { default: object }) => undefined as void
    const part = lazy(() => new Promise<{ default: object }>((resolve) => (come = resolve)), () => h('p', 'loading'))
    const wrapper = mount({ render: () => h('div', [h(part)]) })
    expect(wrapper.text()).toBe('')
    await vi.advanceTimersByTimeAsync(300)
    expect(wrapper.text()).toBe('loading')
    come({ default: { render: () => h('p', 'here') } })
    await flushPromises()
    vi.useRealTimers()
    expect(wrapper.text()).toBe('here')
  })

  it('rests after some tries, until the connection is back', async () => {
    vi.useFakeTimers()
    const load = vi.fn().mockRejectedValue(new Error('gone'))
    const part = lazy(load)
    const wrapper = mount({ render: () => h('div', [h(part)]) })
    await vi.runAllTimersAsync()
    vi.useRealTimers()
    expect(load).toHaveBeenCalledTimes(5)
    load.mockResolvedValue({ default: { render: () => h('p', 'here') } })
    tellBack()
    await flushPromises()
    tellBack()
    expect(load).toHaveBeenCalledTimes(6)
    expect(wrapper.text()).toBe('here')
  })
})
