import { translate } from '@/i18n'
import type { components } from '@/api'
import messages from './messages'

/** The state of an enrolment in a word; light pages do without the whole vocabulary. */
export const statusName = (status: components['schemas']['EnterpriseStatus']): string =>
  translate(messages, `status.${status}`) ?? status
