/* Who is here: one state for the whole app. A plain module: a store library would cost every first visit 3 KB. */
import { computed, reactive, shallowRef } from 'vue'
import { api, data, type components } from '@/api'
import { belongTo, belongToNobody } from '@/lib/mine'
import { asProblem, type Problem } from '@/lib/problem'

export type Role = components['schemas']['Role']
type Account = components['schemas']['Account']

/** What a tab tells the others of this browser, which share its cookie: who is here by the word of the server, and whether somebody left. */
interface Word {
  id: string
  leaving: boolean
}

function makeSession() {
  const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('hejie.session')
  const me = shallowRef<Account | null>(null)
  /** False until the server has said who is here, or that nobody is. */
  const known = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  /** Whether they left by themselves: then nothing of theirs stays on this device. */
  const left = shallowRef(false)
  let running: Promise<void> | undefined

  function here(account: Account | null, leaving = false): void {
    if (account) belongTo(account.id)
    else belongToNobody(leaving)
    me.value = account
    known.value = true
  }

  const tell = (leaving: boolean) => tabs?.postMessage({ id: me.value?.id ?? '', leaving } satisfies Word)

  /** Calls when another tab knows that somebody else is here, or nobody: what this one shows is not theirs, and what it sends would be. */
  function onOther(changed: (leaving: boolean) => void): void {
    tabs?.addEventListener('message', ({ data: word }: MessageEvent<Word>) => {
      if (known.value && word.id !== (me.value?.id ?? '')) changed(word.leaving)
    })
  }

  async function ask(): Promise<void> {
    try {
      const session = await data(api.GET('/api/session', {}))
      here(session.account ?? null)
      tell(false)
      problem.value = null
    } catch (thrown) {
      const failure = asProblem(thrown)
      if (failure.status === 401) {
        here(null)
        problem.value = null
      } else problem.value = failure
    }
  }

  /** Asks once; later calls wait for the same answer. */
  function load(): Promise<void> {
    if (known.value) return Promise.resolve()
    running ??= ask().finally(() => (running = undefined))
    return running
  }

  /** Asks again, after signing in or when rights may have changed. */
  async function reload(): Promise<void> {
    known.value = false
    await load()
  }

  /** Nobody is here any more: the session ended, or they left. */
  function forget(leaving = false): void {
    left.value = leaving
    here(null, leaving)
  }

  async function signOut(): Promise<void> {
    await data(api.DELETE('/api/session', {}))
    forget(true)
    tell(true)
  }

  const isStaff = computed(() => me.value !== null && me.value.role !== 'consumer')
  /** Where this person works. */
  const home = computed(() => {
    switch (me.value?.role) {
      case 'desk_agent':
      case 'desk_supervisor':
        return '/desk'
      case 'officer':
        return '/board'
      case 'administrator':
        return '/admin'
      default:
        return '/'
    }
  })

  return reactive({ me, known, left, problem, isStaff, home, load, reload, forget, signOut, onOther })
}

const session = makeSession()

export function useSession() {
  return session
}
