import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { computed, defineComponent, h, nextTick, shallowRef } from 'vue'
import { setLocale } from '@/i18n'
import type { Colleague, Person } from '@/live'
import type { CalendarDay, CaseRow, CaseView } from '@/features/words'
import type { Room } from '@/features/room/useRoom'
import { faults, newItem, toItems, draftTotal } from '@/features/offer/draft'
import OfferComposer from '@/features/offer/OfferComposer.vue'
import { applyStart, startsOf } from '@/features/offer/starts'
import EnrolmentBanner from './EnrolmentBanner.vue'
import { isGone, isOwnNews, matches, merge, paramsOf, queryOf, sorted, startView, unread, viewOf, type Known } from './inbox'
import { actionOf, isTyping, keyMap, useKeys, type DeskAction } from './keys'
import { initials, isLocked, writers } from './lock'
import LookingPeople from './LookingPeople.vue'
import ReplyBox from './ReplyBox.vue'
import { pendingOf } from './score'
import { isLastSupervisor, readCapacity, readLimit, staffFaults } from './staff'
import { workingDaysTo } from '@/features/room/daysTo'
import { timeLeft, urgencyOf } from './urgency'

const now = Date.parse('2026-11-23T02:00:00Z') // Monday 10:00 in Shanghai
// Two weeks of days; the 25th is a holiday, the 28th (a Saturday) is worked instead.
const days: CalendarDay[] = Array.from({ length: 14 }, (_, i) => {
  const date = new Date(Date.parse('2026-11-23') + i * 86_400_000)
  const iso = date.toISOString().slice(0, 10)
  const weekend = date.getUTCDay() % 6 === 0
  return { date: iso, kind: iso === '2026-11-25' ? 'holiday' : iso === '2026-11-28' ? 'makeup' : weekend ? 'rest' : 'working' }
})
const row = (fields: Partial<CaseRow> = {}): CaseRow =>
  ({
    case: 'c1',
    code: 'K7QM2-XW9PD',
    version: 3,
    phase: 'awaiting_response',
    turn: 'enterprise',
    turn_since: '2026-11-20T02:00:00Z',
    filed_at: '2026-11-20T02:00:00Z',
    last_at: '2026-11-20T02:00:00Z',
    due: '2026-11-24T16:00:00Z',
    due_key: 'first_response',
    amount: { currency: 'CNY', minor: 15000 },
    room_seq: 4,
    title: '电饭煲',
    name: '王**',
    ...fields,
  }) as CaseRow

describe('what is left, in words', () => {
  afterEach(() => setLocale('zh'))

  it.each([
    ['counts working days on the calendar', '2026-11-26T16:00:00Z', 2, 'calm', '还有 2 个工作日'],
    ['counts a make-up day', '2026-11-28T16:00:00Z', 4, 'calm', '还有 4 个工作日'],
    ['warns a working day before', '2026-11-24T16:00:00Z', 1, 'soon', '还有 1 个工作日'],
    ['says hours on the last day', '2026-11-23T16:00:00Z', 0, 'now', '今天到期，还有 14 小时'],
    ['says minutes in the last hour', '2026-11-23T02:40:00Z', 0, 'now', '还有 40 分钟'],
  ])('%s', (_, due, left, urgency, words) => {
    expect(workingDaysTo(due, now, days)).toBe(left)
    expect(urgencyOf(row({ due }), now, days)).toBe(urgency)
    expect(timeLeft(row({ due }), now, days)).toBe(words)
  })

  it('counts plain days where the calendar does not reach', () => {
    expect(timeLeft(row({ due: '2026-11-30T16:00:00Z' }), now, [])).toBe('还有 7 天')
  })

  it('calls the last working day the last one, though days off follow', () => {
    const friday = Date.parse('2026-12-05T02:00:00Z') // a Saturday; due on Sunday's end
    expect(timeLeft(row({ due: '2026-12-06T16:00:00Z' }), friday, days)).toBe('休息日后到期')
  })

  it('names what was missed, and the bureau’s delay is not ours', () => {
    expect(timeLeft(row({ overdue: true }), now, days)).toBe('首次答复超期')
    expect(urgencyOf(row({ overdue: true, phase: 'negotiating', due_key: 'negotiation' }), now, days)).toBe('over')
    const bureau = row({ overdue: true, phase: 'escalated', turn: 'bureau', due_key: 'complaint_decision', due: '2026-11-20T16:00:00Z' })
    expect(urgencyOf(bureau, now, days)).toBe('calm')
    expect(timeLeft(bureau, now, days)).toBe('部门已超期')
  })

  it('says nothing where no clock runs', () => {
    expect(timeLeft(row({ due: undefined }), now, days)).toBe('')
    expect(urgencyOf(row({ phase: 'closed' }), now, days)).toBe('none')
  })

  it('still says days when the calendar is not here yet', () => {
    expect(timeLeft(row({ due: '2026-11-27T16:00:00Z' }), now, [])).toBe('还有 4 天')
  })

  it('speaks English too', async () => {
    await setLocale('en')
    expect(timeLeft(row({ due: '2026-11-24T16:00:00Z' }), now, days)).toBe('1 working day')
  })
})

