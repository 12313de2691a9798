import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  at24: '{day}, 24:00',
  estimated: ' (estimated: holidays not announced yet)',
  workingDaysLeft: { one: '{n} working day left', other: '{n} working days left' },
  daysLeft: { one: '{n} day left', other: '{n} days left' },
  lastDay: 'today is the last day',
  overdueWorkingDays: { one: '{n} working day overdue', other: '{n} working days overdue' },
  justNow: 'just now',
  lasting: 'for {time}',
  sinceDay: 'since {day}',
  workingDays: { one: '{n} working day', other: '{n} working days' },
  hours: { one: '{n} hour', other: '{n} hours' },
  minutes: { one: '{n} minute', other: '{n} minutes' },
  lessThanMinute: 'under 1 minute',
  join: '{a} {b}',
}
export default en
