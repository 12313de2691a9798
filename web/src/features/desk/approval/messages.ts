import { defineMessages } from '@/i18n'
import zh from './messages.zh'

export default defineMessages(zh, () => import('./messages.en'))
