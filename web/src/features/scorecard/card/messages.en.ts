import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'bar.confirmedHint': 'agreed, performed, and confirmed',
  'bar.unknownHint': 'performance not confirmed, withdrawn, lapsed, or complained before a response was due',
  'bar.failedHint': 'no response in time, no settlement, a promise not kept, a refusal not upheld',
  'grade.few_cases': 'under 10 cases, no grade',
  'grade.few_consumers': 'under 5 consumers, no grade',
  'grade.none_known': 'no known results, no grade',
  'grade.label': 'Cautious share of confirmed',
  'card.title': 'Settlement record',
  'card.running': 'Running',
  'card.performing': 'In performance',
  'card.plain': 'Settlement rate',
  'card.plainText': '{percent}% ({numerator} of {denominator})',
  'card.plainHint': 'Agreements before a complaint ÷ negotiations that ended in the period. Agreed is not yet done, so it does not decide the rank.',
  'card.response': 'Time to first response',
  'card.settlement': 'Time to agreement',
  'card.median': 'half within {time}',
  'card.p90': 'nine in ten within {time}',
  'card.more': 'more than {time}',
  'card.unanswered': { one: '{n} of them unanswered', other: '{n} of them unanswered' },
  'card.speedN': { one: '{n} case', other: '{n} cases' },
  'card.late': { one: '{n} of the confirmed was performed late', other: '{n} of the confirmed were performed late' },
  'card.leftOut': { one: '{n} case left out by an officer', other: '{n} cases left out by an officer' },
  'card.notCounted': { one: '{n} not counted: at most 3 per consumer', other: '{n} not counted: at most 3 per consumer' },
  'card.consumers': { one: 'from {n} consumer', other: 'from {n} consumers' },
  'card.nothing': 'No dispute has finished yet, so there is no record.',
}
export default en
