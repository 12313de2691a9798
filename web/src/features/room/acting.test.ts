import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi, type Mock } from 'vitest'
import { defineComponent, h, nextTick, shallowRef, type Component, type Ref } from 'vue'
import { loadProblemTexts, Problem } from '@/lib/problem'
import type { ConnectionState, Pending } from '@/live'
import { toasts } from '@/ui/toast'
import type { Command } from '@/features/words'
import Field from '@/ui/Field.vue'
import TextInput from '@/ui/TextInput.vue'
import ActDialog from './ActDialog.vue'

const world = vi.hoisted(() => ({}) as { connection: Ref<ConnectionState>; pending: Ref<readonly Pending[]>; drop: (id: string) => void; tryNow: Mock; retry: Mock })
vi.mock('@/live', async () => {
  const { computed, shallowRef } = await import('vue')
  world.connection = shallowRef({ kind: 'offline', since: 0 } as ConnectionState)
  world.pending = shallowRef([])
  world.tryNow = vi.fn()
  world.retry = vi.fn()
  world.drop = (id) => void (world.pending.value = world.pending.value.filter((item) => item.id !== id))
  return { connection: world.connection, pendingOf: () => computed(() => world.pending.value), discard: (id: string) => world.drop(id), takeBack: (id: string) => (world.drop(id), true), tryNow: world.tryNow, retry: world.retry }
})

const texts = vi.hoisted(() => ({ soon: Promise.resolve() }))
vi.mock('@/lib/problem', async (original) => ({ ...(await original<object>()), problemTextsSoon: () => texts.soon }))

const accept = { type: 'accept_offer', offer: 2, digest: 'd' } as Command
const waits = (more: Partial<Pending> = {}): Pending => ({ id: 'x', case: 'c', do: accept, at: 0, state: 'sending', ...more })

/** A dialog and the server's answer to what it asks for. */
async function dialog() {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true
  }
  const open = shallowRef(true)
  let answer: { yes: () => void; no: (why: Problem) => void } = { yes: () => undefined, no: () => undefined }
  const act = vi.fn(() => {
    world.pending.value = [waits()]
    return new Promise<void>((resolve, reject) => (answer = { yes: resolve, no: reject }))
  })
  const done = vi.fn()
  const props = { caseId: 'c', act, command: () => accept, title: '接受这个方案？', confirmLabel: '接受', onDone: done, 'onUpdate:open': (to: boolean) => (open.value = to) }
  const wrapper = mount(defineComponent(() => () => h(ActDialog, { ...props, open: open.value }, () => h('input', { id: 'why' }))), { attachTo: document.body })
  await nextTick()
  const button = (words: string) => wrapper.findAll('button').find((one) => one.text().startsWith(words))!
  const press = async (words: string) => (await button(words).trigger('click'), await flushPromises())
  const ends = async (how: () => void) => {
    world.pending.value = []
    how()
    await flushPromises()
  }
  return { wrapper, open, act, done, button, press, yes: () => ends(() => answer.yes()), no: (why: Problem) => ends(() => answer.no(why)) }
}

beforeEach(() => {
  vi.useFakeTimers()
  HTMLElement.prototype.scrollIntoView ??= () => undefined
  vi.clearAllMocks()
  world.pending.value = []
  world.connection.value = { kind: 'offline', since: 0 }
  toasts.value = []
})
afterEach(() => {
  vi.useRealTimers()
  document.body.replaceChildren()
})

it('says within a moment that the network is away, and may be left; what was asked for is done once', async () => {
  const { wrapper, open, act, done, button, press, yes } = await dialog()
  await press('接受')
  expect(wrapper.text()).not.toContain('没有网络')
  await vi.advanceTimersByTimeAsync(1000)
  expect(wrapper.text()).toContain('没有网络，“接受方案”还没有发出。联网后自动发送。')
  expect(wrapper.find('#why').element.parentElement!.hasAttribute('inert')).toBe(true)
  await button('接受').trigger('click')
  await press('关闭')
  expect(open.value).toBe(false)

  // Whoever comes back finds it on its way.
  open.value = true
  await nextTick()
  expect(wrapper.text()).toContain('“接受方案”还没有发出')
  await button('接受').trigger('click')
  expect(act).toHaveBeenCalledTimes(1)
  await yes()
  expect(open.value).toBe(false)
  expect(done).toHaveBeenCalledTimes(1)
})

it('tries at once when somebody asks, and says that it does', async () => {
  const { button, press } = await dialog()
  await press('接受')
  await vi.advanceTimersByTimeAsync(1000)
  await press('立即重试')
  expect(world.tryNow).toHaveBeenCalledTimes(1)
  expect(button('立即重试').attributes('aria-busy')).toBe('true')
  await vi.advanceTimersByTimeAsync(1000)
  expect(button('立即重试').attributes('aria-busy')).toBeUndefined()
  world.connection.value = { kind: 'reconnecting', since: 0, nextTry: null }
  await nextTick()
  expect(button('立即重试').attributes('aria-busy')).toBe('true')
  world.connection.value = { kind: 'online' }
  await nextTick()
  expect(button('立即重试')).toBeUndefined()
})

