/*
 * A filing while it is being written: kept on this device per enterprise for whoever writes it (lib/mine), checked as the server checks it, and led from
 * a server's field back to its step. Boxes are ticked anew each time: they are never kept.
 */
import { fitting, parsed, read, write } from '@/lib/mine'
import { draftTotal, faults, readItems, readMoney, toItems, type DraftItem } from '@/features/offer/draft'
import type { Uploaded } from '@/features/room/uploads'
import type { Money } from '@/lib/format'
import type { Category, EventOf, Meta } from '@/features/words'
import type { components } from '@/api'

export type OtherBody = EventOf<'case_filed'>['other_body']

export interface Filing {
  v: 1
  /** The command's id: sending the same again files once. */
  id: string
  step: number
  category: Category | null
  goods: string
  facts: string
  purchased_on: string
  known_since: string
  order_number: string
  amount: Money | null
  claim: DraftItem[]
  /** Why so much: for a claim far above the disputed amount. */
  reason: string
  name: string
  address: string
  evidence: Uploaded[]
  /** When the last file went up: the server forgets files that no case names. */
  evidenceAt: number
  savedAt: number
}
/** What is asked at the end, each on its own and without a default. */
export interface Declarations {
  daily: 'yes' | 'no' | null
  otherBody: OtherBody | null
  truth: boolean
  rules: boolean
  publication: 'yes' | 'no' | null
  escalation: 'yes' | 'no' | null
}

export const commonCategories: readonly Category[] = ['quality', 'after_sales', 'prepaid', 'food_safety', 'price', 'false_promotion', 'online_trade', 'contract']
export const otherCategories: readonly Category[] = ['advertising', 'metrology', 'trademark', 'counterfeit', 'safety', 'dignity', 'personal_information', 'other']

export const steps = ['what', 'order', 'claim', 'you', 'check'] as const
/** As the server has it; a year of two digits is one of the first century to a browser. */
export const oldestPurchase = '1990-01-01'
const keepFiles = 20 * 3_600_000

export const emptyFiling = (): Filing => ({
  v: 1,
  id: crypto.randomUUID(),
  step: 0,
  category: null,
  goods: '',
  facts: '',
  purchased_on: '',
  known_since: '',
  order_number: '',
  amount: null,
  claim: [],
  reason: '',
  name: '',
  address: '',
  evidence: [],
  evidenceAt: 0,
  savedAt: 0,
})
export const emptyDeclarations = (): Declarations => ({ daily: null, otherBody: null, truth: false, rules: false, publication: null, escalation: null })

/** What was left here, as far as it can be read; null when there is nothing worth going on with. */
export function restore(enterprise: string, now = Date.now()): Filing | null {
  const found = parsed(read('filing', enterprise)) as Partial<Record<keyof Filing, unknown>> | null
  if (found?.v !== 1) return null
  const filing: Filing = {
    ...fitting(found, emptyFiling()),
    category: [...commonCategories, ...otherCategories].find((one) => one === found.category) ?? null,
    amount: readMoney(found.amount),
    claim: readItems(found.claim),
  }
  if (!steps[filing.step]) filing.step = 0
  const uploaded = (Array.isArray(found.evidence) ? found.evidence : []).map((one) => fitting(one, { file: '', sha256: '', name: '', size: 0, mime: '' }))
  return now - filing.evidenceAt > keepFiles ? filing : { ...filing, evidence: uploaded.filter(({ file }) => file) }
}

/** Keeps a filing for whoever it is of. */
export const keep = (enterprise: string, filing: Filing, whose?: string, now = Date.now()): boolean =>
  write('filing', enterprise, JSON.stringify({ ...filing, savedAt: now }), whose)

export const discard = (enterprise: string, whose?: string): void => void write('filing', enterprise, '', whose)

export const isBegun = (filing: Filing): boolean => Boolean(filing.category || filing.goods || filing.facts || filing.amount)

/** Something to mend: the field as the server names it, and the key of the text. */
export interface Mend {
  field: string
  key: string
}

/** An address as it is written on an envelope is sent as the one line that it is. */
const oneLine = (text: string) => text.trim().replace(/\s*[\r\n]+\s*/g, ' ')
const chars = (text: string) => [...text].length

