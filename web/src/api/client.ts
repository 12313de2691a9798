/*
 * The one HTTP client. Every answer is either data or a thrown Problem.
 *
 *   const inbox = await data(api.GET('/api/inbox', { params: { query: { after } } }))
 *
 * A 401 outside of `/api/session` also tells the app that somebody has to sign in.
 */
import type { Client } from 'openapi-fetch'
import { isProblemBody, problemTextsSoon, Problem } from '@/lib/problem'
import type { paths } from './schema'

type Listener = () => void
const signInListeners = new Set<Listener>()

/** Called whenever the server no longer knows who is asking. */
export function onSignInRequired(listener: Listener): () => void {
  signInListeners.add(listener)
  return () => signInListeners.delete(listener)
}

export function tellSignInRequired(): void {
  for (const listener of signInListeners) listener()
}

const fallbackCodes: Record<number, string> = {
  401: 'sign_in_required',
  403: 'not_allowed',
  404: 'not_found',
  413: 'too_large',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
}

/** Body and status of a failed answer as a Problem. */
export function toProblem(status: number, body: unknown): Problem {
  if (isProblemBody(body)) return new Problem({ ...body, status })
  return new Problem({ code: fallbackCodes[status] ?? (status >= 500 ? 'internal' : 'invalid'), status })
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
interface Init {
  params?: { path?: Record<string, unknown>; query?: Record<string, unknown> }
  body?: unknown
  signal?: AbortSignal
}

function address(path: string, { path: names = {}, query = {} }: NonNullable<Init['params']> = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) search.append(key, String(one))
    }
  }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names[name])))
  return search.size ? `${filled}?${search}` : filled
}

async function call(method: Method, path: string, { params, body, signal }: Init = {}) {
  let response: Response
  try {
    response = await fetch(address(path, params), {
      method: method.toUpperCase(),
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json, application/problem+json',
        'Accept-Language': document.documentElement.lang,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    })
  } catch (error) {
    const aborted = error instanceof DOMException && error.name === 'AbortError'
    throw new Problem({ code: aborted ? 'aborted' : 'offline' })
  }
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (response.ok) return { data: answer, response }
  if (response.status === 401 && path !== '/api/session' && !path.startsWith('/api/sign-in')) tellSignInRequired()
  // What refused an act is often put into words only once: its texts come first, unless the network is slow.
  if (method !== 'get') await problemTextsSoon()
  throw toProblem(response.status, answer)
}

const on = (method: Method) => (path: string, init?: Init) => call(method, path, init)

/**
 * Typed by the contract, in the calling style of openapi-fetch. Only its types
 * are used: its code would cost every first visit 2.5 KB.
 */
export const api = {
  GET: on('get'),
  POST: on('post'),
  PUT: on('put'),
  PATCH: on('patch'),
  DELETE: on('delete'),
} as unknown as Pick<Client<paths, 'application/json'>, 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'>

/** The data of a call; failures are thrown as Problem. */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}
