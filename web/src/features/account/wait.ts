import { translate } from '@/i18n'
import type { ProblemBody } from '@/lib/problem'
import messages from './messages'

/** A wait in words: 45 秒, 12 分钟, 2 小时. Rounded up, so that nobody comes back too early. */
export function waitText(seconds: number): string {
  const say = (key: string, n: number) => translate(messages, key, { n })!
  if (seconds <= 90) return say('wait.seconds', Math.max(1, Math.ceil(seconds)))
  if (seconds <= 90 * 60) return say('wait.minutes', Math.ceil(seconds / 60))
  return say('wait.hours', Math.ceil(seconds / 3600))
}

/** Seconds until a limit opens again, when the server told. */
export function retryAfter(problem: ProblemBody): number | null {
  const seconds = Number(problem.params?.retry_after)
  return problem.code === 'rate_limited' && Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** An eleven-digit mobile number without +86, spaces and the like; null when it cannot be one. */
export function readPhone(text: string): string | null {
  const plain = text.normalize('NFKC').replace(/[\s\-()]/g, '').replace(/^(\+|00)?86(?=1\d{10}$)/, '')
  return /^1[3-9]\d{9}$/.test(plain) ? plain : null
}

/** 138****8000 */
export const maskPhone = (phone: string): string => phone.replace(/^(?:\+86)?(\d{3})\d+(\d{4})$/, '$1****$2')
