import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'desk.title': 'Desk',
  'desk.empty': 'Nothing here yet',
  'staff.title': 'People',
  'staff.empty': 'Nothing here yet',
}
export default en
