import { afterEach, describe, expect, it } from 'vitest'
import { setLocale } from '@/i18n'
import type { CaseView, Reader, RoomEvent } from '@/features/words'
import { announcement, entriesOf, linkify } from './log'
import { situationOf } from './situation'

const view = { bureau: { id: 'b', name_zh: '岳阳楼区市场监督管理局', name_en: 'Yueyanglou Bureau' }, participants: {} } as unknown as CaseView
const event = (seq: number, type: string, side: string, fields: object = {}, at = `2026-11-23T02:0${seq}:00Z`) =>
  ({ seq, at, type, by: { side, id: side }, ...fields }) as unknown as RoomEvent

afterEach(() => setLocale('zh'))

describe('the log', () => {
  const events = [
    event(1, 'case_filed', 'consumer', { content: { text: '经过', goods: '鞋' } }),
    event(2, 'offer_made', 'consumer', { offer: 1 }),
    event(3, 'message_posted', 'enterprise', { content: { text: '您好' } }),
    event(4, 'message_posted', 'enterprise', { question: true, content: { text: '有小票吗' } }),
    event(5, 'offer_seen', 'consumer', { offer: 1 }),
    event(6, 'case_escalated', 'consumer', { reason: 'consumer_choice', content: { text: '不想等了' } }, '2026-11-24T02:00:00Z'),
    event(7, 'complaint_refused', 'bureau', { ground: 'over_three_years', content: { text: '购买于 2020 年' } }, '2026-11-25T02:00:00Z'),
  ]

  it('parts the days, groups one speaker’s words, and leaves marks out', () => {
    const entries = entriesOf(events, view, 'consumer')
    expect(entries.map(({ kind }) => kind)).toEqual(['day', 'line', 'offer', 'message', 'message', 'day', 'line', 'day', 'line'])
    expect(entries.flatMap((entry) => (entry.kind === 'message' ? [entry.follows] : []))).toEqual([false, true])
  })

  it('says what happened in plain words, to each reader and in both languages', async () => {
    const lines = () => entriesOf(events, view, 'consumer').flatMap((entry) => (entry.kind === 'line' ? [[entry.text, entry.detail]] : []))
    expect(lines()).toEqual([
      ['您发起和解', ''],
      ['案件转岳阳楼区市场监督管理局：您选择投诉', '不想等了'],
      ['市场监管部门决定不予受理：知道权益受到侵害已超过三年', '理由：购买于 2020 年'],
    ])
    await setLocale('en')
    expect(lines()[1]).toEqual(['Sent to Yueyanglou Bureau: you chose to complain', '不想等了'])
  })

  it('speaks to whom it is about', () => {
    const said = (reader: Reader, type: string, side: string, fields: object = {}) => (entriesOf([event(1, type, side, fields)], view, reader)[1] as { text: string }).text
    const to = (type: string, side: string, fields?: object) => (['consumer', 'enterprise', 'bureau'] as const).map((reader) => said(reader, type, side, fields).replace(/^案件.*?：|^.*拒绝协商：/, ''))
    expect(to('case_escalated', 'consumer', { reason: 'consumer_choice' })).toEqual(['您选择投诉', '消费者选择投诉', '消费者选择投诉'])
    expect(to('case_escalated', 'enterprise', { reason: 'enterprise_choice' })).toEqual(['商家选择转交', '我方选择转交', '企业选择转交'])
    expect(to('case_refused', 'enterprise', { ground: 'not_our_customer' })).toEqual(['不是商家的客户', '不是我方的客户', '不是企业的客户'])
    expect(to('case_closed', 'system', { reason: 'consumer_did_not_perform' })[0]).toBe('协议终止：您的事项没有完成')
    expect(to('refusal_ruled', 'bureau', { upheld: true })).toEqual(['市场监管部门认可了商家的拒绝', '市场监管部门认可了我方的拒绝', '本部门认可了企业的拒绝'])
    expect(to('enterprise_chased', 'bureau')).toEqual(['市场监管部门催办商家', '市场监管部门催办我方', '本部门催办企业'])
    expect(to('details_disclosed', 'consumer')).toEqual(['您向商家出示了姓名、电话和地址', '消费者向我方出示了姓名、电话和地址', '消费者向企业出示了姓名、电话和地址'])
  })

  it('reminds of one of several items by its number', () => {
    const said = (items: number) => {
      const agreed = { ...view, case: { agreement: { items: Array(items).fill({}) } } } as unknown as CaseView
      return (entriesOf([event(1, 'reminded', 'system', { deadline: 'performance:1', whom: 'enterprise', due: '2026-11-24T16:00:00Z' })], agreed, 'consumer')[1] as { text: string }).text
    }
    expect(said(2)).toBe('已提醒商家：履行（第 2 项），11月24日（周二）24:00前')
    expect(said(1)).toBe('已提醒商家：履行，11月24日（周二）24:00前')
  })

  it('links the proof of a report, and says of the file what it proves', () => {
    const proven = { ...view, case: { agreement: { items: [{}, { file: 'f' }] } } } as unknown as CaseView
    const piece = { file: 'f', mime: 'image/png', size: 7, sha256: 'aa', content: { file_name: '回单.png' } }
    const entries = entriesOf([event(8, 'evidence_added', 'enterprise', piece), event(9, 'performance_reported', 'enterprise', { item: 1, file: 'f' })], proven, 'consumer')
    expect(entries).toMatchObject([{ kind: 'day' }, { kind: 'evidence', name: '回单.png', caption: '第 2 项的履行凭证' }, { kind: 'line', text: '商家报告：第 2 项已完成', proof: { file: 'f', text: '第 2 项的履行凭证' } }])
  })

  it('announces a message with its speaker', () => {
    const message = entriesOf(events, view, 'consumer')[3]!
    expect(announcement(message, () => '客服小李')).toBe('客服小李：您好')
  })

  it('makes links of addresses only', () => {
    expect(linkify('见 https://example.com/a?b=1。谢谢')).toEqual([{ text: '见 ' }, { text: 'https://example.com/a?b=1', href: 'https://example.com/a?b=1' }, { text: '。谢谢' }])
    expect(linkify('(https://example.com).')).toEqual([{ text: '(' }, { text: 'https://example.com', href: 'https://example.com' }, { text: ').' }])
    expect(linkify('javascript:alert(1)')).toEqual([{ text: 'javascript:alert(1)' }])
  })
})

