import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import RepliesPage from './RepliesPage.vue'
import ReplyPicker from './replies/ReplyPicker.vue'
import { filled, found, type SavedReply } from './replies/replies'

const list: SavedReply[] = [
  { id: '1', name: '开场', text: '{姓}先生/女士您好，案号 {案号}。' },
  { id: '2', name: '催照片', text: 'Photos, please, {name} ({code}).' },
  { id: '3', name: '退款', text: '照片收到，开始退款。' },
]
const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)', component: { template: '<p />' } }] })
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true
}
HTMLElement.prototype.scrollIntoView ??= () => undefined

describe('a saved reply', () => {
  it('has its places filled in, whatever stands in the name', () => {
    expect(filled(list[0]!.text, { name: '欧阳**', code: 'AAAAA-BBBBB' })).toBe('欧阳先生/女士您好，案号 AAAAA-BBBBB。')
    expect(filled(list[1]!.text, { name: '$& $1', code: 'C' })).toBe('Photos, please, $& $1 (C).')
    expect(filled('{姓}{姓} {别的}', { name: '周岳宁', code: 'C' })).toBe('周岳宁周岳宁 {别的}')
  })

  it('is found by its name first, then by its text', () => {
    const names = (words: string) => found(list, words).map(({ name }) => name)
    expect(names('')).toEqual(['开场', '催照片', '退款'])
    expect(names('照片')).toEqual(['催照片', '退款'])
    expect(names('PHOTOS please')).toEqual(['催照片'])
    expect(names('没有')).toEqual([])
  })
})

describe('the choice in a room', () => {
  const open = async (answer: () => Response, manages = false) => {
    vi.stubGlobal('fetch', vi.fn(async () => answer()))
    const it = mount(ReplyPicker, { props: { open: true, name: '周**', code: 'K7QM2-XW9PD', manages }, global: { plugins: [router] }, attachTo: document.body })
    await flushPromises()
    return it
  }

  it('gives the text for this case: the first found by Enter, others by the arrows', async () => {
    const it = await open(() => Response.json({ rows: list }))
    expect(it.findAll('li').map((one) => one.text())[0]).toContain('周先生/女士您好，案号 K7QM2-XW9PD。')
    const field = it.find('input')
    expect(document.activeElement).toBe(field.element)
    await field.trigger('keydown', { key: 'ArrowDown' })
    expect(document.activeElement).toBe(it.findAll('li button')[0]!.element)
    await it.findAll('li button')[0]!.trigger('keydown', { key: 'ArrowDown' })
    expect(document.activeElement).toBe(it.findAll('li button')[1]!.element)
    await it.findAll('li button')[1]!.trigger('keydown', { key: 'ArrowUp' })
    await it.findAll('li button')[0]!.trigger('keydown', { key: 'ArrowUp' })
    expect(document.activeElement).toBe(field.element)
    await field.setValue('退')
    await field.trigger('keydown', { key: 'Enter' })
    expect([it.emitted('pick'), it.emitted('update:open')]).toEqual([[['照片收到，开始退款。']], [[false]]])
    it.unmount()
  })

  it('says when there is none, none found, or that they did not come', async () => {
    const none = await open(() => Response.json({ rows: [] }))
    expect(none.text()).toContain('主管可以在“常用语”页添加')
    expect(none.find('a').exists()).toBe(false)
    none.unmount()
    const some = await open(() => Response.json({ rows: list }), true)
    expect(some.get('a').attributes('href')).toBe('/desk/replies')
    await some.find('input').setValue('zzz')
    expect(some.text()).toContain('没有找到')
    some.unmount()
    const failed = await open(() => new Response('', { status: 503 }))
    expect(failed.findAll('button').map((one) => one.text())).toContain('重试')
    failed.unmount()
  })
})

describe('the list that supervisors keep', () => {
  let rows: SavedReply[]
  const asked: [method: string, path: string, body?: unknown][] = []
  beforeEach(() => {
    document.body.replaceChildren()
    rows = [...list]
    asked.splice(0)
    vi.stubGlobal('fetch', async (url: string, { method = 'GET', body }: RequestInit = {}) => {
      const one = typeof body === 'string' ? (JSON.parse(body) as SavedReply) : undefined
      asked.push([method, url.replace(/^.*\/api/, '/api'), one])
      if (method === 'GET') return Response.json({ rows })
      const id = url.split('/').at(-1)!
      if (method === 'DELETE') return ((rows = rows.filter((row) => row.id !== id)), new Response(null, { status: 204 }))
      if (one!.name === '开场' && id !== '1')
        return Response.json({ code: 'name_taken', field: 'name', status: 409, title: '', detail: '', type: 'about:blank', request_id: 'r' }, { status: 409, headers: { 'Content-Type': 'application/problem+json' } })
      rows = [...rows.filter((row) => row.id !== id), { ...one!, id }]
      return Response.json({ ...one, id })
    })
  })
  const show = async () => {
    const page = mount(RepliesPage, { global: { plugins: [router] }, attachTo: document.body })
    await flushPromises()
    const button = (words: string) => [...document.querySelectorAll('button')].filter((one) => one.textContent?.trim() === words || one.getAttribute('aria-label') === words).at(-1)!
    const press = async (words: string) => (button(words).click(), await flushPromises(), await vi.dynamicImportSettled(), await flushPromises())
    return { page, press }
  }

  it('adds one under one id, however often it is tried', async () => {
    const { page, press } = await show()
    await press('添加常用语')
    await press('保存')
    expect(document.body.textContent).toContain('请填写名称')
    expect(asked).toHaveLength(1)
    const fill = (id: string, text: string) => {
      const field = document.querySelector<HTMLInputElement>(`#reply-${id}`)!
      field.value = text
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
    fill('name', '开场')
    fill('text', '您好')
    await press('保存')
    expect(document.body.textContent).toContain('已有同名的一条')
    fill('name', '开场白')
    await press('保存')
    const tries = asked.filter(([method]) => method === 'PUT')
    expect(tries.map(([, , body]) => body)).toEqual([{ name: '开场', text: '您好' }, { name: '开场白', text: '您好' }])
    expect(tries[0]![1]).toBe(tries[1]![1])
    expect(page.text()).toContain('开场白')
    page.unmount()
  })

  it('deletes after a second step', async () => {
    const { page, press } = await show()
    await press('删除: 开场')
    expect(asked).toHaveLength(1)
    await press('删除')
    expect(asked[1]!.slice(0, 2)).toEqual(['DELETE', '/api/desk/replies/1'])
    expect(page.findAll('h2').map((one) => one.text())).toEqual(['催照片', '退款'])
    page.unmount()
  })
})
