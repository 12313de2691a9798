import { mount, RouterLinkStub } from '@vue/test-utils'
import { expect, it } from 'vitest'
import AccountLink from './AccountLink.vue'
import { useSession } from './session'

it.each([
  ['周岳宁', '账户：周岳宁'],
  ['', '账户'],
])('is named after whoever is signed in, also where no name was given yet: %s', (name, label) => {
  useSession().me = { id: 'a', role: 'consumer', name } as never
  const link = mount(AccountLink, { global: { stubs: { RouterLink: RouterLinkStub } } })
  expect(link.get('[aria-label]').attributes('aria-label')).toBe(label)
})
