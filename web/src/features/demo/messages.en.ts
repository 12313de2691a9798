import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'demo.title': 'Demonstration',
  'demo.empty': 'Nothing here yet',
  'outbox.title': 'Demonstration messages',
  'outbox.empty': 'Nothing here yet',
}
export default en
