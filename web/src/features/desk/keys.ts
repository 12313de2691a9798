/* The desk's keys: which key does what, and when it does nothing. */
import { onMounted, onScopeDispose } from 'vue'
import { ofInputMethod } from '@/lib/inputMethod'

export type DeskAction = 'next' | 'previous' | 'open' | 'reply' | 'question' | 'saved' | 'offer' | 'accept' | 'note' | 'take' | 'search' | 'help' | 'back'

/** In the order in which the help shows them. */
export const keyMap: readonly { key: string; action: DeskAction }[] = [
  { key: 'j', action: 'next' },
  { key: 'k', action: 'previous' },
  { key: 'Enter', action: 'open' },
  { key: 'r', action: 'reply' },
  { key: 'q', action: 'question' },
  { key: 's', action: 'saved' },
  { key: 'o', action: 'offer' },
  { key: 'a', action: 'accept' },
  { key: 'n', action: 'note' },
  { key: 't', action: 'take' },
  { key: '/', action: 'search' },
  { key: '?', action: 'help' },
  { key: 'Escape', action: 'back' },
]

type Stroke = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'keyCode' | 'target'>

/** Whether somebody is writing: then letters are letters. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button])')
}

/** What a stroke asks for; null when it is none of ours. Enter is left to what has the focus. */
export function actionOf(stroke: Stroke): DeskAction | null {
  if (stroke.ctrlKey || stroke.metaKey || stroke.altKey || ofInputMethod(stroke)) return null
  const { action } = keyMap.find(({ key }) => key === (stroke.key.length === 1 ? stroke.key.toLowerCase() : stroke.key)) ?? {}
  if (!action || (action !== 'back' && isTyping(stroke.target))) return null
  // Buttons, links and tabs have an Enter of their own; the list's rows are links.
  if (action === 'open' && stroke.target instanceof HTMLElement && stroke.target.closest('a, button, [role=tab], summary, input')) return null
  return action
}

/** Listens while the component lives. A dialog that is open has the keyboard to itself. */
export function useKeys(act: (action: DeskAction, event: KeyboardEvent) => void): void {
  function heard(event: KeyboardEvent) {
    if (event.defaultPrevented || document.querySelector('dialog[open], [role=menu]')) return
    const action = actionOf(event)
    if (!action) return
    if (action !== 'back') event.preventDefault()
    act(action, event)
  }
  onMounted(() => document.addEventListener('keydown', heard))
  onScopeDispose(() => document.removeEventListener('keydown', heard))
}
