import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'home.title': 'Hejie',
  'home.empty': 'Nothing here yet',
}
export default en
