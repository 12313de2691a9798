import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { h } from 'vue'
import ConfirmDialog from './ConfirmDialog.vue'

const pages = import.meta.glob<string>('../**/*.vue', { query: '?raw', import: 'default', eager: true })
const count = (text: string, what: RegExp) => [...text.matchAll(what)].length

it('gives every form a button that submits it: without one Enter does nothing', () => {
  const forms = Object.entries(pages).filter(([, text]) => text.includes('<form'))
  expect(forms.length).toBeGreaterThan(15)
  expect(forms.filter(([, text]) => count(text, /type="submit"/g) < count(text, /<form/g)).map(([path]) => path)).toEqual([])
})

it('leaves no one-line field outside of a form, but for searches', () => {
  const loose = Object.entries(pages).filter(([path, text]) => !path.startsWith('./') && /<(TextInput|MoneyInput|NumberInput)\b(?![^>]*type="search")/.test(text) && !/<form|<ConfirmDialog|<ActDialog/.test(text))
  const parts = ['ApplyContact', 'ApplyFacts', 'ItemsEditor', 'StepOrder', 'StepWhat', 'StepYou'] // of a form in another file
  expect(loose.map(([path]) => /(\w+)\.vue$/.exec(path)![1]).sort()).toEqual(parts)
})

it('confirms by Enter in a field of the question', async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true
  }
  const dialog = mount(ConfirmDialog, { props: { open: true, title: '?', busy: false }, slots: { default: () => h('input') }, attachTo: document.body })
  const button = dialog.get<HTMLButtonElement>('button[type=submit]')
  expect(button.element.form).toBe(dialog.get('input').element.form)
  await button.trigger('click')
  expect(dialog.emitted('confirm')).toHaveLength(1)
  await dialog.setProps({ busy: true })
  await button.trigger('click')
  expect(dialog.emitted('confirm')).toHaveLength(1)
  dialog.unmount()
})
