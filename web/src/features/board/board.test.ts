import { describe, expect, it } from 'vitest'
import type { CaseRow } from '@/features/words'
import { validCreditCode } from './credit'
import { columnOf, drop, emptyBoard, filtersOf, matches, noFilters, page, paramsOf, placeIn, put, queryOf, type Board } from './columns'
import { workingDaysTo } from '@/features/room/daysTo'
import { leftText, urgencyOf } from './left'
import { actsOf, schemeCommand } from './scheme'

const horizon = Date.parse('2026-11-25T00:00:00+08:00')
const row = (change: Partial<CaseRow> = {}): CaseRow => ({
  case: 'a', code: 'K7QM2-XW9PD', version: 5, consumer: 'c', enterprise: 'e', enterprise_name: '岳阳湘湖里电器有限公司', bureau: 'b', region: '430602', regions: ['430000', '430600', '430602'],
  category: 'quality', amount: { currency: 'CNY', minor: 259900 }, phase: 'escalated', turn: 'bureau', turn_since: '2026-11-19T00:00:00Z',
  filed_at: '2026-11-01T00:00:00Z', last_at: '2026-11-19T00:00:00Z', due: '2026-11-30T16:00:00Z', due_key: 'complaint_decision', room_seq: 5, column: 'new', ...change,
})

describe('columns', () => {
  it.each([
    ['what the server says, whatever else is in the row', { column: 'refusals' }, 'refusals'],
    ['a coming one stays so, even without a time', { column: 'coming' }, 'coming'],
    ['in none: an agreement that is being performed', { column: undefined }, null],
    ['running, and fails before the horizon', { column: 'running', breach_at: '2026-11-23T16:00:00Z' }, 'coming'],
    ['running, and fails at the horizon', { column: 'running', breach_at: '2026-11-24T16:00:00Z' }, null],
    ['running, with no end known', { column: 'running' }, null],
  ] as const)('%s', (_, change, column) => {
    expect(columnOf(row(change), horizon)).toBe(column)
  })

  const start = (key: keyof Board, ...rows: CaseRow[]) => page(emptyBoard, key, rows, null, false)

  it('moves a row, keeps the order by due date, and what only a page knew', () => {
    let board = start('new', row({ case: 'x', due: '2026-11-28T16:00:00Z' }), row({ case: 'a', name: '王**' }))
    board = page(board, 'accepted', [row({ case: 'm', phase: 'accepted', column: 'accepted', due: '2027-01-01T16:00:00Z' })], null, false)
    const change = put(board, row({ version: 6, phase: 'accepted', column: 'accepted', due: '2026-12-30T16:00:00Z' }), noFilters, horizon)
    expect(change.changed).toBe(true)
    expect(change.board.new.rows.map((one) => one.case)).toEqual(['x'])
    expect(change.board.accepted.rows.map((one) => one.case)).toEqual(['a', 'm'])
    expect(change.board.accepted.rows[0]!.name).toBe('王**')
  })

  it('has what closes where the next load has it: last filed first', () => {
    const closed = (id: string, filed_at: string) => row({ case: id, version: 6, phase: 'closed', column: 'closed', due: undefined, filed_at })
    const board = start('closed', closed('x', '2026-11-20T01:00:00Z'), closed('y', '2026-11-10T01:00:00Z'))
    const { board: then } = put(put(board, closed('a', '2026-11-15T01:00:00Z'), noFilters, horizon).board, closed('b', '2026-11-21T01:00:00Z'), noFilters, horizon)
    expect(then.closed.rows.map((one) => one.case)).toEqual(['b', 'x', 'a', 'y'])
  })

  it('takes the highest version only', () => {
    const board = start('new', row({ version: 7 }))
    expect(put(board, row({ version: 7, column: 'closed' }), noFilters, horizon)).toEqual({ board, changed: false })
    expect(page(board, 'new', [row({ version: 6, code: 'OLD' })], null, false).new.rows[0]!.version).toBe(7)
  })

  it('leaves a case where a newer version says it stands, when an older page comes late', () => {
    const board = page(start('accepted', row({ version: 7, column: 'accepted' })), 'new', [row({ version: 6 })], null, false)
    expect(placeIn(board, 'a')).toBe('accepted')
    expect(board.new.rows).toEqual([])
  })

  it('takes a running row in only when it is about to fail, and out when it no longer is', () => {
    const soon = row({ version: 6, column: 'running', breach_at: '2026-11-23T16:00:00Z' })
    const board = put(emptyBoard, soon, noFilters, horizon).board
    expect(placeIn(board, 'a')).toBe('coming')
    expect(placeIn(put(board, { ...soon, version: 7, breach_at: '2026-12-23T16:00:00Z' }, noFilters, horizon).board, 'a')).toBeNull()
    expect(put(emptyBoard, row({ column: 'running', breach_at: '2026-12-23T16:00:00Z' }), noFilters, horizon).changed).toBe(false)
  })

  it('leaves what comes with a later page to that page', () => {
    const board = page(emptyBoard, 'new', [row({ case: 'x', due: '2026-11-24T16:00:00Z' })], 'more', false)
    expect(placeIn(put(board, row(), noFilters, horizon).board, 'a')).toBeNull()
    expect(page(board, 'new', [row()], null, true).new.rows.map((one) => one.case)).toEqual(['x', 'a'])
  })

  it('removes what left the board or does not match', () => {
    const board = start('new', row())
    expect(drop(board, 'a').board.new.rows).toEqual([])
    expect(put(board, row({ version: 6 }), { ...noFilters, category: 'price' }, horizon).board.new.rows).toEqual([])
  })

  it('is in one column only, when a page brings it', () => {
    const board = page(start('new', row()), 'overdue', [row({ version: 6, column: 'overdue', overdue: true })], null, false)
    expect(board.new.rows).toEqual([])
    expect(placeIn(board, 'a')).toBe('overdue')
  })
})

