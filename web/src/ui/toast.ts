/* Short news that needs no answer. Errors that need one belong beside what failed. */
import { shallowRef } from 'vue'
import type { Tone } from './tone'

interface Toast {
  id: number
  text: string
  tone: Tone
}

export const toasts = shallowRef<readonly Toast[]>([])
let last = 0

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

export function toast(text: string, { tone = 'neutral' }: { tone?: Tone } = {}): void {
  const id = ++last
  toasts.value = [...toasts.value.slice(-2), { id, text, tone }]
  setTimeout(() => dismiss(id), 6000)
}
