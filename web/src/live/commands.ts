/* Commands between the outbox and the server: by the socket, or by HTTP where there is none. Sending one again is harmless: it has an id. */
import { asProblem, type ProblemBody } from '@/lib/problem'
import type { Channels } from './channels'
import { seqOf } from './frames'
import type { Outbox, Pending } from './outbox'
import { times, type Line, type Timer } from './ports'

export class Commands {
  /** On their way: the timer says them again. */
  private readonly inFlight = new Map<string, Timer | null>()
  /** How often one was refused because the server could not save. */
  private readonly retries = new Map<string, number>()

  constructor(
    private readonly line: Line,
    private readonly outbox: Outbox,
    private readonly channels: Channels,
  ) {}

  /** Sends all that waits. */
  flush(): void {
    for (const item of this.outbox.sending) {
      if (this.inFlight.has(item.id)) continue
      if (this.line.isOpen()) this.bySocket(item)
      // One after the other, so that they arrive in the order they were said.
      else if (this.line.isPolling() && this.inFlight.size === 0) void this.byHttp(item)
    }
  }

  retry(id: string): void {
    this.retries.delete(id)
    this.outbox.retry(id)
    this.flush()
  }

  private bySocket({ id, case: caseId, do: command }: Pending): void {
    if (!this.outbox.leaves(id)) return
    // Not answered in time: say it again.
    this.againAfter(id, times.ack)
    this.line.transmit({ id, case: caseId, do: command })
  }

  private async byHttp({ id, case: caseId, do: command }: Pending): Promise<void> {
    if (!this.outbox.leaves(id)) return
    this.inFlight.set(id, null)
    try {
      this.taken(id, await this.line.ports.http.command(caseId, id, command))
    } catch (thrown) {
      const { code, params, field } = asProblem(thrown)
      // Not known whether it arrived: the next round says it again under the same id.
      if (code === 'offline' || code === 'timeout') return this.landed(id)
      this.refused(id, { code, params, field })
    }
    this.flush()
  }

  private againAfter(id: string, wait: number): void {
    const again = () => {
      this.inFlight.delete(id)
      this.flush()
    }
    this.inFlight.set(id, setTimeout(again, wait))
  }

  taken(id: string, positions: Record<string, string>): void {
    this.landed(id)
    if (!this.outbox.has(id)) return
    this.outbox.taken(id, positions)
    this.outbox.settle(this.channels.reached)
    // The event should come by itself; if it does not, ask for it.
    for (const [name, position] of Object.entries(positions)) {
      const behind = () => (this.channels.reached(name) ?? Infinity) < seqOf(position)
      if (behind()) setTimeout(() => behind() && this.channels.join(name), times.steady)
    }
  }

  refused(id: string, problem: ProblemBody): void {
    this.landed(id)
    const tries = this.retries.get(id) ?? 0
    if (problem.code === 'unavailable' && tries < 3) {
      this.retries.set(id, tries + 1)
      this.againAfter(id, 500 * 2 ** tries * (1 + this.line.ports.random()))
      return
    }
    this.retries.delete(id)
    this.outbox.refused(id, problem)
  }

  private landed(id: string): void {
    clearTimeout(this.inFlight.get(id) ?? undefined)
    this.inFlight.delete(id)
  }

  /** After a break: what was on its way waits for the next one. */
  forgetInFlight(): void {
    for (const timer of this.inFlight.values()) clearTimeout(timer ?? undefined)
    this.inFlight.clear()
  }
}
