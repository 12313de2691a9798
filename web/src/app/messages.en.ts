import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'title.home': 'Hejie · settle first, with the regulator behind you',
  'title.enterprise': 'Scorecard',
  'title.ranking': 'Ranking',
  'title.file': 'Start a settlement',
  'title.notEnrolled': 'This enterprise has not joined',
  'title.cases': 'My cases',
  'title.room': 'Negotiation',
  'title.agreement': 'Settlement agreement',
  'title.signIn': 'Sign in',
  'title.account': 'Account',
  'title.privacy': 'How we protect your data',
  'title.rules': 'Rules of settlement',
  'title.apply': 'Join as an enterprise',
  'title.decision': 'Documents',
  'title.notFound': 'There is no such page',
  'title.noRights': 'You may not see this page',
  'nav.label': 'Main',
  'nav.home': 'Home',
  'nav.work': 'My work',
  'nav.account': 'Account: {name}',
  'footer.note': 'Settling never stops you from complaining to the market regulator, going to arbitration or suing. In urgent matters call 12315.',
  stuck: 'The page did not load. Please check your network; what is on this page is still here.',
}
export default en
