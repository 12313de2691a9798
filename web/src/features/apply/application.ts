/* An application being written: what it needs, step by step, and what is kept on the device (never a password). */
import type { components } from '@/api'
import type { I18n } from '@/i18n'
import { fitting, parsed, read, write } from '@/lib/mine'
import { normalise, readCode } from './creditCode'
import type zh from './messages.zh'

type Input = components['schemas']['ApplicationInput']

export const ones = ['place', 'staff', 'computer', 'telephone', 'complaint_rules'] as const
type One = (typeof ones)[number]

export interface Draft {
  name: string
  code: string
  region: string
  address: string
  industry: string
  ones: Partial<Record<One, boolean>>
  commitment: boolean
  contact: { name: string; phone: string; email: string }
  login: string
  display: string
  password: string
  again: string
}
export const emptyDraft: Draft = {
  name: '',
  code: '',
  region: '',
  address: '',
  industry: '',
  ones: {},
  commitment: false,
  contact: { name: '', phone: '', email: '' },
  login: '',
  display: '',
  password: '',
  again: '',
}

/** Trades that enrol most, by letter of GB/T 4754. */
export const industries = ['F', 'H', 'O', 'R', 'P', 'K', 'I', 'G', 'Q', 'E', 'C'] as const

export const steps = ['facts', 'ones', 'contact', 'check'] as const
export type Step = (typeof steps)[number]

type Fault =
  | 'need.name'
  | 'need.code'
  | 'code.length'
  | 'code.alphabet'
  | 'code.check'
  | 'need.region'
  | 'need.address'
  | 'need.one'
  | 'need.commitment'
  | 'need.contact'
  | 'need.phone'
  | 'need.email'
  | 'need.login'
  | 'need.display'
  | 'need.password'
  | 'need.again'
  | 'noBureau'

const phone = /^(\+?86)?1[3-9]\d{9}$/
const filled = (text: string) => text.trim() !== ''

/** Dongguan, Zhongshan and Danzhou have no counties. */
const withoutCounties = new Set(['441900', '442000', '460400'])
/** Whether the region is a last level, where a bureau is competent. */
export const isLeaf = (region: string): boolean => /^\d{6}$/.test(region) && (!region.endsWith('00') || withoutCounties.has(region))

/** What a step still lacks, by the id of its control; closed: no bureau would examine an application from the region. */
export function faults(step: Step, draft: Draft, min: number, closed: boolean): { field: string; key: Fault }[] {
  const list: { field: string; key: Fault }[] = []
  const need = (ok: boolean, field: string, key: Fault) => void (ok || list.push({ field, key }))
  if (step === 'facts') {
    need(filled(draft.name), 'name', 'need.name')
    const code = readCode(draft.code, true)
    if (code.state === 'empty') list.push({ field: 'credit_code', key: 'need.code' })
    else if (code.state === 'wrong') list.push({ field: 'credit_code', key: `code.${code.reason}` })
    need(isLeaf(draft.region), 'region', 'need.region')
    need(!closed, 'region', 'noBureau')
    need(filled(draft.address), 'address', 'need.address')
  } else if (step === 'ones') {
    for (const one of ones) need(draft.ones[one] === true, one, 'need.one')
    need(draft.commitment, 'commitment', 'need.commitment')
  } else if (step === 'contact') {
    need(filled(draft.contact.name), 'contact-name', 'need.contact')
    need(phone.test(draft.contact.phone.normalize('NFKC').replace(/[\s-]/g, '')), 'contact-phone', 'need.phone')
    need(!filled(draft.contact.email) || /^\S+@\S+\.\S+$/.test(draft.contact.email.trim()), 'contact-email', 'need.email')
    need(filled(draft.display), 'display_name', 'need.display')
    need([...draft.login.trim()].length >= 3, 'login', 'need.login')
    need([...draft.password].length >= min, 'password', 'need.password')
    need(draft.password === draft.again, 'again', 'need.again')
  }
  return list
}

/** A fault in words; min is the least length of a password. */
export function faultText(t: I18n<typeof zh>['t'], draft: Draft, key: Fault, field: string, min: number): string {
  if (key === 'need.one') return t('need.one', { name: t(`one.${field as One}`) })
  const code = readCode(draft.code, true)
  return t(key, { n: key === 'code.alphabet' && code.state === 'wrong' ? (code.at ?? 0) + 1 : min } as never)
}

export function toInput(draft: Draft, textVersion: string): Input {
  const email = draft.contact.email.trim()
  return {
    profile: {
      name: draft.name.trim(),
      credit_code: normalise(draft.code),
      region: draft.region,
      address: draft.address.trim(),
      ...(draft.industry && { industry: draft.industry }),
      conditions: { place: true, staff: true, computer: true, telephone: true, complaint_rules: true },
      commitment: { yes: draft.commitment, text: textVersion },
    },
    contact: { name: draft.contact.name.trim(), phone: draft.contact.phone.trim(), ...(email && { email }) },
    supervisor: { login: draft.login.trim(), password: draft.password, display_name: draft.display.trim() },
  }
}

/** "profile.credit_code" → the step and the control that it belongs to. */
export function placeOf(field: string | undefined): { step: Step; id: string } | undefined {
  const name = field?.replace(/^(profile|supervisor)\./, '').replace(/^contact\./, 'contact-').replace(/^conditions\./, '').replace(/^commitment.*/, 'commitment')
  if (!name) return undefined
  if (['name', 'credit_code', 'region', 'address', 'industry'].includes(name)) return { step: 'facts', id: name }
  if ([...ones, 'commitment'].includes(name as One)) return { step: 'ones', id: name }
  if (['contact-name', 'contact-phone', 'contact-email', 'login', 'password', 'display_name'].includes(name)) return { step: 'contact', id: name }
  return undefined
}

/** What was written before on this device, as far as it can be read; passwords and consents are never kept. */
export function readSaved(): Draft {
  const found = parsed(read('apply', 'draft')) as Partial<Record<keyof Draft, unknown>> | null
  const met = Object.entries(found?.ones ?? {}).filter(([one, value]) => ones.includes(one as One) && typeof value === 'boolean')
  return { ...fitting(found, emptyDraft), ones: Object.fromEntries(met), contact: fitting(found?.contact, emptyDraft.contact), password: '', again: '', commitment: false }
}
/** Without storage the words live as long as the page. */
export const save = (draft: Draft): void => void write('apply', 'draft', JSON.stringify({ ...draft, password: undefined, again: undefined, commitment: undefined }))
export const forget = (): void => void write('apply', 'draft', '')
