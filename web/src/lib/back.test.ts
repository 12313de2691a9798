import { mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import ErrorState from '@/ui/ErrorState.vue'
import { onBack, tellBack } from './back'
import { Problem } from './problem'

it('tells when the browser, the connection or somebody who looks says so, until it is not wanted any more', () => {
  const act = vi.fn()
  const leave = onBack(act)
  window.dispatchEvent(new Event('online'))
  tellBack()
  document.dispatchEvent(new Event('visibilitychange'))
  expect(act).toHaveBeenCalledTimes(3)
  leave()
  window.dispatchEvent(new Event('online'))
  tellBack()
  expect(act).toHaveBeenCalledTimes(3)
})

it('has every screen try again by itself, for what failed for the moment only', () => {
  const retry = vi.fn()
  const show = (code: string) => mount(ErrorState, { props: { problem: new Problem({ code }), onRetry: retry } })
  const offline = show('offline')
  window.dispatchEvent(new Event('online'))
  expect(retry).toHaveBeenCalledTimes(1)
  offline.unmount()
  window.dispatchEvent(new Event('online'))
  expect(retry).toHaveBeenCalledTimes(1)
  const refused = show('not_found')
  window.dispatchEvent(new Event('online'))
  expect(retry).toHaveBeenCalledTimes(1)
  refused.unmount()
})
