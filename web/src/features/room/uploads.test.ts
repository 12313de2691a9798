import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import type { UploadedFile, UploadOptions } from '@/api/upload'
import { onBack } from '@/lib/back'
import { Problem } from '@/lib/problem'
import EvidenceUpload from './EvidenceUpload.vue'

vi.mock('@/api/upload', () => ({
  sha256: () => Promise.resolve('aa'),
  upload: (_: File, options: UploadOptions) => ({ done: job(options), abort: () => undefined }),
}))
let job: (options: UploadOptions) => Promise<UploadedFile>

async function choose() {
  const list = mount(EvidenceUpload, { props: { modelValue: [], max: 9, bytes: 1 << 20, types: ['application/pdf'] } })
  const input = list.get('input[multiple]')
  Object.defineProperty(input.element, 'files', { value: [new File(['hello'], '票.pdf', { type: 'application/pdf' })] })
  await input.trigger('change')
  return list
}

it('says in words why a file was refused, and offers no other try that would be refused again', async () => {
  const scroll = vi.fn()
  HTMLElement.prototype.scrollIntoView = scroll
  job = () => Promise.reject(new Problem({ code: 'unsupported_media' }))
  const list = await choose()
  await vi.waitFor(() => expect(list.get('[role=alert]').text()).toContain('不支持这种文件，请上传图片或 PDF。'))
  await flushPromises()
  expect(list.findAll('button').map((one) => one.attributes('aria-label')).filter(Boolean)).toEqual(['移除 票.pdf'])
  expect(scroll).toHaveBeenCalled()
})

it('lets an upload that waits for the network be tried at once', async () => {
  HTMLElement.prototype.scrollIntoView = () => undefined
  const asked = vi.fn()
  job = ({ onWaiting }) => (queueMicrotask(() => onWaiting?.(true)), new Promise(() => onBack(asked)))
  const list = await choose()
  await vi.waitFor(() => list.get('[aria-label="立即重试"]'))
  expect(asked).not.toHaveBeenCalled()
  await list.get('[aria-label="立即重试"]').trigger('click')
  expect(asked).toHaveBeenCalledTimes(1)
})