describe('the list', () => {
  const ids = (rows: readonly CaseRow[]) => rows.map((one) => one.case)

  it('keeps the highest version, whichever way it came', () => {
    let known: Known = merge(new Map(), [row({ version: 3, read_seq: 2 })])
    known = merge(known, [row({ version: 5, phase: 'negotiating', name: undefined })])
    known = merge(known, [row({ version: 4, phase: 'awaiting_response' })])
    expect(known.get('c1')).toMatchObject({ version: 5, phase: 'negotiating', name: '王**', read_seq: 2 })
  })

  it('takes the mark that a page brings with the same version', () => {
    const known = merge(merge(new Map(), [row({ version: 3 })]), [row({ version: 3, read_seq: 4 })])
    expect(known.get('c1')!.read_seq).toBe(4)
  })

  it('lets a case go, until a higher version comes back', () => {
    const gone = new Map([['c1', 4]])
    expect(isGone(row({ version: 4 }), gone)).toBe(true)
    expect(isGone(row({ version: 5 }), gone)).toBe(false)
  })

  it('sorts as the server does, equal ones by id', () => {
    const rows = [
      row({ case: 'a', due: undefined, amount: { currency: 'CNY', minor: 5 } }),
      row({ case: 'c', due: '2026-11-24T16:00:00Z', turn_since: '2026-11-01T00:00:00Z' }),
      row({ case: 'b', due: '2026-11-24T16:00:00Z', filed_at: '2026-11-22T00:00:00Z' }),
    ]
    expect(ids(sorted(rows, 'due'))).toEqual(['b', 'c', 'a'])
    expect(ids(sorted(rows, 'turn'))).toEqual(['c', 'a', 'b'])
    expect(ids(sorted(rows, 'amount'))).toEqual(['b', 'c', 'a'])
    expect(ids(sorted(rows, 'newest'))).toEqual(['b', 'a', 'c'])
  })

  it('filters by holder, turn, stage and words; what the server found counts', () => {
    const mine = row({ agent: 'me' })
    expect(matches(mine, { ...startView, holder: 'me' }, 'me')).toBe(true)
    expect(matches(mine, { ...startView, holder: 'nobody' }, 'me')).toBe(false)
    expect(matches(row(), { ...startView, holder: 'nobody' }, 'me')).toBe(true)
    expect(matches(mine, { ...startView, turn: 'consumer' }, 'me')).toBe(false)
    const both = row({ turn: 'consumer', also: ['enterprise'] })
    expect((['enterprise', 'consumer', 'bureau'] as const).map((turn) => matches(both, { ...startView, turn }, 'me'))).toEqual([true, true, false])
    expect(matches(row({ phase: 'closed' }), startView, 'me')).toBe(false)
    expect(matches(row({ phase: 'closed' }), { ...startView, stage: 'closed' }, 'me')).toBe(true)
    const late = { ...startView, late: true }
    expect(matches(row({ overdue: true }), late, 'me')).toBe(true)
    expect(matches(row(), late, 'me')).toBe(false)
    expect(matches(row({ overdue: true, phase: 'escalated' }), late, 'me')).toBe(false) // the bureau's clock
    expect([row({ asked: true }), row()].map((one) => matches(one, { ...startView, asked: true }, 'me'))).toEqual([true, false])
    expect(matches(mine, { ...startView, q: 'k7qm2 xw' }, 'me')).toBe(true)
    expect(matches(mine, { ...startView, q: '冰箱' }, 'me')).toBe(false)
    expect(matches(mine, { ...startView, q: '王建国' }, 'me', new Set(['c1']))).toBe(true)
  })

  it('keeps a view in the address and asks the server for the same', () => {
    const view = { holder: 'me', turn: 'enterprise', stage: 'agreed', late: true, asked: true, q: ' 锅 ', sort: 'amount' } as const
    expect(viewOf(queryOf(view))).toEqual({ ...view, q: '锅' })
    expect(queryOf(startView)).toEqual({})
    expect(viewOf({ agent: 'x', sort: ['due'] })).toEqual(startView)
    expect(paramsOf(view)).toEqual({ agent: 'me', turn: 'enterprise', phase: 'agreed', late: true, asked: true, q: '锅', sort: 'amount' })
    expect(paramsOf(startView)).toEqual({ open: true, sort: 'due' })
    expect(paramsOf({ ...startView, stage: 'any' })).toEqual({ sort: 'due' })
  })

  it('counts what is unread, or says that it does not know', () => {
    expect(unread(row({ read_seq: 1 }), undefined)).toBe(3)
    expect(unread(row({ read_seq: 1 }), 4)).toBe(0)
    expect(unread(row(), undefined)).toBeNull()
  })

  it('knows own acts, and what follows from them, from news', () => {
    const events = (...ids: string[]) => ids.map((id, n) => ({ seq: n + 1, by: { side: id === 'system' ? id : 'enterprise', id } }))
    expect(isOwnNews(events('wang', 'me'), 1, 'me')).toBe(true)
    expect(isOwnNews(events('wang', 'me', 'system'), 1, 'me')).toBe(true)
    expect(isOwnNews(events('wang', 'system'), 1, 'me')).toBe(false)
    expect(isOwnNews(events('wang', 'me', 'liu'), 1, 'me')).toBe(false)
    expect(isOwnNews(events('wang', 'liu', 'me'), 1, 'me')).toBe(false)
    expect(isOwnNews(events('me'), 0, 'me')).toBe(false) // the talk was not shown yet
    expect(isOwnNews(events('wang', 'me'), 2, 'me')).toBe(false)
  })
})

