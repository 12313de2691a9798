import { CircleAlert, CircleCheck, Info, TriangleAlert } from '@lucide/vue'
import type { Component } from 'vue'

/** What something means. Always with a word or an icon: colour never speaks alone. */
export type Tone = 'neutral' | 'brand' | 'ok' | 'warn' | 'danger'

export const toneClass: Record<Tone, string> = {
  neutral: 'bg-soft text-muted',
  brand: 'bg-brand-soft text-brand',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
}

export const toneIcon: Record<Tone, Component> = {
  neutral: Info,
  brand: Info,
  ok: CircleCheck,
  warn: TriangleAlert,
  danger: CircleAlert,
}
