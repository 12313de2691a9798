import { beforeEach, describe, expect, it } from 'vitest'
import { itemsFor } from '@/features/offer/draft'
import type { Meta } from '@/features/words'
import { belongTo, belongToNobody } from '@/lib/mine'
import { checkStep, claimAgainst, discard, emptyDeclarations, emptyFiling, filingBody, filingControl, keep, restore, stepOf, type Filing } from './filing'

const rules = { items_per_offer: 6, max_due: 90 } as Meta['rules']
const texts = { truth: 't-1', rules: 'r-1', publication: 'p-1', escalation: 'e-1', commitment: 'c-1' }
const yuan = (minor: number) => ({ currency: 'CNY', minor })
const full = (): Filing => ({
  ...emptyFiling(),
  category: 'quality',
  goods: ' 运动鞋 ',
  facts: '开胶',
  purchased_on: '2026-11-01',
  known_since: '2026-11-10',
  amount: yuan(29_900),
  claim: itemsFor('refund', yuan(29_900)),
  name: '王小明',
  address: '岳阳市',
})
const answered = { daily: 'yes' as const, otherBody: 'none' as const, truth: true, rules: true, publication: 'no' as const, escalation: 'yes' as const }
const check = (step: number, filing: Filing, declared = answered as ReturnType<typeof emptyDeclarations>, signedIn = true) =>
  checkStep(step, filing, declared, signedIn, rules, '2026-11-22').map(({ field, key }) => `${field} ${key}`)

beforeEach(() => localStorage.clear())

describe('saved progress', () => {
  it('survives a reload, per enterprise, and is gone after filing', () => {
    const filing = { ...full(), step: 2 }
    keep('a', filing, '', 1000)
    expect(restore('a', 2000)).toEqual({ ...filing, savedAt: 1000 })
    expect(restore('b')).toBeNull()
    discard('a')
    expect(restore('a')).toBeNull()
  })

  it('keeps no consent', () => {
    keep('a', full())
    expect(localStorage.getItem('hejie.filing..a')).not.toContain('consent')
    expect(localStorage.getItem('hejie.filing..a')).not.toContain('escalation')
  })

  it('forgets files that the server has forgotten, and what it cannot read', () => {
    const evidence = [{ file: 'f', sha256: 's', name: 'a.jpg', size: 1, mime: 'image/jpeg' }]
    keep('a', { ...full(), evidence, evidenceAt: 0 })
    expect(restore('a', 21 * 3_600_000)!.evidence).toEqual([])
    expect(restore('a', 19 * 3_600_000)!.evidence).toEqual(evidence)
    localStorage.setItem('hejie.filing..b', '{"v":0}')
    localStorage.setItem('hejie.filing..c', 'nonsense')
    expect([restore('b'), restore('c')]).toEqual([null, null])
  })

  it('keeps what fits of what is damaged', () => {
    localStorage.setItem('hejie.filing..a', JSON.stringify({ ...full(), goods: 7, step: 9, category: 'magic', amount: { minor: 'x' }, claim: [null, {}], evidence: [null, { file: 1 }], savedAt: null }))
    expect(restore('a')).toMatchObject({ facts: full().facts, goods: '', step: 0, category: null, amount: null, claim: [], evidence: [], savedAt: 0 })
  })

  it('waits for whoever wrote it, and goes over to whoever signs in when nobody was known', () => {
    keep('a', full())
    belongTo('mei')
    expect(restore('a')).not.toBeNull()
    belongToNobody(false)
    expect(restore('a')).toBeNull() // a stranger sees nothing of it
    keep('a', full(), 'mei') // the page is still open
    belongTo('mei')
    expect(restore('a')).not.toBeNull()
    belongTo('li')
    expect(restore('a')).toBeNull()
    expect(localStorage.length).toBe(0)
    belongToNobody(true)
  })
})

