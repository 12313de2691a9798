import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'signIn.title': 'Sign in',
  'signIn.empty': 'Nothing here yet',
  'account.title': 'Account',
  'account.empty': 'Nothing here yet',
}
export default en
