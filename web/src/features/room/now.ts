/* Business time, which the server tells: a demo may have moved it. */
import { onScopeDispose, shallowRef, type Ref } from 'vue'

/** Milliseconds that business time is ahead of this device's clock. */
const ahead = shallowRef(0)
const now = shallowRef(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

const tick = () => (now.value = Date.now() + ahead.value)

/** Called with the server's business time, as it came in an answer. */
export function setBusinessNow(instant: string): void {
  const heard = Date.parse(instant) - Date.now()
  // Under a second it is only the way of the answer.
  if (Math.abs(heard - ahead.value) > 1000) ahead.value = heard
  tick()
}

/** Business time, each second while somebody looks. */
export function useNow(): Readonly<Ref<number>> {
  tick()
  if (users++ === 0) timer = setInterval(tick, 1000)
  onScopeDispose(() => {
    if (--users === 0) clearInterval(timer)
  })
  return now
}
