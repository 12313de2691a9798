/* A report as rows for a spreadsheet. Pure. */
import { useI18n } from '@/i18n'
import type { Statistics, Tally } from '@/features/words'
import { term } from '@/features/words/more'
import { classTable, countOf } from '@/features/scorecard/classes'
import messages from './messages'

const { t } = useI18n(messages)
const hours = ({ n, median: { seconds, more } }: Tally['response']) => (n ? `${more ? '>' : ''}${seconds / 3600}` : '')

/** Each month of the region, the whole period, then the period in the regions below; the head first. */
export function tableOf({ from, to, total, months, regions }: Statistics, region: string): string[][] {
  const head = [
    t('statistics.region'),
    t('statistics.file.period'),
    t('statistics.n'),
    t('statistics.file.confirmed'),
    t('statistics.file.unknown'),
    t('statistics.file.failed'),
    t('statistics.file.agreed'),
    t('statistics.file.plain'),
    t('statistics.file.response'),
    t('statistics.file.settlement'),
    ...classTable.map(({ name }) => `${name} ${term('class', name)}`),
  ]
  const line = (place: string, period: string, tally: Tally) => [
    place,
    period,
    `${tally.n}`,
    `${tally.confirmed.count}`,
    `${tally.unknown.count}`,
    `${tally.failed.count}`,
    `${tally.plain.numerator}`,
    tally.n ? `${tally.plain.percent}` : '',
    hours(tally.response),
    hours(tally.settlement),
    ...classTable.map(({ name }) => `${countOf(tally, name)}`),
  ]
  const period = `${from} – ${to}`
  return [
    head,
    ...months.map(({ month, tally }) => line(region, month, tally)),
    line(region, period, total),
    ...regions.map(({ name, tally }) => line(name, period, tally)),
  ]
}
