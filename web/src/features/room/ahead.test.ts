import { afterEach, describe, expect, it } from 'vitest'
import { setLocale, type Locale } from '@/i18n'
import type { Case, CaseView, Clock, Reader, RoomEvent } from '@/features/words'
import { clockThen } from './clock'
import { entriesOf } from './log'
import { nextText } from './next'

const now = Date.parse('2026-11-23T10:00:00+08:00')
const later = '2026-12-23T16:00:00Z'
const rules = { first_response: 2, reopened: 5, reopen_lapsed: 30, reopen_withdrawn: 7, dispute_days: 30, consumer_part: 15 }
const readers: Reader[] = ['consumer', 'enterprise', 'bureau']
const item = (by: string, state: string) => ({ by, state, remedy: 'refund', due: { days: 1, unit: 'working' } })
const offer = (by: string, state = 'open') => ({ number: 1, by, state, items: [] })

/** The rights of rights.go that a text may name: undoing, disputing, sending, rating, accepting. */
function mayOf({ phase, closing, reopened, complaint, unsent, class: result, offers, stars, agreement }: Case, reader: Reader, gone: boolean): string[] {
  const open = offers.at(-1)?.state === 'open' ? offers.at(-1) : undefined
  const undone = closing?.until !== undefined && now < Date.parse(closing.until)
  const aside = reader === 'consumer' && phase === 'closed' && !complaint && (result === 'LC' || result === 'WC')
  const rights: [string, boolean][] = [
    ['reopen', aside && undone && !reopened && !gone],
    ['dispute_performance', Boolean(agreement) && (phase !== 'closed' || (undone && result === 'SU' && !complaint))],
    ['escalate', reader === 'consumer' && (phase === 'closed' ? unsent === true || (aside && gone) : !complaint)],
    ['rate', reader === 'consumer' && phase === 'closed' && !stars],
    ['accept_offer', phase !== 'closed' && Boolean(open && open.by !== reader)],
  ]
  return rights.flatMap(([right, has]) => (has ? [right] : []))
}
/** What a text says that speaks of a right, for whom it speaks to. */
const names: [right: string, text: RegExp][] = [
  ['reopen', /反悔|前可以恢复|点一下就能恢复|change your mind|you can (bring it back|take it up)|brings it back/],
  ['dispute_performance', /可以提出异议|就提出异议|you can dispute|dispute it[:;]|not done, dispute/],
  ['escalate', /随时可以送交|you can send it/],
  ['rate', /打分|You can rate/],
  ['accept_offer', /您可以接受|仍可接受|You can accept|can still be accepted/],
]

const facts = (fields: object) => ({ consents: { escalation: { yes: true } }, offers: [], deadlines: [], turn: 'enterprise', rules, ...fields }) as unknown as Case
const closed = (reason: string, result: string, more: object = {}, closing: object = {}) => facts({ phase: 'closed', class: result, closing: { reason, ...closing }, turn: '', ...more })
const agreed = (...items: object[]) => ({ phase: 'agreed', agreement: { offer: 1, items } })
const undo = { until: later }
const past = { until: '2026-11-01T16:00:00Z' }
const asked = { consents: { escalation: { yes: false } } }
const complaint = { complaint: {} }
const table: [string, Case][] = [
  ['awaiting', facts({ phase: 'awaiting_response', offers: [offer('consumer')] })],
  ['question', facts({ phase: 'negotiating', question: true, turn: 'consumer' })],
  ['an offer of the shop', facts({ phase: 'negotiating', offers: [offer('enterprise')], turn: 'consumer' })],
  ['an offer of the consumer', facts({ phase: 'negotiating', offers: [offer('consumer')] })],
  ['nothing on the table', facts({ phase: 'negotiating', offers: [offer('enterprise', 'declined')] })],
  ['nothing on the table, the consumer’s turn', facts({ phase: 'negotiating', turn: 'consumer' })],
  ...['running', 'asked', 'reported'].flatMap((state): [string, Case][] => [
    [`agreed, ${state}`, facts(agreed(item('enterprise', state)))],
    [`agreed, ${state}, asked first`, facts({ ...agreed(item('enterprise', state)), ...asked })],
    [`agreed, own part ${state}`, facts(agreed(item('consumer', state), item('enterprise', 'waiting')))],
  ]),
  ['agreed, own part denied', facts(agreed(item('consumer', 'disputed'), item('enterprise', 'waiting')))],
  ...['escalated', 'accepted'].flatMap((phase): [string, Case][] => [
    [phase, facts({ phase, ...complaint })],
    [`${phase}, with an offer`, facts({ phase, ...complaint, offers: [offer('enterprise')] })],
    [`${phase}, settling`, facts({ phase, ...complaint, agreement: { settling: true, offer: 1, items: [item('enterprise', 'running')] } })],
  ]),
  ['performed', closed('performed', 'SC')],
  ['performed and rated', closed('performed', 'SC', { stars: 4 })],
  ['performed during the complaint', closed('settled_during_the_complaint', 'UE', complaint)],
  ['not confirmed', closed('performance_not_confirmed', 'SU', { agreement: { offer: 1, items: [item('enterprise', 'unconfirmed')] } }, undo)],
  ['not confirmed, long ago', closed('performance_not_confirmed', 'SU', { agreement: { offer: 1, items: [item('enterprise', 'unconfirmed')] } }, past)],
  ['lapsed', closed('lapsed', 'LC', {}, undo)],
  ['lapsed, long ago', closed('lapsed', 'LC', {}, past)],
  ['lapsed again', closed('lapsed', 'LC', { reopened: true })],
  ['withdrawn', closed('withdrawn', 'WC', {}, undo)],
  ['withdrawn, long ago', closed('withdrawn', 'WC', {}, past)],
  ['withdrawn after a reopening', closed('withdrawn', 'WC', { reopened: true })],
  ['complaint withdrawn', closed('withdrawn', 'UE', complaint)],
  ['own part not done', closed('consumer_did_not_perform', 'WC', {}, undo)],
  ['own part not done after a reopening', closed('consumer_did_not_perform', 'WC', { reopened: true })],
  ['not sent', closed('unsettled_not_sent', 'UE', { unsent: true, ...asked })],
  ['complaint refused', closed('complaint_refused', 'UE', complaint)],
  ['complaint closed', closed('complaint_closed', 'UE', complaint)],
  ['void', closed('void', '', complaint)],
]

