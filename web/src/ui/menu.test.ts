import { mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { h } from 'vue'
import Button from './Button.vue'
import Menu from './Menu.vue'

afterEach(() => {
  document.body.innerHTML = ''
})

function setup() {
  const chosen: string[] = []
  const menu = mount(Menu, {
    props: {
      items: [
        { key: 'edit', label: 'Edit' },
        { key: 'lock', label: 'Lock' },
        { key: 'erase', label: 'Erase', danger: true },
      ],
      onSelect: (key) => void chosen.push(key),
    },
    slots: { trigger: () => h(Button, { 'aria-label': 'More' }, () => '…') },
    attachTo: document.body,
  })
  const button = document.querySelector<HTMLElement>('[aria-haspopup=menu]')!
  const focused = () => document.activeElement?.textContent?.trim()
  const press = async (key: string) => {
    document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    await new Promise((done) => setTimeout(done))
  }
  return { menu, chosen, button, focused, press }
}

it('opens from its button, names itself by it, and gives the focus back', async () => {
  const { button, focused, press } = setup()
  expect(button.getAttribute('aria-expanded')).toBe('false')
  button.focus()
  await press('ArrowDown')
  expect(button.getAttribute('aria-expanded')).toBe('true')
  const list = document.querySelector('[role=menu]')!
  expect(list.getAttribute('aria-labelledby')).toBe(button.id)
  expect(button.getAttribute('aria-controls')).toBe(list.id)
  expect(focused()).toBe('Edit')
  await press('Escape')
  expect(document.querySelector('[role=menu]')).toBeNull()
  expect(document.activeElement).toBe(button)
})

it('is walked by arrows, ends and letters', async () => {
  const { button, focused, press } = setup()
  button.focus()
  await press('ArrowUp')
  expect(focused()).toBe('Erase')
  await press('ArrowDown')
  expect(focused()).toBe('Edit')
  await press('ArrowUp')
  expect(focused()).toBe('Erase')
  await press('Home')
  expect(focused()).toBe('Edit')
  await press('End')
  expect(focused()).toBe('Erase')
  await press('e')
  expect(focused()).toBe('Edit')
  await press('l')
  expect(focused()).toBe('Lock')
})

it('chooses once, and closes when somebody presses elsewhere', async () => {
  const { button, chosen } = setup()
  const item = (name: string) => [...document.querySelectorAll<HTMLElement>('[role=menuitem]')].find((one) => one.textContent?.trim() === name)!
  const open = async () => {
    button.click()
    await new Promise((done) => setTimeout(done))
  }
  await open()
  item('Erase').click()
  expect(chosen).toEqual(['erase'])
  await open()
  document.body.dispatchEvent(new Event('pointerdown', { bubbles: true }))
  await new Promise((done) => setTimeout(done))
  expect(document.querySelector('[role=menu]')).toBeNull()
})