describe('the keys', () => {
  const stroke = (key: string, target: EventTarget = document.body, more = {}) => ({ key, target, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, keyCode: 0, ...more })

  it('has one action per key', () => {
    expect(new Set(keyMap.map(({ key }) => key)).size).toBe(keyMap.length)
    expect(keyMap.map(({ key }) => actionOf(stroke(key)))).toEqual(keyMap.map(({ action }) => action))
    expect(actionOf(stroke('J'))).toBe('next')
    expect(actionOf(stroke('x'))).toBeNull()
  })

  it('leaves letters to whoever is typing, but lets them out', () => {
    for (const tag of ['textarea', 'input', 'select']) {
      const field = document.createElement(tag)
      expect(isTyping(field), tag).toBe(true)
      expect(actionOf(stroke('r', field)), tag).toBeNull()
      expect(actionOf(stroke('Escape', field)), tag).toBe('back')
    }
    const radio = Object.assign(document.createElement('input'), { type: 'radio' })
    expect(actionOf(stroke('r', radio))).toBe('reply')
  })

  it('leaves chords, the input method and buttons alone', () => {
    expect(actionOf(stroke('r', document.body, { ctrlKey: true }))).toBeNull()
    expect(actionOf(stroke('r', document.body, { isComposing: true }))).toBeNull()
    expect(actionOf(stroke('Escape', document.body, { keyCode: 229 }))).toBeNull()
    expect(actionOf(stroke('Enter', document.createElement('button')))).toBeNull()
  })

  it('hears nothing while a dialog is open, and stops with its component', () => {
    const heard: DeskAction[] = []
    const wrapper = mount(defineComponent({ setup: () => (useKeys((action) => heard.push(action)), () => h('p')) }))
    const press = (key: string) => document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    press('j')
    const dialog = document.body.appendChild(document.createElement('dialog'))
    dialog.setAttribute('open', '')
    press('j')
    dialog.remove()
    wrapper.unmount()
    press('j')
    expect(heard).toEqual(['next'])
  })
})

