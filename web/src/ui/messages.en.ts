import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'money.invalid': 'Enter an amount, for example 150.00',
  'money.decimals': {
    one: 'At most {n} decimal place, for example 150.0',
    other: 'At most {n} decimal places, for example 150.00',
  },
  'money.noDecimals': 'This currency has no decimals',
  'money.tooSmall': 'The amount must be at least {min}',
  'money.tooBig': 'The amount must be at most {max}',
  'number.invalid': 'Enter a whole number',
  'number.range': 'Enter a whole number from {min} to {max}',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Could not copy. Please select the text yourself',
  stepOf: 'Step {step} of {total}',
  stepDone: 'done',
  sortAscending: 'lowest first',
  sortDescending: 'highest first',
  qr: 'QR code: {text}',
  errorsTitle: { one: '{n} thing needs a change', other: '{n} things need a change' },
  confirm: 'Confirm',
  notifications: 'Notifications',
}
export default en
