/* Light, dark, or like the system. public/boot.js sets the same before the first paint. */
import { shallowRef } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'

const dark = () => matchMedia('(prefers-color-scheme: dark)')

function stored(): Theme {
  try {
    const value = localStorage.getItem('hejie.theme')
    return value === 'light' || value === 'dark' ? value : 'auto'
  } catch {
    return 'auto'
  }
}

export const theme = shallowRef<Theme>(stored())

function paint(): void {
  document.documentElement.dataset.theme = theme.value === 'auto' ? (dark().matches ? 'dark' : 'light') : theme.value
}

export function setTheme(next: Theme): void {
  theme.value = next
  try {
    if (next === 'auto') localStorage.removeItem('hejie.theme')
    else localStorage.setItem('hejie.theme', next)
  } catch {
    // Without storage the choice holds until the page is left.
  }
  paint()
}

/** Follows the system while the choice is auto. */
export function watchSystemTheme(): void {
  dark().addEventListener('change', paint)
}
