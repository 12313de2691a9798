import type { Ref } from 'vue'

/** Arrow keys, Home and End of a list of tabs: they choose, and the keyboard goes along. Tabs have the id that `idOf` gives. */
export function useTabKeys<Key extends string>(keys: () => readonly Key[], chosen: Ref<Key>, idOf: (key: Key) => string) {
  return (event: KeyboardEvent) => {
    const list = keys()
    const at = list.indexOf(chosen.value)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: list.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    chosen.value = list[(to + list.length) % list.length]!
    document.getElementById(idOf(chosen.value))?.focus()
  }
}
