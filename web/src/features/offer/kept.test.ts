import { mount, flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { readDraft, writeDraft } from '@/features/room/drafts'
import { belongTo, belongToNobody } from '@/lib/mine'
import type { CaseView } from '@/features/words'
import OfferComposer from './OfferComposer.vue'

const yuan = (minor: number) => ({ currency: 'CNY' as const, minor })
const rules = { items_per_offer: 5, max_due: 90, enterprise_valid: 3, consumer_valid: 1, valid_max: 10, withdraw_minutes: 5, enterprise_offers_bind: true, message_length: 2000 }
const offer = (number: number) => ({ number, by: 'enterprise', state: 'open', items: [{ by: 'enterprise', remedy: 'refund', amount: yuan(10_000), due: { days: 3, unit: 'working' } }] })
const viewOf = (id: string, offers = [offer(1)]) => ({ case: { id, amount: yuan(30_000), category: 'quality', offers, rules }, texts: { goods: '', facts: '', offers: [] } }) as unknown as CaseView

async function sheet(view: CaseView, act = vi.fn().mockResolvedValue(undefined)) {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true
  }
  const wrapper = mount(OfferComposer, { props: { open: true, view, reader: 'consumer', mode: 'counter', now: 0, act }, attachTo: document.body })
  await nextTick()
  const press = async (words: string) => {
    await wrapper.findAll('button').find((button) => button.text() === words)!.trigger('click')
    await flushPromises()
  }
  const words = () => wrapper.find<HTMLTextAreaElement>('textarea#text')
  return { wrapper, act, press, words, write: (text: string) => words().setValue(text) }
}

beforeEach(() => localStorage.clear())
afterEach(() => document.body.replaceChildren())

describe('an offer that was begun', () => {
  it('waits through a reload, and through a sheet that was closed', async () => {
    const first = await sheet(viewOf('c'))
    expect(first.wrapper.text()).not.toContain('没有发出')
    await first.write('运费也请你们出')
    await first.wrapper.find('input[inputmode=decimal]').setValue('250')
    first.wrapper.unmount()

    const second = await sheet(viewOf('c'))
    expect(second.words().element.value).toBe('运费也请你们出')
    expect(second.wrapper.text()).toContain('这是您上次没有发出的方案。')
    await second.press('取消')
    second.wrapper.unmount()

    const third = await sheet(viewOf('c'))
    await third.press('发出还价')
    expect(third.act.mock.calls[0]![0]).toMatchObject({ text: '运费也请你们出', items: [{ amount: yuan(25_000) }] })
    third.wrapper.unmount()
    expect((await sheet(viewOf('c'))).words().element.value).toBe('')
  })

  it('stays when sending fails', async () => {
    const one = await sheet(viewOf('c'), vi.fn().mockRejectedValue(new Error('offline')))
    await one.write('再想想')
    await one.press('发出还价')
    one.wrapper.unmount()
    expect((await sheet(viewOf('c'))).words().element.value).toBe('再想想')
  })

  it('belongs to its case, and goes when discarded or when somebody signs out', async () => {
    const one = await sheet(viewOf('c'))
    await one.write('只给这一件')
    one.wrapper.unmount()
    expect((await sheet(viewOf('d'))).words().element.value).toBe('')

    const again = await sheet(viewOf('c'))
    await again.press('不要了，重新写')
    expect(again.words().element.value).toBe('')
    expect(readDraft('c/offer')).toBe('')

    await again.write('又写了')
    again.wrapper.unmount()
    belongToNobody(true)
    expect((await sheet(viewOf('c'))).words().element.value).toBe('')
  })

  it('waits for whoever wrote it when the session ends by itself, and is nobody else’s', async () => {
    belongTo('mei')
    const one = await sheet(viewOf('c'))
    await one.write('再等等')
    one.wrapper.unmount()
    belongToNobody(false)
    expect(readDraft('c/offer')).toBe('')
    belongTo('mei')
    expect((await sheet(viewOf('c'))).words().element.value).toBe('再等等')
    belongTo('li')
    expect((await sheet(viewOf('c'))).words().element.value).toBe('')
    belongTo('mei')
    expect(readDraft('c/offer')).toBe('')
    belongToNobody(true)
  })

  it.each([
    '{"v":1,"items":[null]}',
    '{"v":1,"items":[7,"x",[],{}]}',
    '{"v":1,"items":{"0":1},"text":"x"}',
    '{"v":1,"items":[{"id":1,"by":"enterprise"},{"id":"a","by":"bureau"}]}',
    '{"v":1}',
    '7',
    '[]',
    '{',
  ])('is none when nothing of it is an offer: %s', async (stored) => {
    writeDraft('c/offer', stored)
    const one = await sheet(viewOf('c'))
    expect(one.wrapper.text()).not.toContain('没有发出')
    expect(one.wrapper.find<HTMLInputElement>('input[inputmode=decimal]').element.value).toBe('100.00')
  })

  it('keeps what fits of one that is damaged', async () => {
    const item = { id: 'a', by: 'enterprise', remedy: 'magic', amount: { currency: 'CNY', minor: '1' }, description: 7, days: 'x', unit: 'weeks', after: 'a' }
    writeDraft('c/offer', JSON.stringify({ v: 1, items: [null, item, item, { id: 'b', by: 'consumer', remedy: 'apology', days: 3, after: 'gone' }], offers: 'x', valid: 99, text: '请看', reason: {} }))
    const one = await sheet(viewOf('c'))
    expect(one.words().element.value).toBe('请看')
    expect(one.wrapper.findAll('fieldset')).toHaveLength(2)
    await one.press('发出还价')
    expect(one.act).not.toHaveBeenCalled() // what is missing is asked for
  })

  it('keeps nothing of a sheet in which nothing was changed', async () => {
    const one = await sheet(viewOf('c'))
    await one.write('手滑')
    await one.write('')
    expect(readDraft('c/offer')).toBe('')
  })

  it('says when there is a newer offer since', async () => {
    const one = await sheet(viewOf('c'))
    await one.write('250 元')
    one.wrapper.unmount()
    const later = await sheet(viewOf('c', [offer(1), offer(2)]))
    expect(later.wrapper.text()).toContain('之后桌面上有了新方案')
    await later.write('260 元')
    later.wrapper.unmount()
    expect((await sheet(viewOf('c', [offer(1), offer(2)]))).wrapper.text()).toContain('之后桌面上有了新方案')
  })
})
