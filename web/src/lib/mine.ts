/*
 * What somebody wrote and did not send waits on this device, under the account that was here: also when their session ends by itself, until
 * they come back. It is gone when they leave, and as soon as another account is known here. What nobody in particular wrote, before signing
 * in, goes over to whoever signs in next.
 */
const kinds = ['draft', 'filing', 'apply', 'outbox'] as const
type Kind = (typeof kinds)[number]

/** Who is known to be here; '' for nobody. */
let account = ''
const keyOf = (kind: Kind, whose: string, name: string) => `hejie.${kind}.${whose}.${name}`

/** Visits all that waits here, whosever it is. */
function each(visit: (key: string, kind: Kind) => void): void {
  try {
    for (const key of Object.keys(localStorage)) {
      const kind = kinds.find((one) => key.startsWith(`hejie.${one}`))
      if (kind) visit(key, kind)
    }
  } catch {
    // Nothing is stored then.
  }
}

/** An account is known to be here: nothing of others stays. */
export function belongTo(id: string): void {
  account = id
  each((key, kind) => {
    if (key.startsWith(keyOf(kind, id, ''))) return
    const text = localStorage.getItem(key)!
    const nobodys = keyOf(kind, '', '')
    localStorage.removeItem(key)
    if (key.startsWith(nobodys)) localStorage.setItem(keyOf(kind, id, key.slice(nobodys.length)), text)
  })
}

/** Nobody is known to be here any more. With `all` they left by themselves, and nothing stays. */
export function belongToNobody(all: boolean): void {
  account = ''
  if (all) each((key) => localStorage.removeItem(key))
}

/** What waits for whoever is here; '' for nothing. */
export function read(kind: Kind, name: string): string {
  try {
    return localStorage.getItem(keyOf(kind, account, name)) ?? ''
  } catch {
    return ''
  }
}

/** Keeps a text for whoever is here; '' removes it. False when it lives only as long as the page: storage is full or forbidden. */
export function write(kind: Kind, name: string, text: string, whose = account): boolean {
  try {
    if (text === '') localStorage.removeItem(keyOf(kind, whose, name))
    else localStorage.setItem(keyOf(kind, whose, name), text)
    return true
  } catch {
    return false
  }
}

/** Of an object that was stored in whatever state, the texts, numbers and choices that are of the kind of `empty`'s; the rest is as there. */
export function fitting<T extends object>(found: unknown, empty: T): T {
  const kept = { ...empty }
  if (typeof found !== 'object' || !found) return kept
  for (const key of Object.keys(empty) as (keyof T)[]) {
    const value = (found as Partial<T>)[key]
    if (typeof value !== 'object' && typeof value === typeof empty[key]) kept[key] = value as T[keyof T]
  }
  return kept
}

/** The JSON of a stored text; null for what is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text || 'null')
  } catch {
    return null
  }
}
