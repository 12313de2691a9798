import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'ranking.title': 'Ranking',
  'ranking.lead': 'Ordered by how surely problems really get solved. No payment and no size counts.',
  'ranking.region': 'Region',
  'ranking.all': 'All regions',
  'ranking.empty': 'No enrolled enterprise in this region yet',
  'ranking.emptyText': 'Try another region, or ask your enterprise to join.',
  'ranking.insufficient': 'Too few cases, not ranked yet',
  'ranking.position': 'Rank {n}',
  'ranking.caption': 'Settlement records of enterprises, highest cautious share of confirmed first',
  'ranking.invite': 'Ask an enterprise to join',
  'ranking.more': 'Show more',
  'ranking.running': { one: '{n} running', other: '{n} running' },
}
export default en
