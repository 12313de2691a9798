/*
 * Cases of a list as rows for a spreadsheet. Pure: what stands in which column, in the reader's language.
 * Days are yyyy-mm-dd and amounts plain numbers, because those are what a spreadsheet sorts and adds up.
 */
import { clock, isoDay } from '@/lib/format'
import { useI18n } from '@/i18n'
import { capital, who, word, type CaseRow, type Reader } from '@/features/words'
import { term } from '@/features/words/more'
import messages from './messages'

export type Desk = Extract<Reader, 'enterprise' | 'bureau'>
type Column = readonly [head: string, cell: (row: CaseRow) => string | undefined]

const { t } = useI18n(messages)
const time = (when?: string) => (when ? `${isoDay(when)} ${clock(when)}` : '')
/** Instants of deadlines are exclusive: the day before is the last one. */
const lastDay = (when?: string) => (when ? isoDay(Date.parse(when) - 1) : '')

/** The table of a desk's or a bureau's cases, its head first. `agents` are the names of the desk's members. */
export function tableOf(rows: readonly CaseRow[], reader: Desk, agents: ReadonlyMap<string, string> = new Map()): string[][] {
  const yuan = (minor?: number) => (minor === undefined ? '' : (minor / 100).toFixed(2))
  const agent: Column = [t('column.agent'), (row) => row.agent && (agents.get(row.agent) ?? '')]
  const place: Column[] = [
    [t('column.enterprise'), (row) => row.enterprise_name],
    [t('column.region'), (row) => row.region],
  ]
  const columns: readonly Column[] = [
    [t('column.code'), (row) => row.code],
    ...(reader === 'bureau' ? place : []),
    [t('column.title'), (row) => row.title],
    [t('column.name'), (row) => row.name],
    [t('column.category'), (row) => term('category', row.category)],
    [t('column.amount'), (row) => yuan(row.amount.minor)],
    [t('column.claim'), (row) => yuan(row.claim_minor)],
    [t('column.offer'), (row) => yuan(row.offer_minor)],
    [t('column.phase'), (row) => word('phase', row.phase)],
    [t('column.turn'), (row) => [row.turn, ...(row.also ?? [])].filter(Boolean).map((side) => capital(who(side, reader))).join(t('and'))],
    [t('column.since'), (row) => time(row.turn_since)],
    [t('column.due'), (row) => lastDay(row.due)],
    [t('column.what'), (row) => capital(word('deadline', row.due_key?.split(':')[0]))],
    [t('column.overdue'), (row) => (row.overdue ? t('yes') : '')],
    ...(reader === 'enterprise' ? [agent] : []),
    [t('column.filed'), (row) => time(row.filed_at)],
    [t('column.last'), (row) => time(row.last_at)],
    [t('column.reason'), (row) => capital(word('escalation', row.reason, reader))],
    [t('column.escalated'), (row) => time(row.escalated_at)],
    [t('column.accepted'), (row) => time(row.accepted_at)],
    [t('column.class'), (row) => term('class', row.class)],
  ]
  return [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, cell]) => cell(row) ?? ''))]
}
