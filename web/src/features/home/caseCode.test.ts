import { describe, expect, it } from 'vitest'
import { readCaseCode } from './caseCode'

describe('case codes as people type them', () => {
  it.each([
    ['k7qm2-xw9pd', 'K7QM2-XW9PD'],
    ['K7QM2XW9PD', 'K7QM2-XW9PD'],
    [' k7qm2 — xw9pd ', 'K7QM2-XW9PD'],
    ['Ｋ７ＱＭ２ＸＷ９ＰＤ', 'K7QM2-XW9PD'],
    ['olqm2xw9pd', '01QM2-XW9PD'],
  ])('%s', (typed, code) => expect(readCaseCode(typed)).toBe(code))

  it.each(['', 'K7QM2', 'K7QM2-XW9PU', 'K7QM2-XW9PDX'])('refuses %s', (typed) => expect(readCaseCode(typed)).toBeNull())
})
