import { shallowMount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { useSession } from '@/app/session'
import Field from '@/ui/Field.vue'
import { emptyFiling, type Filing } from './filing'
import StepYou from './StepYou.vue'

vi.mock('@/features/room/limits', () => ({ useLimits: () => ({ bytes: 1, types: [] }) }))

const session = useSession()
afterEach(() => (session.me = null))

function step(name: string, known: string) {
  session.me = { id: 'a', role: 'consumer', name: known, phone: '+8613800138000', language: 'zh' } as never
  const page = shallowMount(StepYou, { props: { modelValue: { ...emptyFiling(), name }, errors: {}, max: 9 }, global: { stubs: { Field } } })
  return { page, named: () => (page.emitted('update:modelValue') as [Filing][] | undefined)?.at(-1)?.[0].name }
}

it('takes the name that is known, and says what another one changes', async () => {
  expect(step('', '王小明').named()).toBe('王小明')
  expect(step('王小明 ', '王小明').page.text()).not.toContain('以前的案件')
  expect(step('李大同', '').page.text()).not.toContain('以前的案件')

  const other = step('李大同', '王小明')
  expect(other.page.text()).toContain('您以前用的姓名是“王小明”。这一件用“李大同”，以前的案件仍显示原来的姓名。')
  await other.page.get('[role=status] button').trigger('click')
  expect(other.named()).toBe('王小明')
})
