import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'admin.title': 'Administration',
  'admin.empty': 'Nothing here yet',
  'setup.title': 'First set-up',
  'setup.empty': 'Nothing here yet',
}
export default en
