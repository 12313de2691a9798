import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'enterpriseStatus.pending': 'Under review',
  'enterpriseStatus.enrolled': 'Enrolled',
  'enterpriseStatus.suspended': 'Takes no new cases',
  'enterpriseStatus.removed': 'Removed',
  'enterpriseStatus.left': 'Left',

  'schemeGround.conditions_not_met': 'conditions not met',
  'schemeGround.no_answers': 'repeatedly late answers',
  'schemeGround.personal_data_leak': 'leak of personal data',
  'schemeGround.false_results': 'false settlement results',
  'schemeGround.serious_violator': 'on the list of serious violators',
  'schemeGround.licence_ended': 'business licence ended',
  'schemeGround.other': 'another reason',
}
export default en
