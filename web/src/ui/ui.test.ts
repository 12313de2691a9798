import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref, type Component } from 'vue'
import type { Money } from '@/lib/format'
import Button from './Button.vue'
import Checkbox from './Checkbox.vue'
import Combobox from './Combobox.vue'
import ConfirmDialog from './ConfirmDialog.vue'
import DataTable from './DataTable.vue'
import ErrorSummary from './ErrorSummary.vue'
import Field from './Field.vue'
import MoneyInput from './MoneyInput.vue'
import Select from './Select.vue'
import Tabs from './Tabs.vue'
import TextArea from './TextArea.vue'
import TextInput from './TextInput.vue'
import { provideSize } from './size'

afterEach(() => {
  vi.useRealTimers()
  document.body.innerHTML = ''
})

describe('Field', () => {
  it('ties label, hint and error to its control', () => {
    const field = mount(Field, {
      props: { label: '手机号', hint: '11 位', error: '手机号不正确', id: 'phone', required: true },
      slots: { default: () => h(TextInput as Component) },
    })
    const input = field.get('input')
    expect(field.get('label').attributes('for')).toBe('phone')
    expect(input.attributes()).toMatchObject({
      id: 'phone',
      'aria-describedby': 'phone-hint phone-error',
      'aria-invalid': 'true',
      'aria-required': 'true',
    })
    expect(field.get('#phone-error').text()).toBe('手机号不正确')
  })
})

describe('MoneyInput', () => {
  const setup = () => {
    const amount = ref<Money | null>(null)
    const field = mount(Field, {
      props: { label: '金额' },
      slots: {
        default: () => h(MoneyInput as Component, { modelValue: amount.value, 'onUpdate:modelValue': (value: Money) => (amount.value = value!) }),
      },
    })
    return { amount, field, input: field.get('input') }
  }
  it('reads yuan as fen', async () => {
    const { amount, field, input } = setup()
    await input.setValue('￥1,200.5')
    await input.trigger('blur')
    expect(amount.value).toEqual({ currency: 'CNY', minor: 120050 })
    expect(field.find('[id$=error]').exists()).toBe(false)
  })
  it('says what is wrong and keeps the text', async () => {
    const { amount, field, input } = setup()
    await input.setValue('1.234')
    expect(field.find('[id$=error]').exists()).toBe(false)
    await input.trigger('blur')
    expect(amount.value).toBeNull()
    expect(field.get('[id$=error]').text()).toBe('金额最多 2 位小数，例如 150.00')
    expect(input.element.value).toBe('1.234')
    await input.setValue('1.23')
    expect(field.find('[id$=error]').exists()).toBe(false)
  })
  it('keeps what was typed just before leaving', async () => {
    const { amount, field, input } = setup()
    await input.setValue('115')
    void input.setValue('100.555')
    await input.trigger('blur')
    expect(input.element.value).toBe('100.555')
    expect(amount.value).toBeNull()
    expect(field.get('[id$=error]').text()).toContain('最多 2 位小数')
  })
  it('says what cannot be read, not that nothing is there', async () => {
    const field = mount(Field, { props: { label: '金额', error: '请填写金额' }, slots: { default: () => h(MoneyInput as Component) } })
    expect(field.get('[id$=error]').text()).toBe('请填写金额')
    await field.get('input').setValue('99999999999')
    await field.get('input').trigger('blur')
    expect(field.get('[id$=error]').text()).toContain('不能大于')
  })
})

describe('Select', () => {
  const options = [
    { value: 'repair', label: '修理' },
    { value: 'refund', label: '退款' },
  ]
  const shown = (select: HTMLSelectElement) => select.selectedOptions[0]?.text

  it('shows its placeholder until something is chosen, and once it is taken back', async () => {
    const box = mount(Select<string>, { props: { modelValue: null, options, placeholder: '请选择' } })
    const select = box.get('select')
    expect(shown(select.element)).toBe('请选择')
    await select.setValue('refund')
    expect(box.emitted('update:modelValue')).toEqual([['refund']])
    await box.setProps({ modelValue: 'refund' })
    expect(shown(select.element)).toBe('退款')
    await box.setProps({ modelValue: null })
    expect(shown(select.element)).toBe('请选择')
  })

  it('shows what is chosen when the options come later', async () => {
    const box = mount(Select<string>, { props: { modelValue: 'refund', options: [], placeholder: '请选择' } })
    await box.setProps({ options })
    expect(shown(box.get('select').element)).toBe('退款')
  })
})

