import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  none: 'There is no such enterprise',
  noneText: 'The address may be incomplete or wrong. Please search by name or by unified social credit code.',
  search: 'Find an enterprise',
}
export default en
