import { describe, expect, it } from 'vitest'
import { controlId, draftTotal, faults, fromItems, itemNumber, itemsFor, newItem, toItems, without } from './draft'

const rules = { items_per_offer: 6, max_due: 90 }
const yuan = (minor: number) => ({ currency: 'CNY', minor })

describe('claim builder', () => {
  it('a refund is one item, due in working days', () => {
    expect(toItems(itemsFor('refund', yuan(29_900)))).toEqual([
      { by: 'enterprise', remedy: 'refund', amount: yuan(29_900), due: { days: 3, unit: 'working' } },
    ])
  })

  it('a return brings the consumer’s own part, and the refund waits for it', () => {
    const draft = itemsFor('return_and_refund', yuan(29_900))
    expect(toItems(draft)).toEqual([
      { by: 'consumer', remedy: 'return_and_refund', due: { days: 7, unit: 'calendar' } },
      { by: 'enterprise', remedy: 'return_and_refund', amount: yuan(29_900), due: { days: 3, unit: 'working', after: 0 } },
    ])
    expect(faults(draft, rules)).toEqual([])
    expect(draftTotal(draft)).toBe(29_900)
  })

  it('no amount where the remedy has none', () => {
    expect(toItems(itemsFor('repair', yuan(100)))[0]).not.toHaveProperty('amount')
  })

  it('goes back and forth without loss', () => {
    const items = toItems(itemsFor('return_and_refund', yuan(100)))
    expect(toItems(fromItems(items, ['', '运费商家出']))).toEqual([items[0], { ...items[1], description: '运费商家出' }])
  })

  it('what waited for a removed item counts from acceptance', () => {
    const draft = itemsFor('return_and_refund', yuan(100))
    expect(toItems(without(draft, draft[0]!.id))[0]!.due).toEqual({ days: 3, unit: 'working' })
  })

  it('finds what the server would refuse, at the same places', () => {
    const loop = [newItem({ id: 'a', remedy: 'apology', after: 'b' }), newItem({ id: 'b', remedy: 'apology', after: 'a' })]
    const fields = (draft: Parameters<typeof faults>[0]) => faults(draft, rules, 'claim').map(({ field, key }) => [field, key])
    expect(fields([newItem()])).toEqual([['claim[0].remedy', 'compose.needRemedy']])
    expect(fields([newItem({ remedy: 'refund' })])).toEqual([['claim[0].amount', 'compose.needAmount']])
    expect(fields([newItem({ remedy: 'other', description: ' ' })])).toEqual([['claim[0].description', 'compose.needDescription']])
    expect(fields([newItem({ remedy: 'apology', days: 91 })])).toEqual([['claim[0].due.days', 'compose.needDays']])
    expect(fields([newItem({ remedy: 'apology', days: 70 })])).toEqual([['claim[0].due.days', 'compose.tooLate']])
    expect(fields(loop).map(([, key]) => key)).toEqual(['compose.tooLate', 'compose.tooLate'])
    expect(fields([newItem({ remedy: 'repair', by: 'consumer' })])).toEqual([['claim', 'compose.needEnterprise']])
  })

  it('leads from a server’s field to a control', () => {
    expect(controlId('claim[0].amount.minor')).toBe('claim-0-amount')
    expect(controlId('claim[2].due.days')).toBe('claim-2-due-days')
    expect(controlId('consents.escalation.text')).toBe('consents-escalation-text')
  })

  it('knows the item a field is of', () => {
    expect(['items[1].due.days', 'claim[0].amount.minor', 'claim', 'reason', 'evidence[2]'].map(itemNumber)).toEqual([2, 1, 0, 0, 0])
  })
})
