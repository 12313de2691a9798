import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import type { Enterprise, Scorecard } from '@/features/words/types'
import EnterpriseProfile from './EnterpriseProfile.vue'

afterEach(() => vi.unstubAllGlobals())

it('fetches what lies below the card only once the card is there: on a page that is still short it lies near', async () => {
  const observed: Element[] = []
  vi.stubGlobal('IntersectionObserver', class {
    observe = (element: Element) => void observed.push(element)
    disconnect = () => undefined
  })
  vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('offline')))) // the rules stay the published ones
  const enterprise = { id: 'e', name: '岳阳湘湖里电器', status: 'enrolled', region_name: '岳阳市', since: '2026-05-06T01:00:00Z' } as Enterprise
  const profile = mount(EnterpriseProfile, {
    props: { enterprise, card: null, cardProblem: null },
    global: { stubs: { ScoreCard: true, RouterLink: true } },
  })
  await flushPromises()
  expect(observed).toHaveLength(0)
  await profile.setProps({ card: {} as Scorecard })
  await flushPromises()
  expect(observed).toHaveLength(1)
})