describe('the soft lock', () => {
  const person = (id: string, composing = false, side: Colleague['side'] = 'enterprise'): Colleague => ({ id, side, name: `小${id}`, composing })

  it('locks for a colleague who writes, not for oneself and not for the consumer', () => {
    const idle = { text: '', anyway: false }
    expect(isLocked([person('me', true)], 'me', idle)).toBe(false)
    expect(isLocked([person('b')], 'me', idle)).toBe(false)
    expect(isLocked([person('b', true)], 'me', idle)).toBe(true)
    expect(isLocked([person('c', true, 'consumer')], 'me', idle)).toBe(false)
    expect(writers([person('b', true), person('c')], 'me').map(({ id }) => id)).toEqual(['b'])
  })

  it('shows in the list who looks and who answers, by initials and in words', async () => {
    expect(['李小明', '欧阳 修', 'Ann Lee', 'cher', '😀'].map(initials)).toEqual(['明', '修', 'AL', 'C', '😀'])
    const wrapper = mount(LookingPeople, { props: { people: [person('b', true), person('c')] } })
    expect(wrapper.find('.sr-only').text()).toBe('小b正在回复 · 小c在看')
    expect(wrapper.findAll('[aria-hidden]').map((one) => one.text())).toEqual(['b', 'c', ''])
    await wrapper.setProps({ people: ['d', 'e', 'f', 'g'].map((id) => person(id)) })
    expect(wrapper.text()).toContain('+1')
    expect(wrapper.find('.sr-only').text()).toBe('小d、小e、小f和小g在看')
    await wrapper.setProps({ people: [] })
    expect(wrapper.text()).toBe('')
  })

  it('never takes words away, and opens on request', () => {
    const people = [person('b', true)]
    expect(isLocked(people, 'me', { text: '您好', anyway: false })).toBe(false)
    expect(isLocked(people, 'me', { text: '', anyway: true })).toBe(false)
  })

  function box(people: Person[], first = true) {
    const say = vi.fn()
    const here = shallowRef(people)
    const room = { caseId: 'c1', people: computed(() => here.value), may: () => true, say } as unknown as Room
    const view = {
      case: { phase: first ? 'awaiting_response' : 'negotiating', rules: { message_length: 2000 } },
      clocks: first ? [{ key: 'first_response', due: '2026-11-24T16:00:00Z' }] : [],
    } as unknown as CaseView
    localStorage.clear()
    return { wrapper: mount(ReplyBox, { props: { room, view, me: 'me', now }, attachTo: document.body }), say, here }
  }

  it('says who is replying, and “reply anyway” opens the field', async () => {
    const { wrapper, here } = box([person('b', true)])
    expect(wrapper.text()).toContain('小b 正在回复')
    expect(wrapper.find('textarea').exists()).toBe(false)
    await wrapper.find('button').trigger('click')
    expect(wrapper.find('textarea').exists()).toBe(true)
    expect(wrapper.text()).toContain('小b 也在回复')
    here.value = []
    await nextTick()
    expect(wrapper.text()).not.toContain('也在回复')
    wrapper.unmount()
  })

  it('says what a plain message does not do, and sends a question only when chosen', async () => {
    const { wrapper, say } = box([])
    expect(wrapper.text()).toContain('普通消息不算首次答复')
    const write = async (text: string) => {
      await wrapper.find('textarea').setValue(text)
      await wrapper.find('form').trigger('submit')
    }
    await write('收到')
    await wrapper.find('input[value=question]').setValue(true)
    expect(wrapper.text()).toContain('首次答复完成')
    await write('请问订单号？')
    await write('谢谢')
    expect(say.mock.calls).toEqual([['收到', {}], ['请问订单号？', { question: true }], ['谢谢', {}]])
    wrapper.unmount()
  })
})

