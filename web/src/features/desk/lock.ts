/* The soft lock of a composer: who else of the desk is writing to this consumer now. */
import type { Colleague, Person } from '@/live'

/** Colleagues who are looking at the case, without oneself. */
export const colleagues = (people: readonly Person[], me: string): Colleague[] =>
  people.filter((person): person is Colleague => person.side === 'enterprise' && Boolean(person.id && person.name) && person.id !== me)

export const writers = (people: readonly Person[], me: string): Colleague[] => colleagues(people, me).filter(({ composing }) => composing)

/**
 * Whether the composer is locked: a colleague writes, and this person has neither begun themselves nor said "reply anyway".
 * Words that are already there are never taken away.
 */
export function isLocked(people: readonly Person[], me: string, own: { text: string; anyway: boolean }): boolean {
  return !own.anyway && own.text.trim() === '' && writers(people, me).length > 0
}

/** Short for a name: 李小明 → 明, since the last character tells colleagues of one family name apart; Ann Lee → AL. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  if (/\p{Script=Han}/u.test(name)) return [...words.join('')].at(-1) ?? ''
  return words.slice(0, 2).map((word) => [...word][0]?.toUpperCase() ?? '').join('')
}
