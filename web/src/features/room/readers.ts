import type { CaseFile } from '@/features/words'

type Row = CaseFile['readers'][number]
/** Openings of one thing by one person, one soon after the other: row is the last of them. */
interface Opening {
  row: Row
  times: number
  since: string
}

/** A page that is drawn anew, or left and opened again, within these minutes tells nothing new. */
const soon = 15 * 60_000
const what = ({ actor, what, why, detail, subject }: Row) => JSON.stringify([actor, what, why, detail, subject])

/** Who opened what, newest first, with what somebody opened again and again in one line. Nothing is left out: it is counted. */
export function openings(rows: readonly Row[]): Opening[] {
  const list: Opening[] = []
  for (const row of rows) {
    const last = list.at(-1)
    if (last && what(last.row) === what(row) && Date.parse(last.since) - Date.parse(row.at) <= soon) {
      last.times++
      last.since = row.at
    } else list.push({ row, times: 1, since: row.at })
  }
  return list
}
