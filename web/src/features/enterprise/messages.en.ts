import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'enterprise.title': 'Scorecard',
  'enterprise.empty': 'Nothing here yet',
  'apply.title': 'Join as an enterprise',
  'apply.empty': 'Nothing here yet',
}
export default en
