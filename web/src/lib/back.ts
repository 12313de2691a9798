/*
 * When the network is back. Whatever could not be loaded tries again by itself then: ErrorState listens for every screen.
 * Told by the browser, by the live connection after a break, and by a page that somebody looks at again.
 */
const listeners = new Set<() => void>()

/** Calls `act` each time the network seems to be back, until the answer is called. */
export function onBack(act: () => void): () => void {
  if (listeners.size === 0) {
    window.addEventListener('online', tellBack)
    document.addEventListener('visibilitychange', looked)
  }
  listeners.add(act)
  return () => {
    if (!listeners.delete(act) || listeners.size > 0) return
    window.removeEventListener('online', tellBack)
    document.removeEventListener('visibilitychange', looked)
  }
}

export function tellBack(): void {
  for (const act of [...listeners]) act()
}

function looked(): void {
  if (document.visibilityState === 'visible') tellBack()
}
