import { afterEach, describe, expect, it } from 'vitest'
import { setLocale, translate } from '@/i18n'
import { capital, who, whom, whose, type Item, type Offer, type Reader, type Remedy } from '@/features/words'
import roomMessages from '@/features/room/messages'
import { basisOf, changes, changeText } from './diff'
import { gapOf } from './gap'
import { presetsOf, total } from './items'
import offerMessages from './messages'
import { itemSentence, offerSentence } from './sentence'

const item = (remedy: Remedy, minor: number | null, due: Partial<Item['due']> = {}, by: 'enterprise' | 'consumer' = 'enterprise'): Item => ({
  by,
  remedy,
  ...(minor !== null && { amount: { currency: 'CNY' as const, minor } }),
  due: { days: 3, unit: 'working', ...due },
})
const offer = (number: number, by: 'consumer' | 'enterprise', items: Item[], state: Offer['state'] = 'countered'): Offer => ({
  number,
  by,
  account: by,
  items,
  digest: '0'.repeat(64),
  made_at: `2026-11-2${number}T02:00:00Z`,
  valid_until: '2026-12-01T16:00:00Z',
  state,
})

afterEach(() => setLocale('zh'))

describe('sentences', () => {
  const refund = item('refund', 15_000)
  const back = item('return_and_refund', null, { days: 7, unit: 'calendar' }, 'consumer')
  const after = item('return_and_refund', 30_000, { after: 0 })

  it('says an enterprise’s refund to the consumer', async () => {
    const terms = { items: [refund], by: 'enterprise' as const, reader: 'consumer' as const }
    expect(offerSentence(terms)).toBe('商家提出：退还 ¥150.00，不用退货，接受后 3 个工作日内到账。')
    await setLocale('en')
    expect(offerSentence(terms)).toBe(
      'The enterprise proposed: refund of ¥150.00, nothing to send back, paid within 3 working days of acceptance.',
    )
  })

  it('says a return with a refund that waits for it, to each reader', async () => {
    const terms = { items: [back, after], by: 'enterprise' as const, reader: 'consumer' as const }
    expect(offerSentence(terms)).toBe('商家提出：您寄回商品，接受后 7 天内；退货退款 ¥300.00，您寄回并登记后 3 个工作日内到账。')
    expect(offerSentence({ ...terms, reader: 'enterprise' })).toBe(
      '我方提出：消费者寄回商品，接受后 7 天内；退货退款 ¥300.00，消费者寄回并登记后 3 个工作日内到账。',
    )
    await setLocale('en')
    expect(offerSentence({ ...terms, reader: 'bureau' })).toBe(
      'The enterprise proposed: The consumer: goods sent back, within 7 days of acceptance; return and refund of ¥300.00, ' +
        'paid within 3 working days after the consumer reported the goods sent back.',
    )
  })

  it('names the side in a claim, and takes the description of a free item', async () => {
    const claim = { items: [refund, item('other', null, { days: 5 })], by: 'consumer' as const, reader: 'consumer' as const, descriptions: ['', '当面说明原因'] }
    expect(itemSentence(claim, 0)).toBe('商家退还 ¥150.00，不用退货，接受后 3 个工作日内到账')
    expect(itemSentence(claim, 1)).toBe('商家当面说明原因，接受后 5 个工作日内')
    await setLocale('en')
    expect(itemSentence(claim, 0)).toBe('The enterprise: refund of ¥150.00, nothing to send back, paid within 3 working days of acceptance')
  })

  it('puts a date where it is known, and a note in brackets', () => {
    const terms = {
      items: [item('exchange', null)],
      by: 'enterprise' as const,
      reader: 'consumer' as const,
      descriptions: ['换 40 码'],
      dueAt: ['2026-11-25T16:00:00Z'],
      now: Date.parse('2026-11-22T00:00:00Z'),
    }
    expect(itemSentence(terms, 0)).toBe('更换商品，11月25日（周三）24:00前（换 40 码）')
  })
})

