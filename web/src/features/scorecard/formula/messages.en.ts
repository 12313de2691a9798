import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  formula: 'How it is counted',
  version: 'formula version {version}',
  'formula.1':
    'n counts disputes whose negotiation ended in the last 365 days; duplicates, abuse and upheld refusals ruled by officers are left out.',
  'formula.2': 'Confirmed = agreed, performed, and confirmed by the consumer or found by an officer. Silence never counts as confirmed.',
  'formula.3': 'The rank is the Wilson 95% lower bound of confirmed ÷ (n − performance not confirmed). No grade under 10 cases or 5 consumers.',
  'formula.4': 'Times count working days only, whole days; a case never answered counts as the full limit.',
  'formula.5': 'No payment affects the rank.',
  hint: 'Ranked by the lower end of the Wilson 95% interval: more cases and more confirmations raise it; a few good ones cannot top the list.',
  rules: 'All rules',
}
export default en
