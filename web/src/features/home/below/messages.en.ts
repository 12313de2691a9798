import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  back: 'Already filed?',
  backText: 'Sign in with your phone number, or enter the case code.',
  code: 'Case code',
  open: 'Open',
  codeWrong: 'A case code has 10 letters and digits, for example K7QM2-XW9PD',
  signIn: 'Sign in by phone',
  mine: 'My cases',
  ranking: 'Who really solves problems',
  rankingText: 'Only what was done and confirmed counts, in cautious order.',
  rankingAll: 'Whole ranking',
  apply: 'For enterprises: apply to join',
  'example.message': 'The sole came off. I would like part of the money back.',
  'example.title': 'Offer by the enterprise',
  'example.state': 'Awaiting an answer',
  'example.terms': 'Refund of ¥150.00, nothing to send back, paid within 3 working days of acceptance',
  'example.valid': 'Stands for 5 working days; the enterprise cannot withdraw it',
  'example.accept': 'Accept',
  'example.counter': 'Counter',
  'example.decline': 'Decline',
}
export default en
