import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  province: 'Province',
  city: 'City',
  county: 'County',
  choose: 'Choose',
  allOf: 'All of it',
  failed: 'The regions did not load.',
}
export default en
