import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { Problem } from '@/lib/problem'
import EvidenceUpload from './EvidenceUpload.vue'

vi.mock('@/api/upload', () => ({
  sha256: () => Promise.resolve('aa'),
  upload: () => ({ done: Promise.reject(new Problem({ code: 'unsupported_media' })), abort: () => undefined }),
}))

it('says in words why a file was refused, and offers no other try that would be refused again', async () => {
  const scroll = vi.fn()
  HTMLElement.prototype.scrollIntoView = scroll
  const list = mount(EvidenceUpload, { props: { modelValue: [], max: 9, bytes: 1 << 20, types: ['application/pdf'] } })
  const input = list.get('input[multiple]')
  Object.defineProperty(input.element, 'files', { value: [new File(['hello'], '票.pdf', { type: 'application/pdf' })] })
  await input.trigger('change')
  await vi.waitFor(() => expect(list.get('[role=alert]').text()).toContain('不支持这种文件，请上传图片或 PDF。'))
  await flushPromises()
  expect(list.findAll('button').map((one) => one.attributes('aria-label')).filter(Boolean)).toEqual(['移除 票.pdf'])
  expect(scroll).toHaveBeenCalled()
})
