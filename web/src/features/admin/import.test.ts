import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { Problem } from '@/lib/problem'
import { Button, TextArea } from '@/ui'
import ImportDialog from './ImportDialog.vue'

const world = vi.hoisted(() => ({ asked: [] as unknown[] }))
vi.mock('@/api', () => ({
  api: {
    PUT: (_: string, { params }: { params: { query: { partial: boolean } } }) => {
      world.asked.push(params)
      if (params.query.partial) return Promise.resolve({})
      return Promise.reject(new Problem({ code: 'bad_calendar', field: 'days', params: { reason: 'days_left_out', year: 2027, days: ['2027-02-06 春节'] } }))
    },
  },
  data: (answer: Promise<unknown>) => answer,
}))

it('takes half a notice only on a second word, after naming what is left out', async () => {
  const dialog = mount(ImportDialog, { props: { open: true }, global: { stubs: { Dialog: { template: '<div><slot /><slot name="footer" /></div>' } } } })
  const press = async () => {
    await dialog.findAllComponents(Button).at(-1)!.trigger('click')
    await flushPromises()
  }
  dialog.findComponent(TextArea).vm.$emit('update:modelValue', '{"year": 2027, "days": []}')
  await flushPromises()
  await press()
  expect(dialog.text()).toContain('有 1 天没有列出')
  expect(dialog.text()).toContain('2027-02-06 春节')
  expect(dialog.emitted('imported')).toBeUndefined()
  await press()
  expect(dialog.emitted('imported')).toEqual([[2027]])
  expect(world.asked).toMatchObject([{ query: { partial: false } }, { query: { partial: true } }])
})
