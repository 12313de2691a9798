import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'replies.title': 'Saved replies',
  'replies.lead': 'What you write often: every member can put it into a message, and change it before sending.',
  'replies.add': 'Add a saved reply',
  'replies.edit': 'Change',
  'replies.editTitle': 'Change a saved reply',
  'replies.delete': 'Delete',
  'replies.deleteTitle': 'Delete “{name}”?',
  'replies.deleteText': 'Nobody can use it any more. Messages that were sent stay as they are.',
  'replies.saved': 'Saved “{name}”',
  'replies.deleted': 'Deleted “{name}”',
  'replies.empty': 'No saved replies yet',
  'replies.emptyText': 'For example a greeting, asking for photos, or how long a refund takes.',
  'replies.list': 'Saved replies',
  'replies.name': 'Name',
  'replies.nameHint': 'By which it is found; at most 40 characters',
  'replies.text': 'Text',
  'replies.textHint': 'When it is used, {name} becomes the consumer’s surname and {code} the case code.',
  'replies.needName': 'Please enter a name',
  'replies.needText': 'Please enter the text',

  'replies.choose': 'Use a saved reply',
  'replies.chooseText': 'It goes into the message, for you to change and send.',
  'replies.search': 'Find a saved reply',
  'replies.none': 'None found',
  'replies.noneYet': 'There are none yet. Supervisors add them on the page “Saved replies”.',
  'replies.manage': 'Manage saved replies',
}
export default en
