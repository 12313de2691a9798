import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { h, nextTick, shallowRef } from 'vue'
import ApplyContact from './ApplyContact.vue'
import { emptyDraft, faults, forget, ones, placeOf, readSaved, save, toInput, type Draft } from './application'
import { normalise, readCode } from './creditCode'
import { tradeName } from './trade'

const complete: Draft = {
  ...emptyDraft,
  name: '岳阳湘湖里电器有限公司',
  code: '91110000802100433b ',
  region: '430602',
  address: '岳阳楼区建设路 1 号',
  ones: Object.fromEntries(ones.map((one) => [one, true])),
  commitment: true,
  contact: { name: '刘佳怡', phone: '138 0013 8000', email: '' },
  login: 'liu.desk',
  display: '刘主管',
  password: 'correct horse',
  again: 'correct horse',
}

describe('the credit code', () => {
  // From the server's own vectors (negotiation/creditcode/testdata): both check digits judged by computation.
  it.each([
    ['91110105771583283D', 'ok'],
    ['112302070019030687', 'ok'],
    ['51610700305332460K', 'ok'],
    ['９１１１０１０５７７１５８３２８３ｄ', 'ok'],
    ['9111 0105 7715 8328 3D', 'ok'],
    ['91110105-771583283-d', 'ok'],
    ['9111－0105–7715‐8328—3D', 'ok'],
    ['\ufeff91110105\u200b771583283D\u2028', 'ok'],
    ['', 'empty'],
    ['9111010577', 'typing'],
    ['91110105771583283E', 'wrong'],
    ['91350200M000000510', 'wrong'],
    ['9111O105771583283D', 'wrong'],
    ['91A10105771583283D', 'wrong'],
    ['91110105771583283D1', 'wrong'],
  ])('%s is %s', (text, state) => expect(readCode(text).state).toBe(state))

  it('says which character is wrong, and the length only at the end', () => {
    expect(readCode('91I')).toEqual({ state: 'wrong', reason: 'alphabet', at: 2 })
    expect(readCode('9111010577', true)).toEqual({ state: 'wrong', reason: 'length' })
    expect(readCode('91110105771583283E')).toEqual({ state: 'wrong', reason: 'check' })
  })

  it('only warns when the organisation code within does not check out', () => {
    // The first 17 characters with another organisation check character, completed by GB 32100.
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
    const codes = [...alphabet].map((last) => `91110105771583284${last}`)
    expect(codes.map((code) => readCode(code).state).filter((state) => state === 'warning')).toHaveLength(1)
    expect(codes.some((code) => readCode(code).state === 'ok')).toBe(false)
  })

  it('puts right what people type', () => expect(normalise(' 91110000802100433b\n')).toBe('91110000802100433B'))
})

it('keeps all that a password manager fills in at once', async () => {
  const draft = shallowRef(emptyDraft)
  const form = mount(() => h(ApplyContact, { modelValue: draft.value, errors: {}, min: 10, 'onUpdate:modelValue': (whole: Draft) => (draft.value = whole) }))
  const wanted = { 'contact-name': '刘佳怡', 'contact-phone': '13800138000', login: 'liu.desk', password: 'correct horse', again: 'correct horse' }
  for (const [id, value] of Object.entries(wanted)) void form.get(`#${id}`).setValue(value)
  await nextTick()
  expect(draft.value).toMatchObject({ contact: { name: '刘佳怡', phone: '13800138000' }, login: 'liu.desk', password: 'correct horse', again: 'correct horse' })
})

it.each([
  ['O', '居民服务、修理和其他服务业'],
  ['612', '住宿和餐饮业（612）'],
  ['5274', '批发和零售业（5274）'],
  ['A', 'A'],
  ['99', '99'],
])('the trade %s is said in words: %s', (code, name) => expect(tradeName(code)).toBe(name))

describe('an application', () => {
  const missing = (step: Parameters<typeof faults>[0], change: Partial<Draft>) => faults(step, { ...complete, ...change }, 10, false).map(({ field }) => field)

  it('is complete, step by step', () => {
    expect(missing('facts', {})).toEqual([])
    expect(missing('facts', { region: '441900' })).toEqual([])
    expect(missing('ones', {})).toEqual([])
    expect(missing('contact', {})).toEqual([])
    expect(faults('facts', complete, 10, true)).toEqual([{ field: 'region', key: 'noBureau' }])
    expect(faults('facts', emptyDraft, 10, false).map(({ field }) => field)).toEqual(['name', 'credit_code', 'region', 'address'])
  })

  it.each([
    ['facts', { region: '430600' }, 'region'],
    ['facts', { region: '' }, 'region'],
    ['facts', { code: '91110105771583283E' }, 'credit_code'],
    ['ones', { ones: { ...complete.ones, telephone: false } }, 'telephone'],
    ['ones', { commitment: false }, 'commitment'],
    ['contact', { contact: { ...complete.contact, phone: '0730-8888888' } }, 'contact-phone'],
    ['contact', { contact: { ...complete.contact, email: 'liu' } }, 'contact-email'],
    ['contact', { password: 'short', again: 'short' }, 'password'],
    ['contact', { again: 'other' }, 'again'],
  ] as const)('%s: %o lacks %s', (step, change, field) => expect(missing(step, change as Partial<Draft>)).toEqual([field]))

  it('has the shape of the contract', () => {
    expect(toInput(complete, '2026-1')).toEqual({
      profile: {
        name: '岳阳湘湖里电器有限公司',
        credit_code: '91110000802100433B',
        region: '430602',
        address: '岳阳楼区建设路 1 号',
        conditions: { place: true, staff: true, computer: true, telephone: true, complaint_rules: true },
        commitment: { yes: true, text: '2026-1' },
      },
      contact: { name: '刘佳怡', phone: '138 0013 8000' },
      supervisor: { login: 'liu.desk', password: 'correct horse', display_name: '刘主管' },
    })
  })

  it('keeps what was written, but no password and no signature', () => {
    forget()
    save(complete)
    expect(localStorage.getItem('hejie.apply..draft')).not.toContain('horse')
    expect(readSaved()).toEqual({ ...complete, password: '', again: '', commitment: false })
    forget()
    expect(readSaved()).toEqual(emptyDraft)
  })

  it('finds the place of a refusal', () => {
    expect(placeOf('credit_code')).toEqual({ step: 'facts', id: 'credit_code' })
    expect(placeOf('profile.conditions.staff')).toEqual({ step: 'ones', id: 'staff' })
    expect(placeOf('contact.phone')).toEqual({ step: 'contact', id: 'contact-phone' })
    expect(placeOf('supervisor.login')).toEqual({ step: 'contact', id: 'login' })
    expect(placeOf('something.else')).toBeUndefined()
  })
})
