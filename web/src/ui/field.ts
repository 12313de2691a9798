/* Ties a control to the label, hint and error of the Field around it. */
import { computed, inject, provide, shallowRef, useId, type ComputedRef, type InjectionKey, type ShallowRef } from 'vue'
import type { Size } from './size'

interface FieldContext {
  id: string
  describedBy: ComputedRef<string | undefined>
  invalid: ComputedRef<boolean>
  required: ComputedRef<boolean>
  /** What the control itself finds wrong, such as an amount that cannot be read. */
  ownError: ShallowRef<string | undefined>
}

const key: InjectionKey<FieldContext> = Symbol('field')

export function provideField(context: FieldContext): void {
  provide(key, context)
}

export function useField(): FieldContext {
  return inject(
    key,
    () => ({
      id: useId(),
      describedBy: computed(() => undefined),
      invalid: computed(() => false),
      required: computed(() => false),
      ownError: shallowRef<string>(),
    }),
    true,
  )
}

/** Looks of a text control; the border has 3:1 contrast. */
export const controlClass =
  'w-full rounded-md border bg-card text-fg placeholder:text-muted transition-colors ' +
  'border-edge hover:border-fg aria-invalid:border-danger aria-invalid:border-2 ' +
  'focus-visible:outline-offset-0 disabled:bg-soft disabled:opacity-70'

export const controlSizes: Record<Size, string> = {
  sm: 'min-h-7 px-2 py-0.5 text-sm',
  md: 'min-h-9 px-3 py-1 text-sm',
  lg: 'min-h-11 px-3.5 py-2 text-base',
}
