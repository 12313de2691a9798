import type { Size } from './size'

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger'

const base =
  'inline-flex shrink-0 items-center justify-center gap-2 rounded-md font-medium text-center select-none ' +
  'transition-colors duration-150 disabled:opacity-55 aria-disabled:opacity-55'

const sizes: Record<Size, string> = {
  sm: 'min-h-7 px-2.5 py-0.5 text-sm',
  md: 'min-h-9 px-3.5 py-1 text-sm',
  lg: 'min-h-11 px-5 py-2 text-base',
}

const variants: Record<ButtonVariant, string> = {
  primary: 'bg-brand text-on-brand not-disabled:hover:bg-brand-strong',
  secondary: 'border border-edge bg-card text-fg not-disabled:hover:bg-soft',
  quiet: 'text-brand not-disabled:hover:bg-brand-soft',
  danger: 'border border-danger bg-card text-danger not-disabled:hover:bg-danger-soft',
}

export function buttonClass(variant: ButtonVariant, size: Size, block: boolean): string {
  return `${base} ${sizes[size]} ${variants[variant]}${block ? ' w-full' : ''}`
}

export const iconSize: Record<Size, number> = { sm: 16, md: 18, lg: 20 }
