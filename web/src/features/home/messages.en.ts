import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'home.title': 'Talk it out with the enterprise, and get it done',
  'home.lead': 'Say what went wrong. The enterprise must respond within {first_response} working days. If it cannot be settled, it goes to the regulator by itself.',
}
export default en