describe('checks before the server’s', () => {
  it('passes what is complete', () => {
    expect([0, 1, 2, 3, 4].flatMap((step) => check(step, full()))).toEqual([])
  })

  it('asks why a claim is far above the disputed amount, and sends the reason with such a claim only', () => {
    const far = { ...full(), claim: itemsFor('refund', yuan(89_701)) }
    expect(check(2, far)).toEqual(['reason compose.needReason'])
    expect(check(2, { ...far, reason: '三'.repeat(2001) })).toEqual(['reason need.shorter'])
    const said = { ...far, reason: ' 欺诈，退一赔三 ' }
    expect(check(2, said)).toEqual([])
    expect(filingBody('a', said, answered, texts).do).toMatchObject({ reason: '欺诈，退一赔三' })
    expect(filingBody('a', { ...full(), reason: '旧' }, answered, texts).do).not.toHaveProperty('reason')
    expect(stepOf('reason')).toBe(2)
    keep('a', said)
    expect(restore('a')!.reason).toBe(said.reason)
  })

  it('asks for what is missing, each at its field', () => {
    expect(check(0, emptyFiling())).toEqual([
      'category need.category',
      'goods need.goods',
      'facts need.facts',
      'purchased_on need.purchased',
      'known_since need.known',
    ])
    expect(check(1, emptyFiling())).toEqual(['amount need.amount'])
    expect(check(2, emptyFiling())).toEqual(['claim need.claim'])
    expect(check(3, { ...full(), name: ' ' }, undefined, false)).toEqual(['phone need.phone', 'person.name need.name'])
    expect(check(4, full(), emptyDeclarations()).map((line) => line.split(' ')[0])).toEqual([
      'for_daily_life',
      'other_body',
      'consents.escalation',
      'consents.publication',
      'consents.truth',
      'consents.rules',
    ])
  })

  it('knows dates that cannot be', () => {
    expect(check(0, { ...full(), purchased_on: '2026-11-23' })).toContain('purchased_on need.past')
    expect(check(0, { ...full(), purchased_on: '0026-11-01' })).toEqual(['purchased_on need.year'])
    expect(check(0, { ...full(), known_since: '2026-10-01' })).toEqual(['known_since need.knownAfter'])
  })

  it('weighs the claim against the disputed amount', () => {
    expect(claimAgainst(full())).toBe('within')
    expect(claimAgainst({ ...full(), claim: itemsFor('refund', yuan(30_000)) })).toBe('above')
    expect(claimAgainst({ ...full(), claim: itemsFor('compensate', yuan(99_000)) })).toBe('farAbove')
  })
})

describe('from a server’s field to its step and control', () => {
  it.each([
    ['category', 0, 'category'],
    ['known_since', 0, 'known_since'],
    ['amount.minor', 1, 'amount'],
    ['claim[0].amount.minor', 2, 'claim-0-amount'],
    ['claim[1].due.days', 2, 'claim-1-due-days'],
    ['name', 3, 'person-name'],
    ['person.address', 3, 'person-address'],
    ['evidence[2].sha256', 3, 'evidence-2-sha256'],
    ['consents.escalation.text', 4, 'consents-escalation'],
    ['for_daily_life', 4, 'for_daily_life'],
    ['enterprise', 4, 'enterprise'],
  ])('%s', (field, step, control) => {
    expect(stepOf(field)).toBe(step)
    expect(filingControl(field)).toBe(control)
  })
})

describe('the command', () => {
  it('sends an address of several lines as one', () => {
    expect(filingBody('e', { ...full(), address: '湖南省岳阳市\r\n 巴陵路8号\n\n3单元\n' }, answered, texts).person.address).toBe('湖南省岳阳市 巴陵路8号 3单元')
    expect(check(3, { ...full(), address: '长'.repeat(201) })).toEqual(['person.address need.shorter'])
  })

  it('asks for each answer in its own words', () => {
    const keys = check(4, full(), emptyDeclarations()).map((line) => line.split(' ')[1])
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('has what was written, trimmed, with the versions of the texts that were read', () => {
    const filing = full()
    expect(filingBody('e', filing, answered, texts)).toEqual({
      id: filing.id,
      do: {
        type: 'file_case',
        enterprise: 'e',
        category: 'quality',
        goods: '运动鞋',
        facts: '开胶',
        purchased_on: '2026-11-01',
        known_since: '2026-11-10',
        amount: yuan(29_900),
        claim: [{ by: 'enterprise', remedy: 'refund', amount: yuan(29_900), due: { days: 3, unit: 'working' } }],
        for_daily_life: true,
        other_body: 'none',
        consents: { truth: 't-1', rules: 'r-1', publication: { yes: false, text: 'p-1' }, escalation: { yes: true, text: 'e-1' } },
      },
      person: { name: '王小明', address: '岳阳市' },
    })
  })
})
