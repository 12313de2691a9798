import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  qr: 'Scan for the settlement record of this enterprise, and to raise a problem',
  share: 'Share',
  copy: 'Copy link',
  print: 'Print',
  title: 'QR code of this page',
}
export default en
