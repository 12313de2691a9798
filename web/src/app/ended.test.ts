import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { tellSignInRequired } from '@/api'
import { readDraft, writeDraft } from '@/features/room/drafts'
import { Problem } from '@/lib/problem'
import { watchEnded } from './ended'
import { useSession } from './session'

const world = vi.hoisted(() => ({ answer: () => Promise.resolve({}) as Promise<object>, asked: 0 }))
vi.mock('@/api', async (original) => ({
  ...(await original<object>()),
  api: { GET: () => (world.asked++, world.answer()) },
  data: (call: Promise<unknown>) => call,
}))

const page = { render: () => null }
const session = useSession()
const mei = { id: 'mei', role: 'consumer' }
let now = 0
const router = createRouter({
  history: createMemoryHistory(),
  routes: [
    { path: '/', component: page, meta: { page: {} as never } },
    { path: '/sign-in', name: 'sign-in', component: page, meta: { page: {} as never } },
    { path: '/c/:id', component: page, meta: { page: { roles: ['consumer'] } as never } },
  ],
})
let visits = 0
router.afterEach(() => void visits++)
watchEnded(router, () => now)

const here = () => router.currentRoute.value.fullPath
async function at(path: string) {
  session.me = mei as never
  session.known = true
  await router.push(path)
  visits = world.asked = 0
}
async function end() {
  tellSignInRequired()
  tellSignInRequired()
  await flushPromises()
}

beforeEach(() => (now += 60_000))

it('leads to the sign-in and keeps the place', async () => {
  world.answer = () => Promise.resolve({})
  await at('/c/1?x=2')
  tellSignInRequired()
  expect(session.me).toBeNull() // hidden at once
  await flushPromises()
  expect(here()).toBe('/sign-in?next=/c/1?x=2&ended=1')
  expect(session.left).toBe(false) // unsent words stay
})

it('begins the page again when another tab has signed in meanwhile, but not for ever', async () => {
  world.answer = () => Promise.resolve({ account: mei })
  await at('/c/1')
  await end()
  expect(session.me).toEqual(mei)
  expect([here(), visits, world.asked]).toEqual(['/c/1', 1, 1])
  now += 1000
  await end()
  expect(router.currentRoute.value.name).toBe('sign-in')
})

it('shows nothing while nobody can say who is here', async () => {
  world.answer = () => Promise.reject(new Problem({ code: 'offline' }))
  await at('/c/1')
  await end()
  expect([session.me, session.known, here()]).toEqual([null, false, '/c/1'])
  expect(session.problem?.code).toBe('offline')
})

it('leaves a public page alone', async () => {
  await at('/')
  await end()
  expect([here(), visits]).toEqual(['/', 0])
})

it('keeps unsent words for the one who wrote them, and for nobody else', async () => {
  localStorage.clear()
  world.answer = () => Promise.resolve({ account: mei })
  await session.reload()
  writeDraft('c/room', '等一下')
  world.answer = () => Promise.resolve({})
  await at('/c/1')
  await end()
  expect([session.me, readDraft('c/room')]).toEqual([null, ''])
  world.answer = () => Promise.resolve({ account: mei })
  await session.reload()
  expect(readDraft('c/room')).toBe('等一下')
  world.answer = () => Promise.resolve({ account: { id: 'li', role: 'consumer' } })
  await session.reload()
  expect([readDraft('c/room'), localStorage.length]).toEqual(['', 0])
  writeDraft('d/room', '走了')
  session.forget(true)
  expect(localStorage.length).toBe(0)
})

it('begins again when another tab tells that somebody else is here, or nobody', async () => {
  const other = new BroadcastChannel('hejie.session')
  const heard: unknown[] = []
  other.onmessage = ({ data }) => heard.push(data)
  world.answer = () => Promise.resolve({ account: mei })
  await session.reload()
  await at('/c/1')
  await vi.waitFor(() => expect(heard).toContainEqual({ id: 'mei', leaving: false }))
  writeDraft('c/room', '等一下')

  other.postMessage({ id: 'mei', leaving: false }) // as is known
  const li = { id: 'li', role: 'consumer' }
  world.answer = () => Promise.resolve({ account: li })
  other.postMessage({ id: 'li', leaving: false })
  await vi.waitFor(() => expect([session.me, here(), visits, world.asked]).toEqual([li, '/c/1', 1, 1]))
  expect(readDraft('c/room')).toBe('')

  writeDraft('d/room', '走了')
  world.answer = () => Promise.resolve({})
  other.postMessage({ id: '', leaving: true })
  await vi.waitFor(() => expect([session.me, session.left, here()]).toEqual([null, true, '/sign-in?next=/c/1&ended=1']))
  expect(localStorage.length).toBe(0)

  world.answer = () => Promise.resolve({ account: li })
  await router.push('/')
  other.postMessage({ id: 'li', leaving: false })
  await vi.waitFor(() => expect(session.me).toEqual(li))
  other.close()
})
