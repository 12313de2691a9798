import type { CaseRow } from '@/features/words'

/** Own turn first, then by what comes due; closed ones last, newest first. */
export function sortCases(rows: readonly CaseRow[], reader: CaseRow['turn'] = 'consumer'): CaseRow[] {
  const rank = (row: CaseRow) => (row.phase === 'closed' ? 2 : row.turn === reader ? 0 : 1)
  const due = (row: CaseRow) => (row.due ? Date.parse(row.due) : Infinity)
  return [...rows].sort((one, other) => {
    if (rank(one) !== rank(other)) return rank(one) - rank(other)
    if (rank(one) < 2 && due(one) !== due(other)) return due(one) - due(other)
    return Date.parse(other.last_at) - Date.parse(one.last_at)
  })
}
