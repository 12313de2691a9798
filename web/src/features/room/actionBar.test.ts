import { expect, it } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import type { CaseView } from '@/features/words'
import ActionBar from './ActionBar.vue'

const claim = { number: 1, by: 'consumer', state: 'open', items: [], valid_until: '2026-12-07T16:00:00Z' }
const view = (more: object) => ({ case: { offers: [claim], phase: 'negotiating', ...more }, texts: { offers: [] }, may: [] }) as unknown as CaseView
const bar = async (reader: 'consumer' | 'enterprise', more = {}) =>
  (await renderToString(createSSRApp({ render: () => h(ActionBar, { view: view(more), reader, now: Date.parse('2026-11-23T09:00:00Z') }) }))).replace(/<[^>]*>/g, '')

it('asks for an answer, and once the bureau has the case only says that the offer can still be accepted', async () => {
  expect(await bar('enterprise')).toContain('请答复')
  expect(await bar('consumer')).toContain('等待商家答复')
  for (const reader of ['consumer', 'enterprise'] as const) {
    const complaint = await bar(reader, { phase: 'escalated', complaint: { reason: 'refused' } })
    expect(complaint).toContain('仍可接受')
    expect(complaint).not.toContain('答复')
  }
})
