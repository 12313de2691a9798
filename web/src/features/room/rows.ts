import type { CaseRow, Reader, Turn } from '@/features/words'

/** Who has to act in a case of a list, the reader first: what turnsOf tells of a whole case. */
export function turnsIn({ turn, also = [] }: Pick<CaseRow, 'turn' | 'also'>, reader: Reader): Turn[] {
  return [turn, ...also].sort((one, other) => Number(other === reader) - Number(one === reader))
}

/** Own turn first, then by what comes due; closed ones last, newest first. */
export function sortCases(rows: readonly CaseRow[], reader: Reader = 'consumer'): CaseRow[] {
  const rank = (row: CaseRow) => (row.phase === 'closed' ? 2 : turnsIn(row, reader)[0] === reader ? 0 : 1)
  const due = (row: CaseRow) => (row.due ? Date.parse(row.due) : Infinity)
  return [...rows].sort((one, other) => {
    if (rank(one) !== rank(other)) return rank(one) - rank(other)
    if (rank(one) < 2 && due(one) !== due(other)) return due(one) - due(other)
    return Date.parse(other.last_at) - Date.parse(one.last_at)
  })
}
