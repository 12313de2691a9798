import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'board.title': 'Board',
  'board.empty': 'Nothing here yet',
  'case.title': 'Case',
  'case.empty': 'Nothing here yet',
  'decision.title': 'Decision on acceptance',
  'decision.empty': 'Nothing here yet',
  'applications.title': 'Applications',
  'applications.empty': 'Nothing here yet',
  'enterprises.title': 'Enrolled enterprises',
  'enterprises.empty': 'Nothing here yet',
}
export default en