it.each([
  ['not_sent', true],
  ['unavailable', true],
  ['offer_changed', false],
])('sends what failed with nobody there once more, where that may help: %s', async (code, may) => {
  world.pending.value = [waits({ state: 'failed', problem: { code } })]
  const { button, press } = await dialog()
  expect(Boolean(button('立即重试'))).toBe(may)
  if (may) await press('立即重试')
  expect(world.retry.mock.calls).toEqual(may ? [['x']] : [])
  expect(button('知道了')).toBeDefined()
})

it('keeps what waits, and what failed, in sight however far the dialog is scrolled', async () => {
  const { wrapper, press, no } = await dialog()
  const scrolled = () => wrapper.get('form').element.parentElement!.textContent
  await press('接受')
  await vi.advanceTimersByTimeAsync(1000)
  expect(wrapper.text()).toContain('没有发出')
  expect(scrolled()).not.toContain('没有发出')
  await no(new Problem({ code: 'unavailable' }))
  expect(wrapper.find('[role=alert]').exists()).toBe(true)
  expect(scrolled()).toBe('')
})

it('leads to what is missing, however far up it stands', async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true
  }
  const field = () => h(Field, { label: '理由', error: '请写明理由' }, () => h(TextInput as Component))
  const wrapper = mount(ActDialog, { props: { open: true, caseId: 'c', act: vi.fn(), command: () => null, title: '拒绝协商' }, slots: { default: field }, attachTo: document.body })
  await nextTick()
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(document.activeElement).toBe(wrapper.get('input').element)
})

it('is as it was once the act is taken back', async () => {
  const { wrapper, open, act, done, press, no } = await dialog()
  await press('接受')
  await vi.advanceTimersByTimeAsync(1000)
  await press('取回，先不发')
  await no(new Problem({ code: 'taken_back' }))
  expect(open.value).toBe(true)
  expect(wrapper.text()).not.toMatch(/没有网络|没有发出/)
  expect(wrapper.find('#why').element.parentElement!.hasAttribute('inert')).toBe(false)
  expect(done).not.toHaveBeenCalled()
  await press('接受')
  expect(act).toHaveBeenCalledTimes(2)
})

it('does not promise to take back what may have arrived', async () => {
  const { wrapper, button, press } = await dialog()
  await press('接受')
  world.pending.value = [waits({ tried: true })]
  world.connection.value = { kind: 'reconnecting', since: 0, nextTry: null }
  await vi.advanceTimersByTimeAsync(1000)
  expect(wrapper.text()).toContain('还不知道“接受方案”有没有送到。恢复后自动核对，不会重复发出。')
  expect(button('取回，先不发')).toBeUndefined()
})

it('tells what failed: here while it is open, else by a toast', async () => {
  const { wrapper, open, press, no } = await dialog()
  await press('接受')
  await no(new Problem({ code: 'offline' }))
  expect(open.value).toBe(true)
  expect(wrapper.text()).toContain('网络')
  expect(toasts.value).toHaveLength(0)

  await press('接受')
  await vi.advanceTimersByTimeAsync(1000)
  await press('关闭')
  await no(new Problem({ code: 'offline' }))
  expect(toasts.value.map(({ text }) => text)).toEqual([expect.stringMatching(/^“接受方案”没有成功：/)])
})

it('has the words of a refusal before a toast tells it', async () => {
  let come = () => undefined as void
  texts.soon = new Promise((resolve) => (come = resolve))
  const { press, no } = await dialog()
  await press('接受')
  await vi.advanceTimersByTimeAsync(1000)
  await press('关闭')
  await no(new Problem({ code: 'offer_not_open' }))
  expect(toasts.value).toHaveLength(0)
  await loadProblemTexts()
  come()
  await flushPromises()
  expect(toasts.value.map(({ text }) => text)).toEqual(['“接受方案”没有成功：这个方案已经不在桌面上了。'])
})

it('waits for what was asked for elsewhere, and closes with its answer', async () => {
  world.pending.value = [waits({ do: { type: 'withdraw_case', reason: 'other' } as Command })]
  const { wrapper, open, act, button, yes } = await dialog()
  await vi.advanceTimersByTimeAsync(1000)
  expect(wrapper.text()).toContain('“撤回”还没有发出')
  await button('接受').trigger('click')
  expect(act).not.toHaveBeenCalled()
  await yes()
  expect(open.value).toBe(false)
})
