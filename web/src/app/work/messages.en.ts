import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'title.desk': 'Desk',
  'title.deskStaff': 'People',
  'title.deskScorecard': 'Our scorecard',
  'title.board': 'Board',
  'title.boardCase': 'Case',
  'title.decision': 'Documents',
  'title.applications': 'Applications',
  'title.enterprises': 'Enrolled enterprises',
  'title.statistics': 'Statistics',
  'title.admin': 'Administration',
  'title.setup': 'First set-up',
  'title.demo': 'Demonstration',
  'title.demoOutbox': 'Demonstration messages',

  'nav.scorecard': 'Scorecard',
  'nav.enterprises': 'Enterprises',

  'notFound.code': '404',
  'notFound.text': 'The address may be wrong, or the content has moved. Your cases and data are all still here.',
  'notFound.home': 'Back to the start',

  'noRights.text': 'You are signed in as “{name}”. This page belongs to another role.',
  'noRights.home': 'Back to my pages',
  'noRights.account': 'Change account',
}
export default en
