/*
 * Multipart upload with progress and abort. fetch cannot report the progress
 * of a request, so this is the one place with XMLHttpRequest.
 */
import { Problem } from '@/lib/problem'
import { tellSignInRequired, toProblem } from './client'

export interface Upload<T> {
  readonly done: Promise<T>
  abort: () => void
}

export function upload<T>(
  url: string,
  fields: Readonly<Record<string, string | Blob>>,
  onProgress?: (share: number) => void,
): Upload<T> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  const request = new XMLHttpRequest()
  const done = new Promise<T>((resolve, reject) => {
    request.open('POST', url)
    request.setRequestHeader('Accept', 'application/json, application/problem+json')
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total)
    }
    request.onload = () => {
      let body: unknown
      try {
        body = JSON.parse(request.responseText)
      } catch {
        body = undefined
      }
      if (request.status >= 200 && request.status < 300) return resolve(body as T)
      if (request.status === 401) tellSignInRequired()
      reject(toProblem(request.status, body))
    }
    request.onerror = () => reject(new Problem({ code: 'offline' }))
    request.onabort = () => reject(new Problem({ code: 'aborted' }))
    request.send(form)
  })
  return { done, abort: () => request.abort() }
}

/** SHA-256 of a file as lower-case hex. */
export async function sha256(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
