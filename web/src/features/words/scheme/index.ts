/* An enrolment in words, apart from the rest of the vocabulary: light pages need no more. What is new to this client is shown as it is. */
import { translate } from '@/i18n'
import messages from './messages'

export const statusName = (status = ''): string => translate(messages, `enterpriseStatus.${status}`) ?? status

/** Why an enterprise was refused, suspended or removed. */
export const groundName = (ground: string): string => translate(messages, `schemeGround.${ground}`) ?? ground
