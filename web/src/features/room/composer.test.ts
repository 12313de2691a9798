import { mount } from '@vue/test-utils'
import { beforeEach, expect, it } from 'vitest'
import { nextTick } from 'vue'
import Composer from './Composer.vue'

beforeEach(() => localStorage.clear())

it('takes a text back above what is written, and keeps both', async () => {
  const box = mount(Composer, { props: { caseId: 'c', reader: 'consumer', max: 2000 } })
  const words = () => box.get('textarea').element.value
  const { add } = box.vm as unknown as { add: (text: string) => void }
  add('第一条')
  await nextTick()
  expect(words()).toBe('第一条')
  add('被拒绝的')
  await nextTick()
  expect(words()).toBe('被拒绝的\n第一条')
})

it('leaves Enter to an input method, also where it is told of after the composition', async () => {
  const box = mount(Composer, { props: { caseId: 'c', reader: 'consumer', max: 2000 } })
  const area = box.get('textarea')
  await area.setValue('bingxiang')
  await area.trigger('keydown', { key: 'Enter', isComposing: true })
  await area.trigger('keydown', { key: 'Enter', keyCode: 229 })
  expect(box.emitted('send')).toBeUndefined()
  await area.trigger('keydown', { key: 'Enter', keyCode: 13 })
  expect(box.emitted('send')).toEqual([['bingxiang', false]])
})
