import { describe, expect, it } from 'vitest'
import { classTable, countOf } from './classes'
import { graded, lowerBound, segments } from './score'

const rank = (key: number, withheld: ('few_cases' | 'few_consumers')[] = []) => ({ key, numerator: 10, denominator: 10, withheld })

describe('success bar', () => {
  it('has three parts in order whose widths fill the bar', () => {
    const parts = segments({ confirmed: { count: 2, percent: 67 }, unknown: { count: 1, percent: 33 }, failed: { count: 0, percent: 0 } })
    expect(parts.map(({ part }) => part)).toEqual(['confirmed', 'unknown', 'failed'])
    expect(parts.reduce((sum, { percent }) => sum + percent, 0)).toBe(100)
  })

  it('never promises more than the bound', () => {
    expect(lowerBound({ rank: rank(7224) })).toBe('72.2%')
    expect(lowerBound({ rank: rank(7229) })).toBe('72.2%')
    expect(lowerBound({ rank: rank(0) })).toBe('0.0%')
  })

  it('shows no grade while one is withheld', () => {
    expect(graded({ rank: rank(9000) })).toBe(true)
    expect(graded({ rank: rank(9000, ['few_consumers']) })).toBe(false)
  })
})

describe('the table of classes', () => {
  it('names each class once', () => {
    expect(classTable.map(({ name }) => name).sort()).toEqual(['AB', 'CE', 'DU', 'LC', 'RR', 'RX', 'SB', 'SC', 'SU', 'TE', 'UE', 'WC'])
    expect(countOf({ classes: { SC: 3 } }, 'UE')).toBe(0)
  })
})