describe('an offer of the enterprise', () => {
  const money = (minor: number) => ({ currency: 'CNY' as const, minor })
  const claim = {
    number: 1,
    by: 'consumer',
    state: 'open',
    items: [
      { by: 'consumer', remedy: 'return_and_refund', due: { days: 7, unit: 'calendar' } },
      { by: 'enterprise', remedy: 'return_and_refund', amount: money(32_850), due: { days: 3, unit: 'working', after: 0 } },
    ],
  } as unknown as CaseView['case']['offers'][number]
  const rules = { items_per_offer: 5, max_due: 90, enterprise_valid: 3, consumer_valid: 1, valid_max: 10, withdraw_minutes: 5, enterprise_offers_bind: true, message_length: 2000 }

  it('starts from the claim, a part of it, or another remedy', () => {
    const starts = startsOf(claim, 'quality', [newItem()], 5)
    expect(starts.map((start) => (start.kind === 'add' ? start.remedy : start.kind === 'part' ? start.amount.minor : start.kind))).toEqual([
      'claim', 26_300, 16_400, 'return_and_refund', 'exchange', 'repair', 'compensate',
    ])
    expect(toItems(applyStart(starts[0]!, [], claim))).toEqual(claim.items)
    const part = applyStart(starts[1]!, [], claim)
    expect(draftTotal(part)).toBe(26_300)
    expect(toItems(part)[1]!.due.after).toBe(0)
    expect(applyStart({ kind: 'add', remedy: 'apology' }, [newItem()], claim).map(({ remedy }) => remedy)).toEqual(['apology'])
  })

  it('offers no start that would not fit, and no part where no money was asked', () => {
    const full = Array.from({ length: 5 }, () => newItem({ remedy: 'invoice' }))
    expect(startsOf({ ...claim, items: [{ by: 'enterprise', remedy: 'apology', due: { days: 3, unit: 'working' } }] } as typeof claim, 'quality', full, 5)).toEqual([{ kind: 'claim' }])
  })

  it('wants an amount, a term within 90 days and something of the enterprise', () => {
    const wrong = (fields: Parameters<typeof newItem>[0]) => faults([newItem(fields)], rules).map(({ key }) => key)
    expect(wrong({ remedy: 'refund' })).toEqual(['compose.needAmount'])
    expect(wrong({ remedy: 'refund', amount: money(1), days: 91 })).toEqual(['compose.needDays'])
    expect(wrong({ remedy: 'repair', by: 'consumer' })).toEqual(['compose.needEnterprise'])
    expect(wrong({ remedy: 'repair' })).toEqual([])
  })

  async function composer(act = vi.fn().mockResolvedValue(undefined), amount = 10_000) {
    HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
      this.open = true
    }
    const view = { case: { id: 'c1', amount: money(amount), category: 'quality', offers: [claim], rules }, texts: { goods: '', facts: '', offers: [] } } as unknown as CaseView
    const wrapper = mount(OfferComposer, { props: { open: true, view, reader: 'enterprise', mode: 'new', now, act }, attachTo: document.body })
    await nextTick()
    return { wrapper, act, send: () => wrapper.findAll('button').at(-1)!.trigger('click') }
  }

  it('says that it binds, and that it may stand for 3 to 10 working days', async () => {
    const { wrapper } = await composer()
    expect(wrapper.text()).toContain('要约在有效期内不得撤回（《民法典》第四百七十六条）')
    const options = wrapper.findAll('#valid_days option').map((option) => option.text())
    expect([options[0], options.at(-1), options.length]).toEqual(['3 个工作日', '10 个工作日', 8])
    wrapper.unmount()
  })

  it('asks for a reason above three times the disputed amount, and sends it', async () => {
    const { wrapper, act, send } = await composer()
    await send()
    expect(act).not.toHaveBeenCalled()
    expect(wrapper.text()).toContain('请说明理由')
    await wrapper.find('textarea#reason').setValue('另含误工损失')
    await send()
    await nextTick()
    expect(act.mock.calls[0]![0]).toMatchObject({ type: 'make_offer', valid_days: 5, reason: '另含误工损失', items: claim.items })
    wrapper.unmount()
  })

  it('leaves the evidence beside it in use, and closes on Escape', async () => {
    HTMLDialogElement.prototype.show ??= function (this: HTMLDialogElement) {
      this.open = true
    }
    const [modal, plain] = [vi.spyOn(HTMLDialogElement.prototype, 'showModal'), vi.spyOn(HTMLDialogElement.prototype, 'show')]
    const view = { case: { id: 'c1', amount: money(10_000), category: 'quality', offers: [claim], rules }, texts: { goods: '', facts: '', offers: [] } } as unknown as CaseView
    const wrapper = mount(OfferComposer, { props: { open: true, view, reader: 'enterprise', mode: 'counter', now, beside: true, act: vi.fn() }, attachTo: document.body })
    await nextTick()
    await nextTick()
    expect([plain.mock.calls.length, modal.mock.calls.length]).toEqual([1, 0])
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    expect(wrapper.emitted('update:open')).toEqual([[false]])
    wrapper.unmount()
    modal.mockRestore()
    plain.mockRestore()
  })

  it('asks for none below it', async () => {
    const { wrapper, act, send } = await composer(undefined, 32_850)
    await send()
    await nextTick()
    expect(act.mock.calls[0]![0]).not.toHaveProperty('reason')
    wrapper.unmount()
  })
})

