/*
 * A session that ended: nothing personal stays on the screen (App hides the page), and who signs in again comes back to the same
 * place. Unsent words wait on this device. Another tab may have signed in meanwhile: then the page just begins again, and at once when
 * that tab tells of somebody else.
 */
import type { Router } from 'vue-router'
import { onSignInRequired } from '@/api'
import { setTitle } from './router'
import { useSession } from './session'

/** So soon after the page began again it does not once more. */
const patience = 10_000

export function watchEnded(router: Router, now: () => number = Date.now): void {
  const session = useSession()
  let asking = false
  let began = -Infinity
  async function begin(leaving: boolean, other: boolean): Promise<void> {
    if (asking) return
    asking = true
    session.forget(leaving)
    const here = router.currentRoute.value
    if (here.meta.page?.roles) {
      setTitle('')
      if (other || now() - began > patience) await session.reload()
      if (session.me) began = now()
      // Without an answer the page says so, and its retry comes to the same.
      if (session.known) await router.replace(session.me ? { path: here.fullPath, force: true } : { name: 'sign-in', query: { next: here.fullPath, ended: '1' } })
    } else if (other) await session.reload()
    asking = false
  }
  onSignInRequired(() => begin(false, false))
  session.onOther((leaving) => begin(leaving, true))
}
