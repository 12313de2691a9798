/* What others are told of this reader: how far it has read, and that it writes something. */
import { asProblem } from '@/lib/problem'
import { isFatal, type Line } from './ports'

export class Marks {
  private readonly seqs = new Map<string, number>()
  /** Channels whose mark the server has not been told. */
  private readonly unsent = new Set<string>()
  private readonly composingIn = new Set<string>()

  constructor(private readonly line: Line) {}

  read(channel: string, seq: number): void {
    if (seq <= (this.seqs.get(channel) ?? 0)) return
    this.seqs.set(channel, seq)
    if (!this.line.transmit({ read: { channel, seq } })) this.unsent.add(channel)
  }

  composing(caseId: string, on: boolean): void {
    if (on === this.composingIn.has(caseId)) return
    if (on) this.composingIn.add(caseId)
    else this.composingIn.delete(caseId)
    this.line.transmit({ composing: { case: caseId, on } })
  }

  /** A socket opened: it knows nothing yet. */
  tellAll(): void {
    for (const [channel, seq] of this.seqs) this.line.transmit({ read: { channel, seq } })
    for (const caseId of this.composingIn) this.line.transmit({ composing: { case: caseId, on: true } })
    this.unsent.clear()
  }

  /** What is unsent, by HTTP. A mark that is refused is let go: it is not worth a word. */
  async poll(read: (channel: string, seq: number) => Promise<void>): Promise<void> {
    for (const channel of [...this.unsent]) {
      const seq = this.seqs.get(channel)
      try {
        if (seq) await read(channel, seq)
      } catch (thrown) {
        const problem = asProblem(thrown)
        if (isFatal(problem)) throw thrown
        if (problem.temporary) continue
      }
      if (this.seqs.get(channel) === seq) this.unsent.delete(channel)
    }
  }

  /** Nobody follows the channel any more; what is unsent still goes. */
  forget(channel: string): void {
    if (!this.unsent.has(channel)) this.seqs.delete(channel)
  }

  clear(): void {
    this.seqs.clear()
    this.unsent.clear()
  }
}
