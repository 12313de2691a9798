import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'classes': 'Result by result',
  'class': 'Result',
  'means': 'Meaning',
  'counts': 'Counts as',
  'number': 'Cases',
  'share': 'Share',
  'as.confirmed': 'Confirmed',
  'as.unknown': 'Unknown',
  'as.failed': 'Failed',
  'as.left_out': 'Left out',
  'total': 'Counted in all',
  'means.SC': 'Agreed and performed; confirmed by the consumer or found by an officer',
  'means.SU': 'Reported as performed; the consumer kept silent',
  'means.WC': 'Withdrawn by the consumer, or the consumer’s own part was not done',
  'means.LC': 'An offer lay open and the consumer kept silent',
  'means.CE': 'Sent to the bureau before a response was due, or while only the enterprise’s question lay open',
  'means.SB': 'Agreed and not performed; provisional until an officer finds',
  'means.TE': 'No first response in time',
  'means.UE': 'Negotiated, not settled',
  'means.RR': 'Refusal not ruled yet, or overturned',
  'means.RX': 'Refusal upheld by an officer',
  'means.DU': 'Found to be a duplicate',
  'means.AB': 'Found to be abuse or no consumer dispute',
}
export default en
