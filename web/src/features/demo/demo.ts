/* The demo's pages: who is offered, where they land, what a notice holds. Pure. */
import type { components } from '@/api'

export type Person = components['schemas']['DemoPerson']
export type Notice = components['schemas']['OutboxRow']
type Kind = 'consumer' | 'desk' | 'officer' | 'administrator'

export const kinds: readonly Kind[] = ['consumer', 'desk', 'officer', 'administrator']

export function kindOf({ role }: Pick<Person, 'role'>): Kind {
  return role === 'desk_agent' || role === 'desk_supervisor' ? 'desk' : role
}

/** The workplace of a person, opened at the case that is good to see first. */
export function landing({ role, case: id }: Pick<Person, 'role' | 'case'>): string {
  switch (role) {
    case 'consumer':
      return id ? `/c/${id}` : '/cases'
    case 'desk_agent':
    case 'desk_supervisor':
      return id ? `/desk/${id}` : '/desk'
    case 'officer':
      return '/board'
    default:
      return '/admin'
  }
}

/** People under the place where they work, in the order in which they came; consumers have no place. */
export function byPlace(people: readonly Person[]): { at: string; people: Person[] }[] {
  const groups: { at: string; people: Person[] }[] = []
  for (const person of people) {
    const at = person.at ?? ''
    const group = groups.find((one) => one.at === at)
    if (group) group.people.push(person)
    else groups.push({ at, people: [person] })
  }
  return groups
}

/** Whose cases the clock can be moved by: consumers with a case, each case once. */
export function casesOf(people: readonly Person[]): { id: string; name: string }[] {
  const seen = new Set<string>()
  return people.flatMap(({ role, case: id, name }) => {
    if (role !== 'consumer' || !id || seen.has(id)) return []
    seen.add(id)
    return [{ id, name }]
  })
}

/** The one-time code in a notice. */
export function codeIn({ template, text }: Pick<Notice, 'template' | 'text'>): string | null {
  return template === 'code' ? (/(?<!\d)\d{6}(?!\d)/.exec(text)?.[0] ?? null) : null
}

/** A notice cut into text and the path that its link leads to on this site. */
export function linkIn(text: string): { before: string; path: string | null; after: string } {
  const found = /https?:\/\/[^/\s]+(\/\S*)/.exec(text)
  if (!found) return { before: text, path: null, after: '' }
  return { before: text.slice(0, found.index), path: found[1]!, after: text.slice(found.index + found[0].length) }
}

export function filterNotices(rows: readonly Notice[], { template, words }: { template: string; words: string }): Notice[] {
  const wanted = words.toLowerCase().replace(/[\s-]/g, '')
  return rows.filter(
    (row) => (!template || row.template === template) && (!wanted || `${row.to}${row.text}`.toLowerCase().replace(/[\s-]/g, '').includes(wanted)),
  )
}

/** The bar is for pages that show one case. */
export function caseOfRoute(route: { name?: unknown; params: Readonly<Record<string, unknown>> }): string | null {
  const { id } = route.params
  return ['room', 'desk-case', 'board-case'].includes(String(route.name)) && typeof id === 'string' ? id : null
}
