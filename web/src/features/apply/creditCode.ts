/*
 * The unified social credit code (GB 32100-2015) as it is typed, by the same rules as the server (negotiation/creditcode).
 * A wrong check character is an error; a wrong check character of the organisation code within (GB 11714) is a warning only:
 * real codes without it exist.
 */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** Full-width characters, small letters, white space, hyphens and invisible signs put right. */
export const normalise = (text: string): string => text.normalize('NFKC').toUpperCase().replace(/[\s\p{Pd}\p{Cf}]/gu, '')

type CodeState =
  | { state: 'empty' | 'typing' | 'ok' | 'warning' }
  | { state: 'wrong'; reason: 'length' | 'alphabet' | 'check'; at?: number }

function wrongAt(code: string): number {
  return [...code].findIndex((char, i) => {
    const value = alphabet.indexOf(char)
    return value < 0 || (i >= 2 && i < 8 && value > 9)
  })
}

const checkCharacter = (code: string): string => {
  let weight = 1
  let sum = 0
  for (const char of code.slice(0, 17)) {
    sum += alphabet.indexOf(char) * weight
    weight = (weight * 3) % 31
  }
  return alphabet[(31 - (sum % 31)) % 31]!
}

const orgWeights = [3, 7, 9, 10, 5, 8, 4, 2]
function orgCheck(org: string): string {
  const sum = orgWeights.reduce((total, weight, i) => {
    const char = org[i]!
    return total + weight * (char >= 'A' ? char.charCodeAt(0) - 55 : Number(char))
  }, 0)
  return '0X987654321'[sum % 11]!
}

/** What is to be said while somebody types: a wrong character at once, a wrong length only when `done`. */
export function readCode(text: string, done = false): CodeState {
  const code = normalise(text)
  if (code === '') return { state: 'empty' }
  const at = wrongAt(code.slice(0, 18))
  if (at >= 0) return { state: 'wrong', reason: 'alphabet', at }
  if (code.length > 18 || (code.length < 18 && done)) return { state: 'wrong', reason: 'length' }
  if (code.length < 18) return { state: 'typing' }
  if (checkCharacter(code) !== code[17]) return { state: 'wrong', reason: 'check' }
  return { state: code[16] === orgCheck(code.slice(8, 16)) ? 'ok' : 'warning' }
}
