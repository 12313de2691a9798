import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'ranking.title': 'Enterprises',
  'ranking.empty': 'Nothing here yet',
  'desk.title': 'Our scorecard',
  'desk.empty': 'Nothing here yet',
}
export default en
