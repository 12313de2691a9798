/* Attributes of HTML that Vue's types do not know. */
import '@vue/runtime-dom'

declare module '@vue/runtime-dom' {
  interface HTMLAttributes {
    popover?: 'auto' | 'manual'
  }
  interface ThHTMLAttributes {
    width?: string
  }
}
