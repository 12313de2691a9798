import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import Composer from './Composer.vue'

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
