import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { setLocale } from '@/i18n'
import { tellBack } from '@/lib/back'
import PrivacyPage from './PrivacyPage.vue'

const world = vi.hoisted(() => ({ answer: (): Promise<unknown> => Promise.reject(new Error('offline')) }))
vi.mock('@/features/room/limits', () => ({ loadMeta: () => world.answer() }))
afterEach(() => setLocale('zh'))

const page = async () => {
  const wrapper = mount(PrivacyPage, { global: { stubs: { RouterLink: true } } })
  await flushPromises()
  return wrapper
}

it.each(['zh', 'en'] as const)('names who is responsible, and how to reach them, in %s', async (language) => {
  await setLocale(language)
  world.answer = () => Promise.resolve({ operator: { name: '岳阳消费中心', contact: '0730-1234567' } })
  const text = (await page()).text()
  expect(text).toContain('岳阳消费中心')
  expect(text).toContain('0730-1234567')
  expect(text).not.toMatch(/还没有写明|has not named/)
})

it('says so where nobody is named', async () => {
  world.answer = () => Promise.resolve({})
  expect((await page()).text()).toContain('本平台还没有写明运营单位的名称和联系方式。')
})

it('says that it cannot tell without the server, and tells once that is back', async () => {
  world.answer = () => Promise.reject(new Error('offline'))
  const wrapper = await page()
  expect(wrapper.text()).toContain('现在读不到运营单位')
  world.answer = () => Promise.resolve({ operator: { name: '岳阳消费中心', contact: '0730-1234567' } })
  tellBack()
  await flushPromises()
  expect(wrapper.text()).toContain('岳阳消费中心')
})
