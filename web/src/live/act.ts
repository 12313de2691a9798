import { Problem, type ProblemBody } from '@/lib/problem'
import { discard, send } from '.'
import type { Command } from './frames'

/** Sends a command that has its answer beside it; what fails is told there and not kept. Rejects with a Problem. */
export async function act(caseId: string, command: Command): Promise<void> {
  const { id, done } = send(caseId, command)
  try {
    await done
  } catch (thrown) {
    discard(id)
    throw thrown instanceof Problem ? thrown : new Problem(thrown as ProblemBody)
  }
}