describe('filters', () => {
  it('match as the server does', () => {
    expect(matches(row(), { ...noFilters, q: 'k7qm2 xw' })).toBe(true)
    expect(matches(row(), { ...noFilters, q: '湘湖里' })).toBe(true)
    expect(matches(row(), { ...noFilters, min: 259901 })).toBe(false)
    expect(matches(row(), { ...noFilters, max: 259900, ground: 'refused' })).toBe(false)
    expect(matches(row(), { ...noFilters, region: '430600' })).toBe(true)
    expect(matches(row(), { ...noFilters, region: '430611' })).toBe(false)
  })

  it('live in the address', () => {
    const filters = { ...noFilters, region: '430602', category: 'price' as const, min: 100, q: ' 电器 ' }
    expect(queryOf(filters)).toEqual({ region: '430602', category: 'price', min: '100', q: '电器' })
    expect(filtersOf(queryOf(filters))).toEqual({ ...filters, q: '电器' })
    expect(filtersOf({ region: 'x', min: '-1' })).toEqual(noFilters)
    expect(paramsOf(noFilters)).toEqual({})
  })
})

describe('what is left', () => {
  const days = [
    ['2026-11-17', 'working'], ['2026-11-18', 'working'], ['2026-11-19', 'working'], ['2026-11-20', 'working'], ['2026-11-21', 'rest'],
    ['2026-11-22', 'rest'], ['2026-11-23', 'working'], ['2026-11-24', 'working'], ['2026-11-25', 'working'],
  ].map(([date, kind]) => ({ date: date!, kind: kind as 'working' }))
  const now = Date.parse('2026-11-20T10:00:00+08:00')

  it('counts working days, forwards and back', () => {
    expect(workingDaysTo('2026-11-25T00:00:00+08:00', now, days)).toBe(2)
    expect(workingDaysTo('2026-11-21T00:00:00+08:00', now, days)).toBe(0)
    expect(workingDaysTo('2026-11-18T00:00:00+08:00', now, days)).toBe(-3)
    expect(workingDaysTo('2026-12-25T00:00:00+08:00', now, days)).toBeUndefined()
  })

  it('says it in words', () => {
    expect(leftText(row({ due: '2026-11-25T00:00:00+08:00' }), now, days)).toBe('还有 2 个工作日')
    expect(leftText(row({ due: '2026-11-21T00:00:00+08:00' }), now, days)).toBe('今天是最后一天')
    expect(leftText(row({ due: '2026-11-18T00:00:00+08:00' }), now, days)).toBe('已超期 3 个工作日')
    expect(leftText(row({ due: '2027-01-13T00:00:00+08:00', due_key: 'mediation', phase: 'accepted' }), now, days)).toBe('还有 53 天')
    expect(urgencyOf(row({ due: '2026-11-24T00:00:00+08:00' }), now, days)).toBe('soon')
    expect(urgencyOf(row({ phase: 'closed', due: undefined }), now, days)).toBe('none')
    expect(urgencyOf(row({ phase: 'closed', due: '2026-11-24T00:00:00+08:00', due_key: 'ruling' }), now, days)).toBe('soon') // left to be ruled on
  })
})

describe('enrolment', () => {
  it('offers what fits the state', () => {
    expect(actsOf('pending')).toEqual(['approve', 'refuse'])
    expect(actsOf('suspended')).toEqual(['lift', 'remove'])
    expect(actsOf('left')).toEqual([])
  })
  it('asks for a ground, and for words with another reason', () => {
    expect(schemeCommand('lift', null, '')).toEqual({ type: 'approve' })
    expect(schemeCommand('remove', null, '')).toBe('ground')
    expect(schemeCommand('suspend', 'other', ' ')).toBe('reason')
    expect(schemeCommand('refuse', 'conditions_not_met', ' 没有电话 ')).toEqual({ type: 'remove', ground: 'conditions_not_met', reason: '没有电话' })
  })
  it('checks credit codes', () => {
    for (const code of ['91110000802100433B', '9144030071526726XG', '91430600MA00000010']) expect(validCreditCode(code)).toBe(true)
    for (const code of ['91110000802100433A', '911100008021004', '9111000080210043IB']) expect(validCreditCode(code)).toBe(false)
  })
})
