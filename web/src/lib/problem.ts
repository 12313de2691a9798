/*
 * A refusal or failure as a value. The server sends RFC 9457 problems with a
 * stable code and parameters; the text is chosen here, in the reader's
 * language. What a server writes as text is never shown.
 */
import { textsArrived, textsReady, translate, type AnyDictionary } from '@/i18n'

export interface ProblemBody {
  code: string
  params?: Readonly<Record<string, unknown>>
  /** The field it is about, as a path: items[0].amount */
  field?: string
  status?: number
}

export class Problem extends Error implements ProblemBody {
  readonly code: string
  readonly params: Readonly<Record<string, unknown>>
  readonly field: string | undefined
  readonly status: number | undefined

  constructor({ code, params, field, status }: ProblemBody) {
    super(code)
    this.name = 'Problem'
    this.code = code
    this.params = params ?? {}
    this.field = field
    this.status = status
  }

  /** Trying the same again, unchanged, makes sense. */
  get temporary(): boolean {
    return ['offline', 'timeout', 'unavailable', 'internal', 'not_ready', 'rate_limited'].includes(this.code)
  }
}

/** Anything thrown, as a Problem. */
export function asProblem(thrown: unknown): Problem {
  return thrown instanceof Problem ? thrown : new Problem({ code: 'internal' })
}

/** Whether an unknown value has the shape of a problem. */
export function isProblemBody(value: unknown): value is ProblemBody {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string'
}

/** The texts of all codes. They come with the first problem; what needs no network to be said is among the common texts. */
let texts: AnyDictionary | undefined
let coming: Promise<void> | undefined

/** Fetches the texts of problems; called ahead where failures are likely, such as forms. */
export function loadProblemTexts(): Promise<void> {
  coming ??= import('./problems/messages')
    .then(async (loaded) => {
      await textsReady()
      texts = loaded.default
      textsArrived()
    })
    .catch(() => void (coming = undefined))
  return coming
}

/** Waits for the texts, but not for long: for words that are put together only once. */
export const problemTextsSoon = (): Promise<void> => Promise.race([loadProblemTexts(), new Promise<void>((go) => setTimeout(go, 1500))])

/**
 * The text of a problem. A feature may pass its own dictionary, searched first
 * under the code, for words that fit its screen better.
 */
export function problemText(problem: ProblemBody, own?: AnyDictionary): string {
  const { code, params = {} } = problem
  /** Some codes say more with a status, with a scope, about a field, or by what is allowed: what it takes, not only that it is wrong. */
  const nearer =
    [params.status, params.scope, problem.field?.split('.').at(-1), params.allowed].map((more) => `${code}.${String(more)}`).find((key) => texts?.zh[key] !== undefined) ?? code
  const known =
    (own && own.zh[code] !== undefined ? translate(own, code, params) : undefined) ??
    translate(undefined, `problem.${code}`, params) ??
    (texts && texts.zh[code] !== undefined ? translate(texts, nearer, params) : undefined)
  if (known !== undefined) return known
  if (!texts) void loadProblemTexts()
  return translate(undefined, 'problem.unknown', { code })!
}
