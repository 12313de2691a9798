/*
 * How big controls are: lg (44 px) for consumers, md (36 px) for desks and
 * officers, sm (28 px) inside dense rows. A shell sets it once for all below
 * it; a component's own `size` prop wins.
 */
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'

export type Size = 'sm' | 'md' | 'lg'

const key: InjectionKey<Size> = Symbol('size')

export function provideSize(size: Size): void {
  provide(key, size)
}

export function useSize(own?: () => Size | undefined): ComputedRef<Size> {
  const around = inject(key, 'lg')
  return computed(() => own?.() ?? around)
}
