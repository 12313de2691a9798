import { afterEach, expect, it, vi } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { setLocale } from '@/i18n'
import type { Person } from '@/live'
import PeopleHere from './PeopleHere.vue'
import messages from './messages'

const unsure = vi.hoisted(() => ({ value: false, __v_isRef: true }))
vi.mock('@/live', () => ({ unsure }))

const desk = (composing = false) => ({ side: 'enterprise', name: '洞庭电器', composing }) as Person
const words = async (people: Person[]) => (await renderToString(createSSRApp({ render: () => h(PeopleHere, { people, reader: 'consumer' }) }))).replace(/<[^>]*>/g, '').trim()

afterEach(() => {
  unsure.value = false
  return setLocale('zh')
})

it('says who is here and who is writing, in both languages', async () => {
  await messages.loadEn()
  expect(await words([desk()])).toContain('洞庭电器')
  expect(await words([desk(true)])).toBe('洞庭电器正在输入…')
  await setLocale('en')
  expect(await words([desk(true)])).toBe('洞庭电器 is writing…')
  expect(await words([])).toBe('')
})

it('does not pass off as nobody what is not known', async () => {
  unsure.value = true
  expect(await words([])).toBe('暂时不知道谁在线')
  expect(await words([desk()])).toContain('洞庭电器')
})