describe('Button', () => {
  it('ignores clicks while busy and says so', async () => {
    const click = vi.fn()
    const button = mount(Button, { props: { busy: true, onClick: click }, slots: { default: '保存' } })
    await button.trigger('click')
    expect(click).not.toHaveBeenCalled()
    expect(button.attributes('aria-busy')).toBe('true')
  })
  it('takes its size from the shell', () => {
    const shell = defineComponent({ setup: () => (provideSize('md'), () => h(Button, () => 'x')) })
    expect(mount(shell).get('button').classes()).toContain('min-h-9')
    expect(mount(Button).classes()).toContain('min-h-11')
  })
})

describe('TextArea', () => {
  it('counts characters as people do', async () => {
    const area = mount(TextArea, { props: { max: 3, modelValue: '好👍' } })
    expect(area.text()).toBe('还可以输入 1 字')
    await area.setProps({ modelValue: '好👍好好' })
    expect(area.text()).toBe('超出 1 字')
    expect(area.get('textarea').attributes('aria-invalid')).toBe('true')
  })
})

describe('Checkbox', () => {
  it.each([undefined, 'consents-truth'])('is named by its row, with the id %s', (id) => {
    const wrapper = mount(Checkbox, { props: { id, label: 'True' }, attachTo: document.body })
    const input = wrapper.get('input').element
    expect(input.labels?.[0]?.textContent).toContain('True')
    if (id) expect(input.id).toBe(id)
    wrapper.unmount()
  })
})

describe('Combobox', () => {
  it('finds, moves and chooses by keyboard; the last question wins', async () => {
    vi.useFakeTimers()
    const search = vi.fn(async (text: string) => {
      await new Promise((resolve) => setTimeout(resolve, text === '大' ? 500 : 10))
      return [
        { id: `${text}1`, label: `${text}一` },
        { id: `${text}2`, label: `${text}二` },
      ]
    })
    const box = mount(Combobox<{ id: string; label: string }>, { props: { search, modelValue: null }, attachTo: document.body })
    const input = box.get('input')
    await input.setValue('大')
    await vi.advanceTimersByTimeAsync(300)
    await input.setValue('大山')
    await vi.advanceTimersByTimeAsync(900)
    expect(box.findAll('[role=option]').map((option) => option.text())).toEqual(['大山一', '大山二'])
    expect(input.attributes('aria-expanded')).toBe('true')
    await input.trigger('keydown', { key: 'ArrowDown' })
    const active = input.attributes('aria-activedescendant')!
    expect(box.get(`#${active}`).text()).toBe('大山二')
    await input.trigger('keydown', { key: 'Enter', keyCode: 229 }) // an input method's, as Safari tells of it
    expect(box.emitted('update:modelValue')).toBeUndefined()
    await input.trigger('keydown', { key: 'Enter' })
    expect(box.emitted('update:modelValue')!.at(-1)).toEqual([{ id: '大山2', label: '大山二' }])
    expect(input.attributes('aria-expanded')).toBe('false')
    vi.useRealTimers()
  })

  it('looks for nothing while an input method composes', async () => {
    vi.useFakeTimers()
    const search = vi.fn(async () => [])
    const box = mount(Combobox<{ id: string; label: string }>, { props: { search, modelValue: null }, attachTo: document.body })
    const input = box.get('input')
    input.element.value = "dian'qi"
    await input.trigger('input', { isComposing: true })
    await vi.advanceTimersByTimeAsync(900)
    expect([search.mock.calls.length, input.element.value]).toEqual([0, "dian'qi"])
    input.element.value = '电器'
    await input.trigger('compositionend')
    await vi.advanceTimersByTimeAsync(300)
    expect(search.mock.calls).toEqual([['电器']])
    vi.useRealTimers()
  })

  it('lets the pointer follow a link in its empty list', async () => {
    vi.useFakeTimers()
    const box = mount(Combobox<{ id: string; label: string }>, { props: { search: async () => [], modelValue: null }, slots: { empty: '<a href="#way">看看怎么投诉</a>' }, attachTo: document.body })
    await box.get('input').setValue('没有')
    await vi.advanceTimersByTimeAsync(300)
    const press = new Event('pointerdown', { bubbles: true, cancelable: true })
    box.get('a').element.dispatchEvent(press)
    expect(press.defaultPrevented).toBe(true) // the field keeps the focus, so the list stays for the click
    vi.useRealTimers()
  })
})

