import { translate, type Dictionary, type Messages } from '@/i18n'
import messages from './messages'

/** A notice's kind in words; its own name when it is new to this client. */
export const templateName = (template: string): string => translate(messages as unknown as Dictionary<Messages>, `template.${template}`) ?? template
