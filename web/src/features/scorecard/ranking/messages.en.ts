import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'ranking.title': 'Ranking',
  'ranking.lead': 'Ordered by how surely problems really get solved. No payment and no size counts.',
  'ranking.region': 'Region',
  'ranking.all': 'All regions',
  'ranking.empty': 'No enrolled business in this region yet',
  'ranking.emptyText': 'Try another region, or ask your business to join.',
  'ranking.insufficient': 'Too few cases, not ranked yet',
  'ranking.position': 'Rank {n}',
  'ranking.caption': 'Settlement records of businesses, highest cautious share of confirmed first',
  'ranking.invite': 'Ask a business to join',
  'ranking.more': 'Show more',
  'ranking.running': { one: '{n} running', other: '{n} running' },
}
export default en