describe('where a case stands', () => {
  const of = (c: object) => situationOf({ case: { offers: [], ...c } } as unknown as CaseView, 'consumer')
  it.each([
    [{ phase: 'awaiting_response' }, 'awaiting'],
    [{ phase: 'negotiating', question: true }, 'question'],
    [{ phase: 'negotiating', offers: [{ state: 'open', by: 'enterprise' }] }, 'theirOffer'],
    [{ phase: 'negotiating', offers: [{ state: 'open', by: 'consumer' }] }, 'ownOffer'],
    [{ phase: 'negotiating', turn: 'consumer' }, 'yourTurn'],
    [{ phase: 'agreed', agreement: { items: [{ by: 'enterprise', state: 'asked' }] } }, 'asked'],
    [{ phase: 'agreed', agreement: { items: [{ by: 'enterprise', state: 'reported' }] } }, 'confirm'],
    [{ phase: 'agreed', agreement: { items: [{ by: 'enterprise', state: 'waiting' }, { by: 'consumer', state: 'running' }] } }, 'ownPart'],
    [{ phase: 'agreed', agreement: { items: [{ by: 'enterprise', state: 'running' }] } }, 'performing'],
    [{ phase: 'agreed', agreement: { items: [{ by: 'enterprise', state: 'running' }, { by: 'consumer', state: 'running' }] } }, 'ownPart'],
    [{ phase: 'escalated', agreement: { items: [], settling: true } }, 'settling'],
    [{ phase: 'closed', closing: { reason: 'lapsed' } }, 'lapsed'],
    [{ phase: 'closed', closing: { reason: 'unsettled_not_sent' } }, 'unsent'],
  ])('%j', (c, situation) => expect(of(c)).toBe(situation))
})
