import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'cases.title': 'My cases',
  'cases.lead': 'Those waiting for you come first.',
  'cases.empty': 'No cases yet',
  'cases.emptyText': 'Find the enterprise, say what went wrong, and you can begin to settle.',
  'cases.find': 'Find an enterprise',
  'cases.unread': { one: '{n} new message', other: '{n} new messages' },
  'cases.more': 'Load older cases',
}
export default en
