import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'enterprise.code': 'Unified social credit code',
  'enterprise.address': 'Address',
  'enterprise.bureau': 'Competent bureau',
  'enterprise.since.enrolled': 'Enrolled since {date}',
  'enterprise.since.pending': 'Applied {date}, under review',
  'enterprise.since.suspended': 'Takes no new cases since {date}',
  'enterprise.since.removed': 'Removed from the scheme {date}',
  'enterprise.since.left': 'Left the scheme {date}',
  'enterprise.enrolledAt': 'Enrolled {date}',
  'enterprise.ground': 'Reason: {ground}',
  'enterprise.file': 'Settle a problem with this enterprise',
  'enterprise.fileHint': 'No account needed. The enterprise has {first_response} working days for a first response.',
  'enterprise.notNow': 'This enterprise takes no new cases now. Running cases go on.',
  'enterprise.notNowHow': 'How to complain to the regulator',
  'enterprise.history': 'The record stays public after leaving.',
}
export default en
