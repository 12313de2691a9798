import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  search: 'Find an enterprise',
  searchHint: 'Name or unified social credit code',
  failed: 'The search failed. Please try again in a moment.',
  noName: 'No enterprise has this in its name. Try a few characters of it, or its unified social credit code.',
  noCode: 'No enterprise has this code. Please check its 18 characters one by one.',
  notFound: 'Enterprise not found?',
  notFoundLink: 'It may not have joined: how to complain',
  how: 'How it works',
  'step.1.title': 'You say what happened',
  'step.1.when': 'about 5 minutes',
  'step.1.text': 'What went wrong, what you want, and photos. Your claim is the first offer on the table.',
  'step.2.title': 'The enterprise responds',
  'step.2.when': 'within {first_response} working days',
  'step.2.text': 'With an offer, an acceptance, a question, or a reasoned refusal. “Received” is no response.',
  'step.3.title': 'You negotiate',
  'step.3.when': 'within {negotiation} working days',
  'step.3.text': 'Like a chat, with offers that name amounts and dates. You can accept, counter or decline.',
  'step.4.title': 'Done is what counts',
  'step.4.when': 'by the agreed day',
  'step.4.text': 'It is settled once it is done and you confirm. If not, it goes to the regulator with the whole record.',
  rules: 'All rules',
  freedom: 'Settling does not limit your right to complain, to arbitrate or to sue. You can change course at any time.',
}
export default en
