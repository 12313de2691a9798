import { afterEach, expect, it } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { setLocale } from '@/i18n'
import type { Person } from '@/live'
import PeopleHere from './PeopleHere.vue'
import messages from './messages'

const desk = (composing = false) => ({ side: 'enterprise', name: '洞庭电器', composing }) as Person
const words = async (people: Person[]) => (await renderToString(createSSRApp({ render: () => h(PeopleHere, { people, reader: 'consumer' }) }))).replace(/<[^>]*>/g, '').trim()

afterEach(() => setLocale('zh'))

it('says who is here and who is writing, in both languages', async () => {
  await messages.loadEn()
  expect(await words([desk()])).toContain('洞庭电器')
  expect(await words([desk(true)])).toBe('洞庭电器正在输入…')
  await setLocale('en')
  expect(await words([desk(true)])).toBe('洞庭电器 is writing…')
  expect(await words([])).toBe('')
})
