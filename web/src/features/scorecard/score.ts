/* Figures of a scorecard, ready to be drawn. */
import { percent } from '@/lib/format'
import type { ScoreBrief } from '@/features/words'

export type Part = 'confirmed' | 'unknown' | 'failed'
const partNames: readonly Part[] = ['confirmed', 'unknown', 'failed']

interface Segment {
  part: Part
  count: number
  percent: number
}

/** The three parts in their order; the server's percentages sum to 100, so they are the widths too. */
export function segments(score: Pick<ScoreBrief, Part>): Segment[] {
  return partNames.map((part) => ({ part, count: score[part].count, percent: score[part].percent }))
}

/** Whether a grade may be shown. */
export const graded = (score: Pick<ScoreBrief, 'rank'>): boolean => score.rank.withheld.length === 0

/** The cautious lower bound in words: 72.2 %, cut and not rounded up, as a promise of "at least" must be. */
export const lowerBound = (score: Pick<ScoreBrief, 'rank'>): string => percent(Math.floor(score.rank.key / 10) / 1000, 1)
