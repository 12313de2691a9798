import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  reconnecting: 'Reconnecting… What you typed is safe.',
  reconnectingIn: {
    one: 'Connection lost. Next try in {n} second. What you typed is safe.',
    other: 'Connection lost. Next try in {n} seconds. What you typed is safe.',
  },
  opensLater: 'What you asked for opens once it is back.',
  polling: 'Your network blocks live updates. Messages refresh every few seconds.',
  streaming: 'Your network blocks some live updates. Messages here arrive at once; lists refresh every few seconds.',
  late: 'What others write arrives some seconds late. Who else is here cannot be seen just now.',
  offline: 'No network. This continues by itself; what you typed is safe.',
  ended: 'The connection has ended. Please reload the page.',
  tryNow: 'Try now',
  reload: 'Reload',
  missedBoth: 'You missed {messages} messages and {offers} offers',
  missedMessages: { one: 'You missed {n} message', other: 'You missed {n} messages' },
  missedOffers: { one: 'You missed {n} offer', other: 'You missed {n} offers' },
}
export default en
