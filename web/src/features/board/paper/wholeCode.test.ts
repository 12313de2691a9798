import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import WholeCode from './WholeCode.vue'

it('keeps the code of a case whole wherever it stands in the text', () => {
  const text = '案件 K7QM2-XW9PD：见 K7QM2-XW9PD 的记录。'
  const page = mount({ components: { WholeCode }, template: `<p><WholeCode text="${text}" code="K7QM2-XW9PD" /></p>` })
  expect(page.text()).toBe(text)
  expect(page.findAll('.whitespace-nowrap').map((one) => one.text())).toEqual(['K7QM2-XW9PD', 'K7QM2-XW9PD'])
})
