/* Short news that needs no answer. Errors that need one belong beside what failed. */
import { shallowRef } from 'vue'
import type { Tone } from './tone'

interface Toast {
  id: number
  text: string
  tone: Tone
  action?: { label: string; run: () => void }
}

export const toasts = shallowRef<readonly Toast[]>([])
let last = 0

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

/** Shows a toast; one with an action stays longer. */
export function toast(text: string, options: { tone?: Tone; action?: Toast['action'] } = {}): void {
  const id = ++last
  toasts.value = [...toasts.value.slice(-2), { id, text, tone: options.tone ?? 'neutral', action: options.action }]
  setTimeout(() => dismiss(id), options.action ? 12_000 : 6000)
}
