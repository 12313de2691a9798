/*
 * A page whose code did not come. Either there is a new release and the old parts are gone: then all is loaded afresh, once. Or
 * the network is away: then the page on screen stays, with what was typed into it, and a bar (StuckNotice) offers to try again.
 */
import { shallowRef } from 'vue'
import type { Router } from 'vue-router'
import { api, data } from '@/api'
import { onBack } from '@/lib/back'
import { asProblem } from '@/lib/problem'

/** Where somebody wanted to go, and how to try again; null when nobody is stuck. */
export const stuck = shallowRef<{ path: string; retry: () => void } | null>(null)

const key = 'hejie.reloaded'

/** Whether the server answers at all. */
const reachable = () =>
  data(api.GET('/api/session', {})).then(
    () => true,
    (thrown) => !asProblem(thrown).temporary,
  )

/** Notes that all is loaded afresh for a path. False when it was already, or nothing can be noted: it might go on for ever. */
function noted(path: string): boolean {
  try {
    if (sessionStorage.getItem(key) === path) return false
    sessionStorage.setItem(key, path)
    return true
  } catch {
    return false
  }
}

function forget(): void {
  try {
    sessionStorage.removeItem(key)
  } catch {
    // Nothing was noted then.
  }
}

export function watchStuck(router: Router, go: (path: string) => void = (path) => location.assign(path)): void {
  router.onError(async (error: Error, to) => {
    if (!/import|module|style sheet/i.test(error.message)) return
    const path = to.fullPath
    if ((await reachable()) && noted(path)) return go(path)
    stuck.value = { path, retry: () => void router.push(path).catch(() => undefined) }
  })
  router.afterEach((_to, _from, failure) => {
    if (failure) return
    stuck.value = null
    forget()
  })
  // Nothing was on screen yet, so nothing can be lost.
  onBack(() => router.currentRoute.value.matched.length === 0 && stuck.value?.retry())
}
