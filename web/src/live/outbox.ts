/*
 * Commands on their way. Each has an id of its own, so sending one again is
 * harmless; each lies in storage until the server has answered, so a reload or
 * a cut loses nothing. One key per command: tabs do not overwrite each other.
 */
import type { ProblemBody } from '@/lib/problem'
import { seqOf, type Command } from './frames'

export interface Pending {
  readonly id: string
  readonly case: string
  readonly do: Command
  /** When the person pressed send, by this device's clock. */
  readonly at: number
  /** sending: not answered yet; sent: taken, event on its way; failed: refused, may be sent again. */
  readonly state: 'sending' | 'sent' | 'failed'
  /** It left this device at least once: whether it arrived is not known. */
  readonly tried?: boolean
  readonly problem?: ProblemBody
  /** Where the command's events are, once taken. */
  readonly positions?: Readonly<Record<string, string>>
}

export interface Store {
  readonly length: number
  key: (index: number) => string | null
  getItem: (key: string) => string | null
  setItem: (key: string, value: string) => void
  removeItem: (key: string) => void
}

interface Waiter {
  resolve: (positions: Readonly<Record<string, string>>) => void
  reject: (problem: ProblemBody) => void
}

/** After this long a command left from an earlier visit is not sent without asking. */
const staleAfter = 15 * 60_000

export class Outbox {
  private items: Pending[] = []
  private prefix = ''
  private readonly waiters = new Map<string, Waiter>()
  /** What this device would not store. */
  private readonly unstored = new Set<string>()

  constructor(
    private readonly store: Store | null,
    private readonly changed: (items: readonly Pending[]) => void,
  ) {}

  /** Takes up what this account left behind. */
  open(account: string): void {
    this.prefix = `hejie.outbox.${account}.`
    const found: Pending[] = []
    for (const key of this.keys()) {
      try {
        const item = JSON.parse(this.store!.getItem(key)!) as Pending
        const stale = item.state === 'sending' && Date.now() - item.at > staleAfter
        found.push(stale ? { ...item, state: 'failed', problem: { code: 'not_sent' } } : item)
      } catch {
        this.store?.removeItem(key)
      }
    }
    const known = new Set(found.map((item) => item.id))
    const here = this.items.filter((item) => !known.has(item.id))
    this.items = [...found, ...here].sort((one, other) => one.at - other.at)
    for (const item of here) this.write(item)
    this.changed(this.items)
  }

  /** On signing out no text stays, neither in memory nor on this device. */
  clear(): void {
    for (const key of this.keys()) this.store?.removeItem(key)
    this.close()
  }

  /** Nothing of the account stays in memory; what is stored comes back with its next `open`. */
  close(): void {
    for (const { reject } of this.waiters.values()) reject({ code: 'signed_out' })
    this.waiters.clear()
    this.items = []
    this.changed(this.items)
  }

  get sending(): readonly Pending[] {
    return this.items.filter((item) => item.state === 'sending')
  }

  add(caseId: string, command: Command, id: string): Promise<Readonly<Record<string, string>>> {
    const item: Pending = { id, case: caseId, do: command, at: Date.now(), state: 'sending' }
    this.items = [...this.items, item]
    this.write(item)
    this.changed(this.items)
    return new Promise((resolve, reject) => this.waiters.set(id, { resolve, reject }))
  }

  has(id: string): boolean {
    return this.items.some((item) => item.id === id)
  }

  /** It leaves this device now. False where it is not to be sent any more: another tab has taken it back, or has its answer. */
  leaves(id: string): boolean {
    const kept = this.stored(id)
    if (!kept && this.store && !this.waiters.has(id) && !this.unstored.has(id)) this.discard(id)
    else if (!kept?.tried) this.update(id, (item) => ({ ...item, tried: true }), true)
    return this.has(id)
  }

  /** Takes back what has not left this device, as far as its tabs know. False, and nothing done, where it may be with the server. */
  takeBack(id: string): boolean {
    if (this.items.some((item) => item.id === id && item.tried) || this.stored(id)?.tried) return false
    this.discard(id)
    return true
  }

  taken(id: string, positions: Readonly<Record<string, string>>): void {
    this.update(id, (item) => ({ ...item, state: 'sent', positions, problem: undefined }))
    this.store?.removeItem(this.prefix + id)
    this.waiters.get(id)?.resolve(positions)
    this.waiters.delete(id)
  }

  refused(id: string, problem: ProblemBody): void {
    this.update(id, (item) => ({ ...item, state: 'failed', problem }), true)
    this.waiters.get(id)?.reject(problem)
    this.waiters.delete(id)
  }

  /** Sends a failed command again under its old id. */
  retry(id: string): void {
    this.update(id, (item) => ({ ...item, state: 'sending', problem: undefined, at: Date.now() }), true)
  }

  discard(id: string): void {
    this.store?.removeItem(this.prefix + id)
    this.items = this.items.filter((item) => item.id !== id)
    this.waiters.get(id)?.reject({ code: 'taken_back' })
    this.waiters.delete(id)
    this.changed(this.items)
  }

  /** Drops what was taken and whose events can now be read. `reached` tells the newest seq of a followed channel. */
  settle(reached: (channel: string) => number | undefined): void {
    const open = this.items.filter(
      (item) =>
        item.state !== 'sent' ||
        Object.entries(item.positions ?? {}).some(([channel, position]) => (reached(channel) ?? Infinity) < seqOf(position)),
    )
    if (open.length === this.items.length) return
    this.items = open
    this.changed(this.items)
  }

  private update(id: string, change: (item: Pending) => Pending, save = false): void {
    this.items = this.items.map((item) => {
      if (item.id !== id) return item
      const next = change(item)
      if (save) this.write(next)
      return next
    })
    this.changed(this.items)
  }

  private stored(id: string): Pending | null {
    return JSON.parse(this.store?.getItem(this.prefix + id) ?? 'null') as Pending | null
  }

  private write(item: Pending): void {
    if (!this.prefix) return
    try {
      this.store?.setItem(this.prefix + item.id, JSON.stringify(item))
      this.unstored.delete(item.id)
    } catch {
      // Storage full or forbidden: the command still goes out, only a reload would lose it.
      this.unstored.add(item.id)
    }
  }

  private keys(): string[] {
    const keys: string[] = []
    for (let i = 0; i < (this.store?.length ?? 0); i++) {
      const key = this.store!.key(i)
      if (this.prefix && key?.startsWith(this.prefix)) keys.push(key)
    }
    return keys
  }
}
