import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick, shallowRef, type Ref } from 'vue'
import type { ConnectionState, Pending } from '@/live'
import { Problem } from '@/lib/problem'
import { readDraft } from '@/features/room/drafts'
import type { CaseView } from '@/features/words'
import OfferComposer from './OfferComposer.vue'

const world = vi.hoisted(() => ({}) as { connection: Ref<ConnectionState>; pending: Ref<readonly Pending[]> })
vi.mock('@/live', async () => {
  const { computed, shallowRef } = await import('vue')
  world.connection = shallowRef({ kind: 'offline', since: 0 } as ConnectionState)
  world.pending = shallowRef([])
  const drop = (id: string) => void (world.pending.value = world.pending.value.filter((item) => item.id !== id))
  return { connection: world.connection, pendingOf: () => computed(() => world.pending.value), discard: drop, takeBack: (id: string) => (drop(id), true) }
})

const yuan = (minor: number) => ({ currency: 'CNY' as const, minor })
const rules = { items_per_offer: 5, max_due: 90, enterprise_valid: 3, consumer_valid: 1, valid_max: 10, withdraw_minutes: 5, enterprise_offers_bind: true, message_length: 2000 }
const claim = { number: 1, by: 'enterprise', state: 'open', items: [{ by: 'enterprise', remedy: 'refund', amount: yuan(10_000), due: { days: 3, unit: 'working' } }] }
const view = { case: { id: 'c', amount: yuan(30_000), category: 'quality', offers: [claim], rules }, texts: { goods: '', facts: '', offers: [] }, may: ['accept_offer'] } as unknown as CaseView
const item = (more: Partial<Pending> = {}): Pending => ({ id: 'x', case: 'c', do: { type: 'make_offer' } as Pending['do'], at: 0, state: 'sending', ...more })

async function sheet(act: () => Promise<void>) {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true
  }
  const open = shallowRef(true)
  const wrapper = mount(OfferComposer, { props: { open: open.value, view, reader: 'consumer', mode: 'counter', now: 0, act, 'onUpdate:open': (to: boolean) => (open.value = to) }, attachTo: document.body })
  await nextTick()
  const button = (words: string) => wrapper.findAll('button').find((one) => one.text() === words)
  return { wrapper, open, button, press: async (words: string) => (await button(words)!.trigger('click'), await flushPromises()) }
}

beforeEach(() => {
  vi.useFakeTimers()
  HTMLElement.prototype.scrollIntoView ??= () => undefined
  localStorage.clear()
  world.pending.value = []
  world.connection.value = { kind: 'offline', since: 0 }
})
afterEach(() => {
  vi.useRealTimers()
  document.body.replaceChildren()
})

it('says that an offer waits for the network, and gives it back untouched', async () => {
  let takenBack = (_: unknown) => undefined as void
  const act = vi.fn(() => ((world.pending.value = [item()]), new Promise<void>((_, reject) => (takenBack = reject))))
  const { wrapper, open, button, press } = await sheet(act)
  await wrapper.find('textarea#text').setValue('运费也请你们出')
  await press('发出还价')
  expect(wrapper.text()).not.toContain('没有网络')
  await vi.advanceTimersByTimeAsync(1000)
  expect(wrapper.text()).toContain('没有网络，方案还没有发出。联网后自动发送。')
  expect(wrapper.find('form').attributes('inert')).toBeDefined()
  expect(button('关闭')!.attributes('disabled')).toBeUndefined()
  await wrapper.find('form').trigger('submit')
  expect(act).toHaveBeenCalledTimes(1)
  await press('取回，先不发')
  takenBack(new Problem({ code: 'taken_back' }))
  await flushPromises()
  expect(open.value).toBe(true)
  expect(wrapper.find('form').attributes('inert')).toBeUndefined()
  expect(wrapper.find<HTMLTextAreaElement>('textarea#text').element.value).toBe('运费也请你们出')
  await press('发出还价')
  expect(act).toHaveBeenCalledTimes(2)
  wrapper.unmount()
})

it('does not promise to take back what may have arrived', async () => {
  world.pending.value = [item({ tried: true })]
  world.connection.value = { kind: 'reconnecting', since: 0, nextTry: null }
  const { wrapper, open, button } = await sheet(vi.fn())
  await vi.advanceTimersByTimeAsync(1000)
  expect(wrapper.text()).toContain('还不知道方案有没有送到')
  expect(button('取回，先不发')).toBeUndefined()
  world.connection.value = { kind: 'online' }
  await nextTick()
  expect(wrapper.text()).toContain('正在等服务器确认')
  world.pending.value = []
  await nextTick()
  expect(open.value).toBe(false)
  wrapper.unmount()
})

it('drops the draft of an offer that went out when nobody looked', async () => {
  const first = await sheet(vi.fn())
  await first.wrapper.find('input[inputmode=decimal]').setValue('250')
  first.wrapper.unmount()
  expect(readDraft('c/offer')).not.toBe('')
  const made = { ...claim, number: 2, by: 'consumer', items: [{ ...claim.items[0]!, amount: yuan(25_000) }] }
  const later = mount(OfferComposer, { props: { open: true, view: { ...view, case: { ...view.case, offers: [claim, made] } } as unknown as CaseView, reader: 'consumer', mode: 'change', now: 0, act: vi.fn() }, attachTo: document.body })
  await nextTick()
  expect(readDraft('c/offer')).toBe('')
  expect(later.text()).not.toContain('没有发出')
  later.unmount()
})

it('calls nothing unsent that is on its way', async () => {
  const before = await sheet(vi.fn())
  await before.wrapper.find('textarea#text').setValue('运费也请你们出')
  await vi.advanceTimersByTimeAsync(1000)
  before.wrapper.unmount()
  const act = vi.fn(() => ((world.pending.value = [item()]), new Promise<void>(() => undefined)))
  const { wrapper, press } = await sheet(act)
  expect(wrapper.text()).toContain('这是您上次没有发出的方案')
  await press('发出还价')
  await vi.advanceTimersByTimeAsync(1000)
  expect(wrapper.text()).toContain('方案还没有发出')
  expect(wrapper.text()).not.toContain('这是您上次没有发出的方案')
  wrapper.unmount()
})

it('asks to accept instead of countering with the very terms of the other side', async () => {
  const act = vi.fn(() => Promise.resolve())
  const { wrapper, press } = await sheet(act)
  expect(wrapper.text()).not.toContain('完全一样')
  await press('发出还价')
  expect(act).not.toHaveBeenCalled()
  expect(wrapper.get('[role=status]').text()).toContain('和对方的方案完全一样')
  await press('改为接受')
  expect(wrapper.emitted('accept')).toHaveLength(1)
  await wrapper.find('textarea#text').setValue('另请道歉') // said beside them, it is an answer of its own
  expect(wrapper.text()).not.toContain('完全一样')
  await press('发出还价')
  expect(act).toHaveBeenCalledTimes(1)
  wrapper.unmount()
})