export function checkStep(step: number, filing: Filing, declared: Declarations, signedIn: boolean, rules: Meta['rules'], today: string): Mend[] {
  const list: Mend[] = []
  const need = (wrong: boolean, field: string, key: string) => wrong && list.push({ field, key })
  switch (steps[step]) {
    case 'what':
      need(!filing.category, 'category', 'need.category')
      need(!filing.goods.trim(), 'goods', 'need.goods')
      need(chars(filing.goods) > 100, 'goods', 'need.shorter')
      need(!filing.facts.trim(), 'facts', 'need.facts')
      need(chars(filing.facts) > 5000, 'facts', 'need.shorter')
      need(!filing.purchased_on, 'purchased_on', 'need.purchased')
      need(filing.purchased_on > today, 'purchased_on', 'need.past')
      need(Boolean(filing.purchased_on) && filing.purchased_on < oldestPurchase, 'purchased_on', 'need.year')
      need(!filing.known_since, 'known_since', 'need.known')
      need(filing.known_since > today, 'known_since', 'need.past')
      need(Boolean(filing.known_since) && filing.known_since < filing.purchased_on, 'known_since', 'need.knownAfter')
      break
    case 'order':
      need(!filing.amount, 'amount', 'need.amount')
      need(chars(filing.order_number) > 100, 'order_number', 'need.shorter')
      break
    case 'claim':
      if (!filing.claim.length) list.push({ field: 'claim', key: 'need.claim' })
      else for (const { field, key } of faults(filing.claim, rules, 'claim')) list.push({ field, key })
      need(claimAgainst(filing) === 'farAbove' && !filing.reason.trim(), 'reason', 'compose.needReason')
      need(chars(filing.reason) > 2000, 'reason', 'need.shorter')
      break
    case 'you':
      need(!signedIn, 'phone', 'need.phone')
      need(!filing.name.trim(), 'person.name', 'need.name')
      need(!filing.address.trim(), 'person.address', 'need.address')
      need(chars(oneLine(filing.address)) > 200, 'person.address', 'need.shorter')
      break
    default:
      need(declared.daily === null, 'for_daily_life', 'need.ifDaily')
      need(declared.daily === 'no', 'for_daily_life', 'need.daily')
      need(!declared.otherBody, 'other_body', 'need.otherBody')
      need(!declared.escalation, 'consents.escalation', 'need.escalation')
      need(!declared.publication, 'consents.publication', 'need.publication')
      need(!declared.truth, 'consents.truth', 'need.truth')
      need(!declared.rules, 'consents.rules', 'need.rules')
  }
  return list
}

/** The step where a field of the command is asked; the last one for what belongs to none. */
export function stepOf(field: string): number {
  const name = field.replace(/[[.].*$/, '')
  if (/^(category|goods|facts|purchased_on|known_since)$/.test(name)) return 0
  if (/^(order_number|amount)$/.test(name)) return 1
  if (name === 'claim' || name === 'reason') return 2
  if (/^(person|phone|evidence|name|address)$/.test(name)) return 3
  return 4
}

/** The id of the control of a field. */
export const filingControl = (field: string): string =>
  field
    .replace(/^(name|address)$/, 'person.$1')
    .replace(/^(consents\.\w+)\.(yes|text)$/, '$1')
    .replace(/\.(minor|currency)$/, '')
    .replace(/\[(\d+)\]/g, '-$1')
    .replace(/\./g, '-')

/** How the claim stands to the disputed amount. Above it is a warning; above three times as much a reason is asked for. */
export function claimAgainst(filing: Filing): 'within' | 'above' | 'farAbove' {
  if (!filing.amount || !filing.claim.length) return 'within'
  const total = draftTotal(filing.claim)
  if (total > 3 * filing.amount.minor) return 'farAbove'
  return total > filing.amount.minor ? 'above' : 'within'
}

/** The body of the filing. Only without anything to mend. */
export function filingBody(enterprise: string, filing: Filing, declared: Declarations, texts: Meta['texts']): components['schemas']['Filing'] {
  return {
    id: filing.id,
    do: {
      type: 'file_case',
      enterprise,
      category: filing.category!,
      goods: filing.goods.trim(),
      facts: filing.facts.trim(),
      purchased_on: filing.purchased_on,
      known_since: filing.known_since,
      ...(filing.order_number.trim() && { order_number: filing.order_number.trim() }),
      amount: { currency: 'CNY', minor: filing.amount!.minor },
      claim: toItems(filing.claim),
      ...(claimAgainst(filing) === 'farAbove' && { reason: filing.reason.trim() }),
      for_daily_life: declared.daily === 'yes',
      other_body: declared.otherBody!,
      ...(filing.evidence.length && { evidence: filing.evidence.map(({ file, sha256 }) => ({ file, sha256 })) }),
      consents: {
        truth: texts.truth,
        rules: texts.rules,
        publication: { yes: declared.publication === 'yes', text: texts.publication },
        escalation: { yes: declared.escalation === 'yes', text: texts.escalation },
      },
    },
    person: { name: filing.name.trim(), address: oneLine(filing.address) },
  }
}
