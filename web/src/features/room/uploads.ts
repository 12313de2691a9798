/*
 * Files on their way up: hashed here, sent with progress, stopped and gone on with where they stopped. A preview is shrunk on the device;
 * the original goes up as it is, because its hash is what proves it.
 */
import { computed, onScopeDispose, shallowRef, type Ref } from 'vue'
import { sha256, upload, type Upload, type UploadedFile } from '@/api/upload'
import { asProblem, problemText, problemTextsSoon } from '@/lib/problem'

export type Uploaded = UploadedFile
interface UploadItem {
  id: string
  name: string
  size: number
  /** waiting: the connection is gone, and the upload goes on by itself when it is back. */
  state: 'reading' | 'uploading' | 'waiting' | 'done' | 'failed' | 'stopped'
  /** Of 1; -1: refused, and so it would be again. */
  share: number
  error?: string
  /** Object URL of a small picture, on this device only. */
  preview?: string
  result?: Uploaded
}
interface UploadLimits {
  max: number
  bytes: number
  types: readonly string[]
}
type UploadError = 'tooBig' | 'wrongType' | 'empty_file' | 'full'

/** What the server says of a file itself, and would say again. */
const refused = ['unsupported_media', 'image_too_big', 'too_large']

const side = 320

/** A small copy for the screen; nothing for what is no picture. */
async function shrink(file: File): Promise<string | undefined> {
  if (!file.type.startsWith('image/') || typeof createImageBitmap !== 'function') return undefined
  try {
    const picture = await createImageBitmap(file)
    const scale = Math.min(1, side / Math.max(picture.width, picture.height))
    const canvas = new OffscreenCanvas(Math.max(1, picture.width * scale), Math.max(1, picture.height * scale))
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    return URL.createObjectURL(await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 }))
  } catch {
    return undefined
  }
}

export function useUploads(limits: () => UploadLimits, say: (error: UploadError) => string, known: Ref<Uploaded[]>) {
  const items = shallowRef<readonly UploadItem[]>(
    known.value.map((result) => ({ id: result.file, name: result.name, size: result.size, state: 'done', share: 1, result })),
  )
  const files = new Map<string, File>()
  const running = new Map<string, Upload>()
  /** Uploads that were begun, and the sums of their files: another try goes on with them. */
  const begun = new Map<string, { sha256: string; url?: string }>()
  const notice = shallowRef('')
  let last = 0

  function change(id: string, fields: Partial<UploadItem>) {
    items.value = items.value.map((item) => (item.id === id ? { ...item, ...fields } : item))
    if ('result' in fields || fields.state) publish()
  }
  function publish() {
    known.value = items.value.flatMap(({ result }) => (result ? [result] : []))
  }

  function refusal(file: File): UploadError | null {
    const { bytes, types } = limits()
    if (file.size === 0) return 'empty_file'
    if (file.size > bytes) return 'tooBig'
    return file.type && types.length && !types.includes(file.type) ? 'wrongType' : null
  }

  function add(chosen: Iterable<File>) {
    notice.value = ''
    for (const file of chosen) {
      const taken = items.value.filter(({ state }) => state !== 'failed').length
      if (taken >= limits().max) {
        notice.value = say('full')
        break
      }
      const id = `u${++last}`
      files.set(id, file)
      const wrong = refusal(file)
      const item: UploadItem = { id, name: file.name, size: file.size, state: wrong ? 'failed' : 'reading', share: wrong ? -1 : 0, error: wrong ? say(wrong) : undefined }
      items.value = [...items.value, item]
      if (wrong) continue
      void shrink(file).then((preview) => preview && change(id, { preview }))
      void start(id)
    }
  }

  async function start(id: string) {
    const file = files.get(id)
    if (!file) return
    const known = begun.get(id)
    change(id, { state: known ? 'uploading' : 'reading', ...(!known && { share: 0 }), error: undefined })
    try {
      const hash = known?.sha256 ?? (await sha256(file))
      if (!items.value.some((item) => item.id === id)) return
      begun.set(id, { sha256: hash, url: known?.url })
      const job = upload(file, {
        sha256: hash,
        url: known?.url,
        onBegun: (url) => begun.set(id, { sha256: hash, url }),
        onProgress: (share) => change(id, { share }),
        onWaiting: (waiting) => change(id, { state: waiting ? 'waiting' : 'uploading' }),
      })
      running.set(id, job)
      change(id, { state: 'uploading' })
      change(id, { state: 'done', share: 1, result: await job.done })
    } catch (thrown) {
      const problem = asProblem(thrown)
      if (problem.code === 'aborted') return change(id, { state: 'stopped' })
      await problemTextsSoon()
      change(id, { state: 'failed', error: problemText(problem), ...(refused.includes(problem.code) && { share: -1 }) })
    } finally {
      running.delete(id)
    }
  }

  function remove(id: string) {
    running.get(id)?.abort()
    const item = items.value.find((one) => one.id === id)
    if (item?.preview) URL.revokeObjectURL(item.preview)
    files.delete(id)
    begun.delete(id)
    items.value = items.value.filter((one) => one.id !== id)
    publish()
  }

  onScopeDispose(() => {
    for (const job of running.values()) job.abort()
    for (const { preview } of items.value) if (preview) URL.revokeObjectURL(preview)
  })

  return {
    items,
    notice,
    busy: computed(() => items.value.some(({ state }) => ['reading', 'uploading', 'waiting'].includes(state))),
    add,
    again: start,
    stop: (id: string) => running.get(id)?.abort(),
    remove,
  }
}
