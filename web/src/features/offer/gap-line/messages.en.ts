import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'gap.title': 'How far apart',
  'gap.left': '{amount} apart',
  'gap.none': 'The amounts have met',
  'gap.waiting': 'Waiting for an amount from {who}',
  'gap.consumer': '{who} asked for {amount}',
  'gap.enterprise': '{who} offered {amount}',
  'gap.moved': '{who} came {amount} closer',
  'gap.unmoved': '{who} did not move',
  'gap.away': '{who} went back by {amount}',
  'gap.text': '{consumer} asked, in order: {asked}. {enterprise} offered, in order: {given}.',
}
export default en
