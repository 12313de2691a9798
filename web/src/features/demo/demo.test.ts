import { describe, expect, it } from 'vitest'
import { byPlace, caseOfRoute, casesOf, codeIn, filterNotices, kindOf, landing, linkIn, type Notice, type Person } from './demo'

const person = (change: Partial<Person>): Person => ({ person: 'p', role: 'consumer', name: '周岳宁', ...change })

describe('people of the demo', () => {
  it.each([
    ['consumer', 'k', '/c/k'],
    ['consumer', undefined, '/cases'],
    ['desk_agent', 'k', '/desk/k'],
    ['desk_supervisor', undefined, '/desk'],
    ['officer', 'k', '/board'],
    ['administrator', undefined, '/admin'],
  ] as const)('%s lands at the workplace', (role, id, path) => expect(landing(person({ role, case: id }))).toBe(path))

  it('stand under their place, in order', () => {
    const people = [person({ person: 'a', at: '甲' }), person({ person: 'b', at: '乙' }), person({ person: 'c', at: '甲' })]
    expect(byPlace(people).map(({ at, people: list }) => [at, list.map((one) => one.person)])).toEqual([['甲', ['a', 'c']], ['乙', ['b']]])
    expect(kindOf({ role: 'desk_supervisor' })).toBe('desk')
  })

  it('have cases that the clock can be moved by, each once', () => {
    const people = [person({ case: 'k' }), person({ case: 'k' }), person({}), person({ role: 'officer', case: 'x' })]
    expect(casesOf(people)).toEqual([{ id: 'k', name: '周岳宁' }])
  })
})

describe('the bar', () => {
  it('belongs to pages of one case', () => {
    expect(caseOfRoute({ name: 'room', params: { id: 'k' } })).toBe('k')
    expect(caseOfRoute({ name: 'board-case', params: { id: 'k' } })).toBe('k')
    expect(caseOfRoute({ name: 'desk', params: {} })).toBeNull()
    expect(caseOfRoute({ name: 'enterprise', params: { id: 'k' } })).toBeNull()
  })
})

describe('notices', () => {
  const notice = (change: Partial<Notice>): Notice => ({ id: '1', at: '', to: '+8619900001001', template: 'code', text: '【和解】验证码 271828，10 分钟内有效。', ...change })
  it('show their code', () => {
    expect(codeIn(notice({}))).toBe('271828')
    expect(codeIn(notice({ template: 'chase' }))).toBeNull()
    expect(codeIn(notice({ text: '1234567' }))).toBeNull()
  })
  it('lead to this site', () => {
    expect(linkIn('案件：http://localhost:8080/c/k 请看')).toEqual({ before: '案件：', path: '/c/k', after: ' 请看' })
    expect(linkIn('没有')).toEqual({ before: '没有', path: null, after: '' })
  })
  it('are found by number, words and kind', () => {
    const rows = [notice({}), notice({ id: '2', template: 'chase', text: '催办 K7QM2-XW9PD' })]
    expect(filterNotices(rows, { template: 'chase', words: '' }).map(({ id }) => id)).toEqual(['2'])
    expect(filterNotices(rows, { template: '', words: 'k7qm2xw' }).map(({ id }) => id)).toEqual(['2'])
    expect(filterNotices(rows, { template: '', words: '199 0000' })).toHaveLength(2)
  })
})
