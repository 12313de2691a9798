import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'file.title': 'Start a settlement',
  'file.empty': 'Nothing here yet',
  'notEnrolled.title': 'This enterprise has not joined',
  'notEnrolled.empty': 'Nothing here yet',
}
export default en
