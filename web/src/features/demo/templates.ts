import { translate } from '@/i18n'
import messages from './messages'

/** A notice's kind in words; its own name when it is new to this client. */
export const templateName = (template: string): string => translate(messages, `template.${template}`) ?? template
