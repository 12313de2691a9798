import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { tellBack } from '@/lib/back'
import { Problem } from '@/lib/problem'
import { stuck, watchStuck } from './stuck'
import StuckNotice from './StuckNotice.vue'

vi.mock('@/api', () => ({
  api: { GET: () => (online ? Promise.resolve({}) : Promise.reject(new Problem({ code: 'offline' }))) },
  data: (call: Promise<unknown>) => call,
}))

const page = { render: () => null }
let online = true
let broken: string | null = null

function setup() {
  const went: string[] = []
  const load = () => (broken ? Promise.reject(new TypeError(broken)) : Promise.resolve({ default: page }))
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: page },
      { path: '/there', component: load },
    ],
  })
  watchStuck(router, (path) => went.push(path))
  const visit = async (path: string) => {
    await router.push(path).catch(() => undefined)
    await flushPromises()
  }
  return { router, went, visit, here: () => router.currentRoute.value.path }
}

beforeEach(() => {
  online = true
  broken = 'Failed to fetch dynamically imported module: /assets/There-x.js'
  stuck.value = null
  sessionStorage.clear()
})

afterEach(() => vi.unstubAllGlobals())

it('loads all afresh after a new release, once', async () => {
  const { went, visit } = setup()
  await visit('/')
  await visit('/there')
  expect(went).toEqual(['/there'])
  expect(stuck.value).toBeNull()
  await visit('/there')
  expect(went).toEqual(['/there'])
  expect(stuck.value?.path).toBe('/there')
})

it('tells who stores nothing that they are stuck, where loading afresh might go on for ever', async () => {
  vi.stubGlobal('sessionStorage', null)
  const { went, visit, here } = setup()
  await visit('/')
  await visit('/there')
  expect([here(), went, stuck.value?.path]).toEqual(['/', [], '/there'])
  broken = null
  await visit('/there')
  expect([here(), stuck.value]).toEqual(['/there', null])
})

it('leaves the page on screen alone while the network is away, and goes on when asked', async () => {
  const { went, visit, here } = setup()
  await visit('/')
  online = false
  await visit('/there')
  expect([here(), went, stuck.value?.path]).toEqual(['/', [], '/there'])
  online = true
  broken = null
  tellBack()
  await flushPromises()
  expect(here(), 'something may have been typed meanwhile').toBe('/')
  stuck.value!.retry()
  await flushPromises()
  expect([here(), stuck.value]).toEqual(['/there', null])
})

it('can be closed beside a page only: alone, it is all there is', async () => {
  const { router, visit } = setup()
  const buttons = () => mount(StuckNotice, { global: { plugins: [router] } }).findAll('button').map((one) => one.text())
  online = false
  await visit('/there')
  expect(buttons()).toEqual(['重试'])
  await visit('/')
  await visit('/there')
  expect(buttons()).toEqual(['关闭', '重试'])
})

it('goes on by itself when nothing was on screen', async () => {
  const { visit, here } = setup()
  online = false
  await visit('/there')
  expect(stuck.value?.path).toBe('/there')
  online = true
  broken = null
  tellBack()
  await flushPromises()
  expect(here()).toBe('/there')
})
