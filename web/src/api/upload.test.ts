import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { tellBack } from '@/lib/back'
import { upload, type UploadOptions } from './upload'

/** A server that keeps whole blocks of ten bytes, behind a connection that tests cut. */
const server = { known: false, kept: 0, begun: 0, refuse: '' }
let cuts: (number | 'lost' | 'stuck')[] = [] // for each PATCH: bytes after which it is cut; lost: all arrived, the answer did not
const size = 45
const url = '/api/uploads/u1'
const whole = { file: 'u1', sha256: 'aa', name: '票.png', size, mime: 'image/png' }

class FakeRequest {
  upload: { onprogress?: (event: { loaded: number }) => void } = {}
  status = 0
  responseText = ''
  headers: Record<string, string> = {}
  answers: Record<string, string> = {}
  onload?: () => void
  onerror?: () => void
  onabort?: () => void
  onloadend?: () => void
  method = ''
  over = false
  open(method: string) {
    this.method = method
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value
  }
  getResponseHeader(name: string) {
    return this.answers[name] ?? null
  }
  end(how: 'onload' | 'onerror' | 'onabort') {
    if (this.over) return
    this.over = true
    this[how]?.()
    this.onloadend?.()
  }
  abort() {
    this.end('onabort')
  }
  answer(status: number, body?: unknown) {
    this.status = status
    this.responseText = body ? JSON.stringify(body) : ''
    this.end('onload')
  }
  send(body?: Blob) {
    setTimeout(() => this.serve(body), 1)
  }
  serve(body?: Blob) {
    if (this.over) return
    if (!navigator.onLine) return this.end('onerror')
    if (server.refuse && this.method !== 'GET') {
      server.known = false
      return this.answer(422, { code: server.refuse })
    }
    if (this.method === 'POST') {
      Object.assign(server, { known: true, kept: 0, begun: server.begun + 1 })
      this.answers.Location = url
      return this.answer(201)
    }
    if (!server.known) return this.answer(404, { code: 'not_found' })
    if (this.method === 'GET') return this.answer(200, { offset: server.kept, size, ...(server.kept === size && { file: whole }) })
    const from = Number(this.headers['Upload-Offset'])
    if (from !== server.kept) return this.answer(409, { code: 'wrong_offset', params: { offset: server.kept } })
    expect(from + body!.size).toBe(size)
    const cut = cuts.shift()
    const loaded = typeof cut === 'number' ? cut : cut === 'stuck' ? 0 : body!.size
    this.upload.onprogress?.({ loaded })
    server.kept = from + loaded === size ? size : Math.floor((from + loaded) / 10) * 10
    if (cut === undefined) return this.answer(204)
    if (cut === 'stuck') return
    this.end('onerror')
  }
}

const file = () => new File([new Uint8Array(size)], '票.png', { type: 'image/png' })
let shares: number[]
let waiting: boolean[]
const start = (options: Partial<UploadOptions> = {}) =>
  upload(file(), { sha256: 'aa', onProgress: (share) => shares.push(Math.round(share * size)), onWaiting: (is) => waiting.push(is), ...options })

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
  Object.assign(server, { known: false, kept: 0, begun: 0, refuse: '' })
  cuts = []
  shares = []
  waiting = []
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('an upload', () => {
  it('that nothing disturbs is sent once', async () => {
    const { done } = start()
    await vi.runAllTimersAsync()
    expect(await done).toEqual(whole)
    expect(server.begun).toBe(1)
    expect(shares).toEqual([0, 45, 45])
    expect(waiting).toEqual([])
  })

  it('goes on where it was cut, and its progress tells what is really there', async () => {
    cuts = [17, 12, 'lost']
    const { done } = start()
    await vi.runAllTimersAsync()
    expect(await done).toEqual(whole)
    expect(server.begun).toBe(1)
    expect(shares).toEqual([0, 17, 0, 10, 22, 10, 20, 45, 20, 45])
    expect(waiting).toEqual([true, false, true, false, true, false])
  })

  it.each([
    ['the device is online again', () => window.dispatchEvent(new Event('online'))],
    ['somebody asks for it, or the live connection is back', tellBack],
  ])('goes on as soon as %s', async (_, back) => {
    cuts = [17]
    const { done } = start()
    await vi.advanceTimersByTimeAsync(20)
    expect(waiting).toEqual([true])
    back()
    await vi.advanceTimersByTimeAsync(20)
    expect(await done).toEqual(whole)
  })

  it('does not wait for ever on a connection on which nothing moves', async () => {
    cuts = ['stuck']
    const { done } = start()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await done).toEqual(whole)
  })

  it('gives up when nothing gets through, and goes on when asked again', async () => {
    cuts = Array<number>(9).fill(3)
    let at = ''
    const first = start({ onBegun: (begun) => (at = begun) })
    const failed = expect(first.done).rejects.toMatchObject({ code: 'offline' })
    await vi.runAllTimersAsync()
    await failed
    expect(at).toBe(url)
    server.kept = 20
    const { done } = start({ url: at })
    await vi.runAllTimersAsync()
    expect(await done).toEqual(whole)
    expect(server.begun).toBe(1)
  })

  it('is begun anew when the server has forgotten it', async () => {
    const { done } = start({ url })
    await vi.runAllTimersAsync()
    expect(await done).toEqual(whole)
    expect(server.begun).toBe(1)
  })

  it('ends at once when its content is refused', async () => {
    server.refuse = 'hash_mismatch'
    const { done } = start()
    const failed = expect(done).rejects.toMatchObject({ code: 'hash_mismatch' })
    await vi.runAllTimersAsync()
    await failed
    expect(waiting).toEqual([])
  })

  it('stops when told, while it sends and while it waits', async () => {
    for (const cut of ['stuck', 3] as const) {
      cuts = [cut]
      const job = start()
      const failed = expect(job.done).rejects.toMatchObject({ code: 'aborted' })
      await vi.advanceTimersByTimeAsync(20)
      job.abort()
      await failed
      expect(vi.getTimerCount()).toBe(0)
    }
  })
})
