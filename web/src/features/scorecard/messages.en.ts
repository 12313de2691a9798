import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'bar.confirmed': 'Confirmed',
  'bar.unknown': 'Unknown',
  'bar.failed': 'Not settled',
  'bar.text': '{n} cases: confirmed {confirmed}%, unknown {unknown}%, not settled {failed}%',
  'bar.none': 'No finished cases yet',
  'bar.n': { one: '{n} case', other: '{n} cases' },
  'bar.window': '{from} to {to}',
  'bar.count': '{count}, {percent}%',
  'grade.few': 'Too few cases',
  'grade.bound': 'at least {percent}',

  'status.pending': 'Under review',
  'status.enrolled': 'Enrolled',
  'status.suspended': 'Takes no new cases',
  'status.removed': 'Removed',
  'status.left': 'Left',

  'ranking.title': 'Ranking',
  'ranking.lead': 'Ordered by how surely problems really get solved. No payment and no size counts.',
  'ranking.region': 'Region',
  'ranking.all': 'All regions',
  'ranking.empty': 'No enrolled business in this region yet',
  'ranking.emptyText': 'Try another region, or ask your business to join.',
  'ranking.insufficient': 'Too few cases, not ranked yet',
  'ranking.position': 'Rank {n}',
  'ranking.caption': 'Settlement records of businesses, highest cautious share of confirmed first',
  'ranking.enterprise': 'Business',
  'ranking.score': 'Results',
  'ranking.invite': 'Ask a business to join',
  'ranking.more': 'Show more',
  'ranking.running': { one: '{n} running', other: '{n} running' },
  'desk.title': 'Our scorecard',
  'desk.empty': 'Nothing here yet',
}
export default en
