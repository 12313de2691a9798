import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'bar.confirmed': 'Confirmed',
  'bar.unknown': 'Unknown',
  'bar.failed': 'Failed',
  'bar.text': '{n} cases: confirmed {confirmed}%, unknown {unknown}%, failed {failed}%',
  'bar.none': 'No finished cases yet',
  'bar.n': { one: '{n} case', other: '{n} cases' },
  'bar.window': '{from} to {to}',
  'grade.few': 'Too few cases',
  'grade.bound': 'at least {percent}',
}
export default en
