import { watch, type Ref } from 'vue'

/** Sets fields of a model one after the other, also within one tick, as a browser does that fills in name and address at once. */
export function usePatch<T extends object>(model: Ref<T>): (fields: Partial<T>) => void {
  let latest = model.value
  watch(model, (value) => (latest = value), { flush: 'sync' })
  return (fields) => {
    latest = { ...latest, ...fields }
    model.value = latest
  }
}
