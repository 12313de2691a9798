import { afterEach, beforeEach, expect, it } from 'vitest'
import { belongTo, belongToNobody, fitting, parsed, read, write } from './mine'

beforeEach(() => localStorage.clear())
afterEach(() => belongToNobody(true))

it('keeps words for whoever wrote them', () => {
  belongTo('mei')
  write('draft', 'c/room', '等一下')
  belongToNobody(false)
  expect(read('draft', 'c/room')).toBe('')
  belongTo('mei')
  expect(read('draft', 'c/room')).toBe('等一下')
})

it('lets nothing of others stay once an account is known', () => {
  localStorage.setItem('hejie.theme', 'dark')
  localStorage.setItem('hejie.draft.c/room', 'of an older page')
  localStorage.setItem('hejie.apply', 'of an older page')
  localStorage.setItem('hejie.outbox.mei.1', '{"do":{"text":"secret"}}')
  localStorage.setItem('hejie.outbox.li.1', '{"do":{}}')
  belongTo('mei')
  write('draft', 'c/room', '等一下')
  write('apply', 'draft', '{}')
  belongTo('li')
  expect(Object.keys(localStorage).sort()).toEqual(['hejie.theme'])
})

it('gives what nobody in particular wrote to whoever signs in', () => {
  write('filing', 'e', '新')
  write('filing', 'e', '旧', 'mei')
  belongTo('mei')
  expect(read('filing', 'e')).toBe('新')
  expect(Object.keys(localStorage)).toEqual(['hejie.filing.mei.e'])
  belongTo('li')
  expect(read('filing', 'e')).toBe('')
})

it('forgets all when they leave, and what is written empty', () => {
  belongTo('mei')
  write('draft', 'c/room', '等一下')
  write('draft', 'd/room', '等一下')
  write('draft', 'd/room', '')
  expect(localStorage.length).toBe(1)
  belongToNobody(true)
  expect(localStorage.length).toBe(0)
})

it('reads whatever was stored', () => {
  expect(parsed('')).toBeNull()
  expect(parsed('{')).toBeNull()
  const empty = { text: '', n: 1, yes: false, list: [] as string[] }
  for (const found of [null, 7, 'x', [], { text: 7, n: 'x', yes: null, list: 'x', other: 1 }]) expect(fitting(found, empty)).toEqual(empty)
  expect(fitting({ text: 'a', n: 2, yes: true }, empty)).toEqual({ text: 'a', n: 2, yes: true, list: [] })
})
