import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { Problem } from '@/lib/problem'
import { Button, TextArea } from '@/ui'
import ImportDialog from './ImportDialog.vue'

const world = vi.hoisted(() => ({ leftOut: [] as string[], fails: null as unknown, imported: [] as unknown[] }))
vi.mock('@/api', () => ({
  api: {
    POST: () =>
      world.fails
        ? Promise.reject(world.fails as Error)
        : Promise.resolve({ left_out: world.leftOut, changes: [{ date: '2027-02-20', from: 'rest', to: 'makeup', name: '春节' }] }),
    PUT: (_: string, { params }: { params: { query: { partial: boolean } } }) => {
      world.imported.push(params)
      return Promise.resolve({})
    },
  },
  data: (answer: Promise<unknown>) => answer,
}))
beforeEach(() => Object.assign(world, { leftOut: [], fails: null, imported: [] }))

async function opened() {
  const dialog = mount(ImportDialog, { props: { open: true }, global: { stubs: { Dialog: { template: '<div><slot /><slot name="footer" /></div>' } } } })
  dialog.findComponent(TextArea).vm.$emit('update:modelValue', '{"year": 2027, "days": []}')
  await flushPromises()
  const press = async (at: number) => {
    await dialog.findAllComponents(Button).at(at)!.trigger('click')
    await flushPromises()
  }
  return { dialog, press }
}

it('shows which days change before they do, and goes back without importing', async () => {
  const { dialog, press } = await opened()
  await press(-1)
  expect(dialog.text()).toContain('2027 年的安排会改变 1 天')
  expect(dialog.text()).toMatch(/2月20日（周六）.*春节.*周末.*调休上班/)
  await press(0)
  expect(dialog.findComponent(TextArea).props('modelValue')).toContain('2027')
  expect(world.imported).toEqual([])
  await press(-1)
  await press(-1)
  expect(dialog.emitted('imported')).toEqual([[2027]])
  expect(world.imported).toMatchObject([{ query: { partial: false } }])
})

it('takes half a notice only after naming what is left out', async () => {
  world.leftOut = ['2027-02-06 春节']
  const { dialog, press } = await opened()
  await press(-1)
  expect(dialog.text()).toContain('有 1 天没有列出')
  expect(dialog.text()).toContain('2027-02-06 春节')
  await press(-1)
  expect(world.imported).toMatchObject([{ query: { partial: true } }])
})

it('says at the text what is wrong with it', async () => {
  world.fails = new Problem({ code: 'bad_calendar', field: 'days[1].date', params: { reason: 'named_twice', date: '2027-01-01' } })
  const { dialog, press } = await opened()
  await press(-1)
  expect(dialog.text()).toContain('days[1].date：2027-01-01 出现了两次')
})
