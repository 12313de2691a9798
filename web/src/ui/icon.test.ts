import { createLucideIcon } from '@lucide/vue'
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import makeIcon from './icon'

it('draws what Lucide draws', () => {
  const node: [string, Record<string, string>][] = [
    ['path', { d: 'M15 21v-8', key: 'a' }],
    ['circle', { cx: '12', cy: '12', r: '4', key: 'b' }],
  ]
  const attrs = { size: 20, strokeWidth: 1.75, class: 'shrink-0', 'aria-hidden': 'true' }
  const ours = mount(makeIcon({ node }), { attrs })
  const theirs = mount(createLucideIcon('house', node), { attrs })
  expect(ours.element.innerHTML).toBe(theirs.element.innerHTML)
  for (const name of ['width', 'height', 'viewBox', 'fill', 'stroke', 'stroke-width', 'stroke-linecap', 'stroke-linejoin', 'aria-hidden']) {
    expect(ours.attributes(name), name).toBe(theirs.attributes(name))
  }
  expect(ours.classes()).toEqual(['shrink-0'])
})
