import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  title: 'Export a table',
  lead: 'One row for each case of the filters on screen. Spreadsheets open the file.',
  reading: { one: 'Reading, {n} case so far…', other: 'Reading, {n} cases so far…' },
  ready: { one: '{n} case', other: '{n} cases' },
  none: 'No cases with these filters',
  cut: 'Only the first {n} cases. Narrow the filters and export in parts.',
  care: 'Cases that changed during the export may stand here as they were, or be missing. The table tells of consumers: keep it safe, and delete it after use.',
  save: 'Save the CSV file',
  file: 'hejie-cases-{day}.csv',
  and: ', ',
  yes: 'yes',

  'column.code': 'Case code',
  'column.enterprise': 'Enterprise',
  'column.region': 'Region code',
  'column.title': 'Goods or service',
  'column.name': 'Consumer',
  'column.category': 'Category',
  'column.amount': 'Disputed amount (CNY)',
  'column.claim': 'The consumer asks for (CNY)',
  'column.offer': 'The enterprise offers (CNY)',
  'column.phase': 'Phase',
  'column.turn': 'Turn',
  'column.since': 'Turn since',
  'column.due': 'Deadline (last day)',
  'column.what': 'Deadline for',
  'column.overdue': 'Overdue',
  'column.agent': 'Agent',
  'column.filed': 'Filed',
  'column.last': 'Last activity',
  'column.reason': 'Reason for escalation',
  'column.escalated': 'Escalated',
  'column.accepted': 'Complaint accepted',
  'column.class': 'Outcome',
}

export default en
