/* Money as it is typed. */
import { decimals, numbers, type Money } from './format'

/** The symbol of a currency: ¥ */
export function currencySymbol(currency: string): string {
  const parts = numbers({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).formatToParts(0)
  return parts.find((part) => part.type === 'currency')?.value ?? currency
}

/** In minor units. */
export const smallest = 1
export const biggest = 1_000_000_000

type MoneyError = 'money.invalid' | 'money.decimals' | 'money.noDecimals' | 'money.tooSmall' | 'money.tooBig'

/** Typed text to minor units. Accepts full-width digits, thousands separators, a currency sign and 元. Null for empty text. */
export function parseMoney(text: string, currency: string): { money: Money | null; error?: MoneyError } {
  const plain = text.normalize('NFKC').replace(/\s/g, '')
  if (plain === '') return { money: null }
  // A comma parts thousands or is a slip for the point, which would make the amount a hundred times as big: one elsewhere is refused.
  const found = /^[¥$€£]?(\d{1,13}|\d{1,3}(?:,\d{3})+)(?:[.。](\d*))?元?$/.exec(plain)
  if (!found) return { money: null, error: 'money.invalid' }
  const places = decimals(currency)
  const fraction = found[2] ?? ''
  if (fraction.length > places) return { money: null, error: places === 0 ? 'money.noDecimals' : 'money.decimals' }
  const minor = Number(found[1]!.replaceAll(',', '')) * 10 ** places + Number(fraction.padEnd(places, '0') || 0)
  if (minor < smallest) return { money: null, error: 'money.tooSmall' }
  if (minor > biggest) return { money: null, error: 'money.tooBig' }
  return { money: { currency, minor } }
}