describe('changes against the offer before', () => {
  const offers = [
    offer(1, 'consumer', [item('refund', 30_000), item('apology', null)]),
    offer(2, 'enterprise', [item('refund', 10_000, { days: 7 })]),
    offer(3, 'consumer', [item('refund', 25_000), item('apology', null)]),
    offer(4, 'enterprise', [item('refund', 15_000, { days: 5 }), item('invoice', null)], 'open'),
  ]

  it('measures against the same side, or the other at first', () => {
    expect(basisOf(offers, offers[0]!)).toBeUndefined()
    expect(basisOf(offers, offers[1]!)).toEqual({ offer: offers[0], own: false })
    expect(basisOf(offers, offers[3]!)).toEqual({ offer: offers[1], own: true })
  })

  it('tells amounts, times and items', async () => {
    const list = changes(offers[1]!.items, offers[3]!.items)
    expect(list.map(changeText)).toEqual(['退款多 ¥50.00（¥100.00 → ¥150.00）', '退款早 2 天', '新增：开具发票'])
    expect(changes(offers[0]!.items, offers[1]!.items).map(changeText)).toEqual([
      '退款少 ¥200.00（¥300.00 → ¥100.00）',
      '退款晚 4 天',
      '不再包含：道歉',
    ])
    await setLocale('en')
    expect(list.map(changeText)).toEqual(['Refund: ¥50.00 more (¥100.00 → ¥150.00)', 'Refund: 2 days sooner', 'New: Invoice'])
    expect(changes(offers[3]!.items, offers[3]!.items)).toEqual([])
  })

  it('draws the gap and who moved', () => {
    const gap = gapOf(offers)
    expect(gap).toMatchObject({ consumer: 25_000, enterprise: 15_000, gap: 10_000, moved: { consumer: 5_000, enterprise: 5_000 } })
    expect(gap.points.map(({ minor }) => minor)).toEqual([30_000, 10_000, 25_000, 15_000])
  })

  it('knows no gap before both named money, and none once they met', () => {
    expect(gapOf(offers.slice(0, 1)).gap).toBeNull()
    expect(gapOf([offers[0]!, offer(2, 'enterprise', [item('repair', null)])]).gap).toBeNull()
    expect(gapOf([offers[0]!, offer(2, 'enterprise', [item('refund', 40_000)])]).gap).toBe(0)
  })
})

describe('items', () => {
  it('adds up what the enterprise pays', () => {
    expect(total([item('refund', 100), item('compensate', 50), item('compensate', 7, {}, 'consumer')])).toBe(150)
  })
  it('offers first choices for every category', () => {
    expect(presetsOf('prepaid')[0]).toBe('cancel_and_return_balance')
    expect(presetsOf(null).length).toBeGreaterThan(2)
  })
})

describe('who says and does', () => {
  const title = (by: 'consumer' | 'enterprise', reader: Reader) => translate(offerMessages, 'card.title', { whose: capital(whose(by, reader)) })
  const waiting = (side: 'consumer' | 'enterprise', reader: Reader) => translate(offerMessages, 'card.state.open', { who: whom(side, reader) })
  const accepted = (side: 'consumer' | 'enterprise', reader: Reader) => translate(offerMessages, 'card.state.accepted', { who: capital(who(side, reader)), time: '10:00' })

  it.each([
    ['consumer', 'consumer', '您的方案', 'Your offer', '等待您答复', 'Waiting for an answer from you', 'You accepted it, 10:00'],
    ['consumer', 'enterprise', '商家的方案', 'The enterprise’s offer', '等待商家答复', 'Waiting for an answer from the enterprise', 'The enterprise accepted it, 10:00'],
    ['enterprise', 'enterprise', '我方的方案', 'Our offer', '等待我方答复', 'Waiting for an answer from us', 'We accepted it, 10:00'],
    ['enterprise', 'consumer', '消费者的方案', 'The consumer’s offer', '等待消费者答复', 'Waiting for an answer from the consumer', 'The consumer accepted it, 10:00'],
    ['bureau', 'consumer', '消费者的方案', 'The consumer’s offer', '等待消费者答复', 'Waiting for an answer from the consumer', 'The consumer accepted it, 10:00'],
    ['bureau', 'enterprise', '企业的方案', 'The enterprise’s offer', '等待企业答复', 'Waiting for an answer from the enterprise', 'The enterprise accepted it, 10:00'],
  ] as const)('to %s about %s', async (reader, side, zhTitle, enTitle, zhWaiting, enWaiting, enAccepted) => {
    expect([title(side, reader), waiting(side, reader)]).toEqual([zhTitle, zhWaiting])
    await setLocale('en')
    expect([title(side, reader), waiting(side, reader), accepted(side, reader)]).toEqual([enTitle, enWaiting, enAccepted])
  })

  it('puts nobody after “by”, in any sentence of the room', async () => {
    await setLocale('en')
    const all = Object.entries({ ...offerMessages.en, ...roomMessages.en })
    expect(all.filter(([, text]) => /\b(by|of) \{who\}/.test(JSON.stringify(text)))).toEqual([])
  })
})
