import { expect, it } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import type { CaseView } from '@/features/words'
import ActionBar from './ActionBar.vue'

const claim = { number: 1, by: 'consumer', state: 'open', items: [], valid_until: '2026-12-07T16:00:00Z' }
const view = (more: object) => ({ case: { offers: [claim], phase: 'negotiating', ...more }, texts: { offers: [] }, may: [] }) as unknown as CaseView
const bar = async (more = {}) =>
  (await renderToString(createSSRApp({ render: () => h(ActionBar, { view: view(more), reader: 'enterprise', now: Date.parse('2026-11-23T09:00:00Z') }) }))).replace(/<[^>]*>/g, '')

it('asks for an answer, and once the bureau has the case only says that the offer can still be accepted', async () => {
  expect(await bar()).toContain('请答复')
  const complaint = await bar({ phase: 'escalated', complaint: { reason: 'refused' } })
  expect(complaint).toContain('仍可接受')
  expect(complaint).not.toContain('请答复')
})
