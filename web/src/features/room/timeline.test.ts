import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { Pending } from '@/live'
import type { CaseView } from '@/features/words'
import type { Entry } from './log'
import Timeline from './Timeline.vue'

const view = { case: { id: 'k', offers: [] }, participants: { e: { side: 'enterprise', name: '岳阳湘湖里电器' } } } as unknown as CaseView
const entry = (seq: number): Entry => ({
  kind: 'message', key: String(seq), seq, at: '2026-11-22T01:00:00Z', by: { side: 'enterprise', id: 'e' }, own: false, text: `第 ${seq} 条`, erased: false, question: false, follows: true,
})
const entries = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i))

afterEach(() => {
  vi.unstubAllGlobals()
  document.body.innerHTML = ''
})

async function setup(from: number, to: number, hasOlder: boolean) {
  const timeline = mount(Timeline, { props: { entries: entries(from, to), view, reader: 'consumer', now: 0, hasOlder }, attachTo: document.body })
  await flushPromises()
  return {
    timeline,
    painted: () => timeline.findAll('[data-entry]').map((one) => Number(/\d+/.exec(one.text())![0])),
    button: () => timeline.findAll('button').find((one) => one.text() === '更早的消息'),
  }
}

/** What is watched for growing, and what happens when it grows. */
function growing() {
  const watched: Element[] = []
  const seen = { watched, resized: () => undefined as void }
  vi.stubGlobal('IntersectionObserver', class { observe = () => undefined; disconnect = () => undefined })
  vi.stubGlobal('ResizeObserver', class {
    constructor(act: () => void) { seen.resized = act }
    observe = (element: Element) => void watched.push(element)
    disconnect = () => undefined
  })
  return seen
}

it('stays at the end when the page gets longer below it: WebKit does not anchor its scrolling', async () => {
  const seen = growing()
  const timeline = mount(Timeline, { props: { entries: entries(1, 9), view, reader: 'consumer', now: 0 }, attachTo: document.body })
  await flushPromises()
  expect(seen.watched).toContain(document.body)
  const toEnd = vi.spyOn(timeline.element.lastElementChild!, 'scrollIntoView')
  seen.resized()
  expect(toEnd).toHaveBeenCalled()
})

it('stays at the end when the pane gets smaller', async () => {
  const seen = growing()
  const pane = document.body.appendChild(Object.assign(document.createElement('div'), { innerHTML: '<div></div>' }))
  pane.dataset.pane = ''
  mount(Timeline, { props: { entries: entries(1, 9), view, reader: 'enterprise', now: 0 }, attachTo: pane.firstElementChild! })
  await flushPromises()
  expect(seen.watched).toContain(pane)
  Object.defineProperty(pane, 'scrollHeight', { value: 900 })
  seen.resized()
  expect(pane.scrollTop).toBe(900)
})

it('asks for what lies before, paints it above, and says so once the beginning is there', async () => {
  const { timeline, painted, button } = await setup(101, 200, true)
  expect([painted()[0], painted().length]).toEqual([101, 100])
  await button()!.trigger('click')
  expect(timeline.emitted('older')).toHaveLength(1)
  await timeline.setProps({ olderState: 'busy' })
  expect(timeline.find('[aria-busy=true]').exists()).toBe(true)
  await timeline.setProps({ entries: entries(1, 200), hasOlder: false, olderState: 'idle' })
  await flushPromises()
  expect([painted()[0], painted().length]).toEqual([1, 200])
  expect(button()).toBeUndefined()
})

it('gives a message that was refused back to be written anew, while there is a field for it', async () => {
  const failed = { id: 'x', case: 'k', do: { type: 'post_message', text: '太长' }, at: 0, state: 'failed' } as Pending
  const show = (may: string[]) => mount(Timeline, { props: { entries: [], pending: [failed], view: { ...view, may } as unknown as CaseView, reader: 'consumer', now: 0 } })
  const edit = (one: ReturnType<typeof show>) => one.findAll('button').find((button) => button.text() === '修改')
  const timeline = show(['post_message'])
  await edit(timeline)!.trigger('click')
  expect(timeline.emitted('edit')).toEqual([[failed]])
  expect(edit(show([]))).toBeUndefined()
})

it('says that it did not come, and can be asked again', async () => {
  const { timeline, button } = await setup(101, 200, true)
  await button()!.trigger('click')
  await timeline.setProps({ olderState: 'failed' })
  expect(timeline.get('[role=alert]').text()).toBe('更早的消息没有加载出来。')
  await button()!.trigger('click')
  expect(timeline.emitted('older')).toHaveLength(2)
})

it('does not paint what came for other reasons until somebody reads back', async () => {
  const { timeline, painted, button } = await setup(101, 200, true)
  await timeline.setProps({ entries: entries(1, 200), hasOlder: false })
  await nextTick()
  expect(painted()[0]).toBe(101)
  await button()!.trigger('click')
  await flushPromises()
  expect(timeline.emitted('older')).toBeUndefined()
  expect(painted()[0]).toBe(1)
})

it('keeps what is painted when something new comes, and paints a long log in steps', async () => {
  const { timeline, painted, button } = await setup(1, 400, false)
  expect([painted()[0], painted().at(-1)]).toEqual([251, 400])
  await timeline.setProps({ entries: entries(1, 401) })
  await flushPromises()
  expect([painted()[0], painted().at(-1)]).toEqual([251, 401])
  await button()!.trigger('click')
  await flushPromises()
  expect(painted()[0]).toBe(101)
})

it('marks what people wrote in another language than the page: screen readers and fonts go by it', async () => {
  const said = ['我的保温杯漏水', 'My flask leaks, please take it back', ''].map((text, i) => ({ ...entry(i + 1), text, erased: !text }) as Entry)
  const timeline = mount(Timeline, { props: { entries: said, view, reader: 'consumer', now: 0 } })
  await flushPromises()
  expect(timeline.findAll('[data-entry] > p').map((one) => one.attributes('lang'))).toEqual([undefined, 'en', undefined])
})