describe('ConfirmDialog', () => {
  it('opens, confirms, and cancels', async () => {
    const dialog = mount(ConfirmDialog, { props: { open: true, title: '接受方案' }, attachTo: document.body })
    await nextTick()
    await nextTick()
    expect(dialog.get('dialog').element.open).toBe(true)
    const [cancel, confirm] = dialog.findAll('footer button')
    await confirm!.trigger('click')
    expect(dialog.emitted('confirm')).toHaveLength(1)
    await cancel!.trigger('click')
    expect(dialog.emitted('update:open')!.at(-1)).toEqual([false])
  })
})

describe('Tabs', () => {
  it('moves with the arrows and wraps around', async () => {
    const tabs = mount(Tabs, {
      props: {
        label: '资料',
        modelValue: 'a',
        tabs: [
          { key: 'a', label: '甲' },
          { key: 'b', label: '乙' },
        ],
      },
      slots: { a: '甲的内容' },
      attachTo: document.body,
    })
    expect(tabs.get('[role=tabpanel]').text()).toBe('甲的内容')
    await tabs.get('[aria-selected=true]').trigger('keydown', { key: 'ArrowLeft' })
    expect(tabs.emitted('update:modelValue')).toEqual([['b']])
  })
})

describe('Tabs that are wider than the screen', () => {
  it('show the chosen one, from the beginning on', async () => {
    const places: Record<string, number> = { a: 0, b: 200, c: 400 }
    const left = vi.spyOn(HTMLElement.prototype, 'offsetLeft', 'get').mockImplementation(function (this: HTMLElement) {
      return places[this.id.slice(-1)] ?? 0
    })
    const tabs = mount(Tabs, { props: { label: '资料', modelValue: 'c', tabs: ['a', 'b', 'c'].map((key) => ({ key, label: key })) }, attachTo: document.body })
    const list = tabs.get('[role=tablist]').element
    expect(list.scrollLeft).toBe(400)
    await tabs.setProps({ modelValue: 'b' })
    expect(list.scrollLeft).toBe(200)
    left.mockRestore()
  })
})

describe('DataTable', () => {
  const rows = [
    { id: 'a', name: '甲', n: 2 },
    { id: 'b', name: '乙', n: 10 },
  ]
  const setup = () =>
    mount(DataTable<(typeof rows)[number]>, {
      props: {
        caption: '表',
        rows,
        rowKey: (row) => row.id,
        columns: [
          { key: 'name', label: '名称' },
          { key: 'n', label: '数量', align: 'end', sort: (row) => row.n },
        ],
        sort: null,
      },
      slots: { 'cell-name': ({ row }: { row: (typeof rows)[number] }) => row.name },
      attachTo: document.body,
    })
  it('sorts numbers as numbers and says how', async () => {
    const table = setup()
    await table.setProps({ sort: { key: 'n', dir: 'desc' } })
    expect(table.findAll('tbody tr').map((row) => row.text())).toEqual(['乙', '甲'])
    expect(table.findAll('th')[1]!.attributes('aria-sort')).toBe('descending')
  })
})

describe('ErrorSummary', () => {
  it('takes focus and leads to the field', async () => {
    document.body.innerHTML = '<input id="phone">'
    Element.prototype.scrollIntoView = vi.fn()
    const summary = mount(ErrorSummary, { props: { errors: [{ id: 'phone', text: '手机号不正确' }] }, attachTo: document.body })
    await (summary.vm as unknown as { focus: () => Promise<void> }).focus()
    expect(document.activeElement).toBe(summary.element)
    expect(summary.text()).toContain('有 1 处需要修改')
    await summary.get('a').trigger('click')
    expect(document.activeElement!.id).toBe('phone')
  })
})