/** No parameter left open, none empty: nothing like 撤回。前可以 or “until ,”. */
function whole(text: string) {
  expect(text).not.toBe('')
  expect(text).not.toMatch(/[{}]|undefined|NaN|(^|[。，；])(前|内|后)|[Uu]ntil [,;.:]|within +(days|working)|\s[,.;]/)
}

afterEach(() => setLocale('zh'))

describe.each(['zh', 'en'] as Locale[])('what is ahead, in %s', (language) => {
  it.each(table)('%s: every text is whole and names only rights there are', async (_, c) => {
    await setLocale(language)
    for (const [reader, gone] of [['consumer', false], ['enterprise', false], ['consumer', true], ['enterprise', true]] as const) {
      const view = { case: c, clocks: [], may: mayOf(c, reader, gone), enterprise: { gone }, bureau: { name_zh: '岳阳楼区市监局', name_en: 'Yueyanglou Bureau' } } as unknown as CaseView
      const text = nextText(view, reader, now)
      whole(text)
      if (reader === 'consumer') expect(names.flatMap(([right, words]) => (words.test(text) && !(view.may as string[]).includes(right) ? [right] : []))).toEqual([])
      const left = /已不在和解平台内，但这件纠纷仍须办完|no longer in the scheme, but must see this dispute through/
      expect(left.test(text)).toBe(gone && reader === 'consumer' && ['awaiting_response', 'negotiating', 'agreed'].includes(c.phase))
      if (view.may.includes('reopen')) expect(text).toMatch(/12月23日|23 Dec/)
      if (reader === 'enterprise' && gone) {
        const sent = c.phase === 'closed' && !c.unsent && mayOf(c, 'consumer', true).includes('escalate')
        expect(/消费者不能恢复协商，但随时可以送交岳阳楼区市监局|cannot take this up again, but may send it to Yueyanglou Bureau/.test(text)).toBe(sent)
        if (sent) expect(text).not.toMatch(/12月23日|23 Dec/)
      }
      if (c.phase === 'closed' && view.may.includes('escalate')) expect(text).toMatch(/随时可以送交|you can send it/)
    }
  })

  const kinds = ['first_response', 'negotiation', 'offer:1', 'performance:0', 'silence:0', 'confirmation:0', 'consumer_part:0', 'complaint_decision', 'mediation']
  it.each(kinds.flatMap((key) => (['consumer', 'enterprise', 'bureau'] as const).map((whose) => [key, whose] as const)))('%s of %s: what follows is whole and true', async (key, whose) => {
    await setLocale(language)
    for (const reopened of [false, true]) {
      for (const more of [{}, asked, complaint]) {
        const c = facts({ phase: 'negotiating', reopened, offers: [offer('enterprise')], ...more })
        for (const reader of readers) {
          const text = clockThen({ key, whose } as Clock, c, reader)
          whole(text)
          if (reopened) expect(text).not.toMatch(names[0]![1])
          if ('complaint' in more && !['first_response', 'negotiation'].includes(key)) expect(text).not.toMatch(/转投诉|由您决定|becomes a complaint|you decide|agreement ends|协议终止/)
        }
      }
    }
  })
})

describe('what is ahead', () => {
  const then = (key: string, whose: string, reader: Reader, more: object = {}) => clockThen({ key, whose } as Clock, facts(more), reader)

  it('tells the consumer’s own part apart from the shop’s', () => {
    expect(readers.map((reader) => then('performance:0', 'consumer', reader))).toEqual(Array(3).fill('到期没有报告，还有 15 个工作日；仍没有完成，协议终止。'))
    expect(then('performance:0', 'enterprise', 'consumer')).toBe('到期没有报告，系统会问您是否收到。')
    expect(then('confirmation:0', 'enterprise', 'enterprise')).toBe('没有回应，就不能再提出异议。')
    expect(then('confirmation:0', 'consumer', 'consumer')).toContain('之后 30 天内仍可提出异议')
  })

  it('promises no second way back', () => {
    expect(then('negotiation', 'enterprise', 'consumer', { offers: [offer('enterprise')], reopened: true })).toBe('如果您一直不回应商家的方案，到期纠纷会搁置，不能再恢复。')
  })

  it('names who did not confirm', () => {
    const passed = { seq: 1, at: '2026-11-23T02:00:00Z', type: 'deadline_passed', by: { side: 'system', id: '' }, deadline: 'confirmation:0' } as unknown as RoomEvent
    const said = (by: string, reader: Reader) => {
      const view = { case: facts(agreed(item(by, 'unconfirmed'))), bureau: { name_zh: '', name_en: '' } } as unknown as CaseView
      return entriesOf([passed], view, reader).flatMap((entry) => (entry.kind === 'line' ? [entry.text] : []))[0]
    }
    expect([said('enterprise', 'consumer'), said('consumer', 'consumer'), said('consumer', 'enterprise')]).toEqual(['第 1 项没有收到您的确认', '第 1 项没有收到商家的确认', '第 1 项没有收到我方的确认'])
  })
})
