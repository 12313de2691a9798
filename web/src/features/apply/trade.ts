/* The trade of an enterprise in words, by its code of GB/T 4754: a letter, or digits of which the first two say the division. */
import { translate } from '@/i18n'
import messages from './messages'

/** The last division of each section, A to T. */
const lastDivisions = [5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97]

/** "H" and "612" → 住宿和餐饮业; a section that has no name here stays the code. */
export function tradeName(code: string): string {
  const division = Number(code.slice(0, 2))
  const section = /^[A-T]$/.test(code) ? code : String.fromCharCode(65 + lastDivisions.findIndex((last) => division <= last))
  const name = translate(messages, `industry.${section}`)
  if (!name) return code
  return code === section ? name : translate(messages, 'industry.code', { name, code })!
}