describe('people of the desk', () => {
  const member = (id: string, role: 'desk_agent' | 'desk_supervisor', active = true) => ({ id, role, active, display_name: id, away: false, load: 0 })

  it('protects the last active supervisor only', () => {
    const one = member('a', 'desk_supervisor')
    expect(isLastSupervisor([one, member('b', 'desk_agent'), member('c', 'desk_supervisor', false)], one)).toBe(true)
    expect(isLastSupervisor([one, member('c', 'desk_supervisor')], one)).toBe(false)
    expect(isLastSupervisor([one], member('b', 'desk_agent'))).toBe(false)
  })

  it('asks a new member for login and password, a known one for neither', () => {
    const draft = { login: '', display_name: ' ', phone: '', role: 'desk_agent' as const, password: '', limit: '', capacity: '', away: false }
    expect(Object.keys(staffFaults(draft, 10, true))).toEqual(['display_name', 'login', 'password'])
    expect(Object.keys(staffFaults({ ...draft, display_name: '小王' }, 10, false))).toEqual([])
    expect(Object.keys(staffFaults({ ...draft, display_name: '小王', password: 'short' }, 10, false))).toEqual(['password'])
    expect(Object.keys(staffFaults({ ...draft, display_name: '小王', limit: '多' }, 10, false))).toEqual(['limit'])
    expect(Object.keys(staffFaults({ ...draft, display_name: '小王', limit: '多', role: 'desk_supervisor' }, 10, false))).toEqual([])
    expect(Object.keys(staffFaults({ ...draft, display_name: '小王', capacity: '0' }, 10, false))).toEqual(['capacity'])
  })
})

it.each([['', null], [' ', null], ['0', 0], ['0.00', 0], ['500', 50_000], ['１,000.5元', 100_050], ['10000000', 1_000_000_000], ['10000000.01', undefined], ['-1', undefined], ['1.234', undefined]])(
  'reads a limit as it is typed: "%s"',
  (text, minor) => expect(readLimit(text)).toBe(minor),
)

it.each([['', null], [' ', null], ['1', 1], ['２０', 20], ['020', 20], ['1000', 1000], ['0', undefined], ['1001', undefined], ['-1', undefined], ['1.5', undefined], ['1e2', undefined], ['多', undefined]])(
  'reads how many cases somebody takes as it is typed: "%s"',
  (text, n) => expect(readCapacity(text)).toBe(n),
)

describe('the own scorecard', () => {
  it('counts what waits for the enterprise and nothing else', () => {
    const counts = { open: 340, mine: 0, nobody: 0, late: 7, asked: 0, turns: { enterprise: 180 }, phases: { awaiting_response: 130, negotiating: 150 } }
    expect(pendingOf({ ...counts, ours: { awaiting_response: 130, negotiating: 45, escalated: 2 } })).toEqual({ over: 7, due: 123, ours: 45, perform: 0 })
  })
})

describe('the banner about the enrolment', () => {
  const show = async (enrolment: object) => {
    vi.stubGlobal('fetch', vi.fn(async () => Response.json({ enterprise: 'e', name: '岳阳湘湖里电器有限公司', since: '2026-11-20T02:00:00Z', ...enrolment })))
    const page = mount(EnrolmentBanner)
    await flushPromises()
    return page.text()
  }
  afterEach(() => vi.unstubAllGlobals())

  it('says the state, why, and whom to ask', async () => {
    const bureau = { id: 'b', name_zh: '岳阳楼区市场监督管理局', name_en: 'Yueyanglou' }
    const text = await show({ status: 'suspended', ground: 'no_answers', reason: '请提交整改说明。', bureau, bureau_phone: '0730-0000002' })
    for (const part of ['暂停接收新纠纷', '多次不按时答复', '请提交整改说明。', '岳阳楼区市场监督管理局', '0730-0000002']) expect(text).toContain(part)
    expect(await show({ status: 'pending', bureau, bureau_phone: '12315' })).toContain('正在审核')
  })
  it('says nothing about an enrolled one', async () => {
    expect(await show({ status: 'enrolled' })).toBe('')
  })
})
