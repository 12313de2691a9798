/*
 * Uploads that go on where they were cut off, after tus 1.0 (see /api/uploads in the contract): announce, send, and after a
 * cut ask where to go on. fetch cannot report the progress of a request, so this is the one place with XMLHttpRequest.
 */
import { onBack } from '@/lib/back'
import { isProblemBody, Problem } from '@/lib/problem'
import { tellSignInRequired, toProblem } from './client'
import type { components } from './schema'

export type UploadedFile = components['schemas']['UploadedFile']
type State = components['schemas']['UploadState']

export interface Upload {
  readonly done: Promise<UploadedFile>
  abort: () => void
}
export interface UploadOptions {
  /** Of the file, as lower-case hex. */
  sha256: string
  /** An upload that was begun: it is gone on with. When the server has forgotten it, a new one is begun. */
  url?: string
  /** A new upload has this address. */
  onBegun?: (url: string) => void
  /** Share of the file that is on its way or there; after a cut it falls back to what is there. */
  onProgress?: (share: number) => void
  /** The connection is gone (true) and back (false). */
  onWaiting?: (waiting: boolean) => void
}

/** A connection on which nothing moves for so long is given up, in ms. */
const stall = 45_000
/** Waits before another try, in ms; the first that brings bytes further starts over. */
const waits = [1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000]

interface Request {
  method: string
  url: string
  headers?: Readonly<Record<string, string>>
  body?: Blob
  onProgress?: (loaded: number) => void
  signal: AbortSignal
}
interface Answer {
  body: unknown
  header: (name: string) => string | null
}

function send({ method, url, headers = {}, body, onProgress, signal }: Request): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    signal.throwIfAborted()
    const request = new XMLHttpRequest()
    let timer = 0
    const moves = () => {
      clearTimeout(timer)
      timer = window.setTimeout(() => request.abort(), stall)
    }
    const abort = () => request.abort()
    request.open(method, url)
    for (const [name, value] of Object.entries({ Accept: 'application/json, application/problem+json', ...headers })) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => {
      moves()
      onProgress?.(loaded)
    }
    request.onload = () => {
      let answer: unknown
      try {
        answer = JSON.parse(request.responseText)
      } catch {
        answer = undefined
      }
      if (request.status >= 200 && request.status < 300) return resolve({ body: answer, header: (name) => request.getResponseHeader(name) })
      if (request.status === 401) tellSignInRequired()
      reject(toProblem(request.status, answer))
    }
    request.onerror = () => reject(new Problem({ code: 'offline' }))
    request.onabort = () => reject(new Problem({ code: signal.aborted ? 'aborted' : 'timeout' }))
    request.onloadend = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    signal.addEventListener('abort', abort)
    moves()
    request.send(body)
  })
}

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

async function begin(file: File, { sha256, onBegun }: UploadOptions, signal: AbortSignal): Promise<string> {
  const answer = await send({
    method: 'POST',
    url: '/api/uploads',
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': String(file.size), 'Upload-Metadata': `filename ${base64(file.name)},sha256 ${base64(sha256)}` },
    signal,
  })
  const url = answer.header('Location') ?? ''
  onBegun?.(url)
  return url
}

/** Where an upload stands; nothing when the server does not know it. */
async function look(url: string, signal: AbortSignal): Promise<State | null> {
  try {
    return (await send({ method: 'GET', url, signal })).body as State
  } catch (thrown) {
    if (isProblemBody(thrown) && thrown.code === 'not_found') return null
    throw thrown
  }
}

/** Waits until it is worth trying again: some time, until the network seems to be back, or until somebody asks for it. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      leave()
      signal.removeEventListener('abort', end)
      if (signal.aborted) reject(new Problem({ code: 'aborted' }))
      else resolve()
    }
    const timer = window.setTimeout(end, ms)
    const leave = onBack(end)
    signal.addEventListener('abort', end)
  })
}

/** Whether the same again soon may work. The server sees a cut that it was not told of as malformed. */
function worthwhile(thrown: unknown): boolean {
  if (!(thrown instanceof Problem)) return false
  if (thrown.code === 'rate_limited') return Number(thrown.params.retry_after) < 30 // the day's limit is longer
  return thrown.temporary || thrown.code === 'wrong_offset' || thrown.code === 'malformed'
}

async function run(file: File, options: UploadOptions, signal: AbortSignal): Promise<UploadedFile> {
  const { onProgress, onWaiting } = options
  let { url } = options
  let tries = 0
  let furthest = 0
  for (;;) {
    try {
      let state = url ? await look(url, signal) : null
      if (!state) {
        url = await begin(file, options, signal)
        state = { offset: 0, size: file.size }
      }
      if (tries) onWaiting?.(false)
      const { offset } = state
      if (offset > furthest) {
        furthest = offset
        tries = 0
      }
      onProgress?.(offset / file.size)
      if (state.file) return state.file
      await send({
        method: 'PATCH',
        url: url!,
        headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
        body: file.slice(offset),
        onProgress: (loaded) => onProgress?.(Math.min(1, (offset + loaded) / file.size)),
        signal,
      })
    } catch (thrown) {
      if (!worthwhile(thrown) || tries >= waits.length) throw thrown
      onWaiting?.(true)
      onProgress?.(furthest / file.size) // what was handed to a dead connection is not there
      await pause(waits[tries++]!, signal)
    }
  }
}

export function upload(file: File, options: UploadOptions): Upload {
  const stop = new AbortController()
  const done = run(file, options, stop.signal).catch((thrown: unknown) => {
    throw stop.signal.aborted ? new Problem({ code: 'aborted' }) : thrown
  })
  return { done, abort: () => stop.abort() }
}

/** SHA-256 of a file as lower-case hex. */
export async function sha256(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
