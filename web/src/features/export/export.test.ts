import { flushPromises, mount } from '@vue/test-utils'
import Papa from 'papaparse'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { setLocale } from '@/i18n'
import { saveTable } from '@/lib/csv'
import type { CaseRow } from '@/features/words'
import { tableOf } from './cases'
import ExportCases from './ExportCases.vue'
import { most, useAll } from './useAll'

const row = (id: string, change: Partial<CaseRow> = {}): CaseRow => ({
  case: id,
  code: `HJ-${id}`,
  version: 1,
  consumer: 'c',
  enterprise: 'e',
  enterprise_name: '岳阳楼电器',
  bureau: 'b',
  region: '430602',
  category: 'quality',
  title: '冰箱',
  name: '周**',
  amount: { currency: 'CNY', minor: 159900 },
  phase: 'negotiating',
  turn: 'enterprise',
  turn_since: '2026-11-20T01:05:00Z',
  filed_at: '2026-11-19T16:30:00Z',
  last_at: '2026-11-20T01:05:00Z',
  room_seq: 3,
  ...change,
})

/** Rows of a table by their heads. */
const read = (table: string[][]) => table.slice(1).map((cells) => Object.fromEntries(cells.map((cell, i) => [table[0]![i], cell])))

describe('the table of cases', () => {
  beforeEach(() => setLocale('en'))

  it('has what a spreadsheet sorts and adds up: days of the platform, plain amounts', () => {
    const [one] = read(
      tableOf(
        [row('1', { claim_minor: 159900, offer_minor: 80005, due: '2026-11-29T16:00:00Z', due_key: 'offer:o1', agent: 'a', also: ['consumer'], overdue: true })],
        'enterprise',
        new Map([['a', '刘电器']]),
      ),
    )
    expect(one).toMatchObject({
      'Case code': 'HJ-1',
      Consumer: '周**',
      'Disputed amount (CNY)': '1599.00',
      'The consumer asks for (CNY)': '1599.00',
      'The enterprise offers (CNY)': '800.05',
      'Deadline (last day)': '2026-11-29',
      Turn: 'We, The consumer',
      Overdue: 'yes',
      Agent: '刘电器',
      Filed: '2026-11-20 00:30',
      Outcome: '',
    })
    expect(one!['Deadline for']).not.toMatch(/offer:|^$/)
  })

  it('has nothing where nothing is', () => {
    const [one] = read(tableOf([row('1')], 'enterprise'))
    expect(one).toMatchObject({ 'The enterprise offers (CNY)': '', 'Deadline (last day)': '', 'Deadline for': '', Agent: '' })
  })

  it('tells bureaus the enterprise, and not which of its people has the case', () => {
    const [head] = tableOf([], 'bureau')
    expect(head).toContain('Enterprise')
    expect(head).not.toContain('Agent')
    expect(tableOf([], 'enterprise')[0]).not.toContain('Enterprise')
  })

  it('is in Chinese for who reads Chinese', async () => {
    await setLocale('zh')
    expect(tableOf([], 'bureau')[0]!.slice(0, 3)).toEqual(['案件编号', '企业', '行政区划代码'])
  })
})

describe('reading all of a list', () => {
  const run = (page: Parameters<typeof useAll>[0]) => {
    const scope = effectScope()
    return { scope, all: scope.run(() => useAll(page))! }
  }

  it('goes on page by page, each case once as it was last', async () => {
    const pages: Record<string, { rows: CaseRow[]; next?: string }> = {
      '': { rows: [row('1'), row('2')], next: 'b' },
      b: { rows: [row('1', { phase: 'agreed' }), row('3')] },
    }
    const { all } = run((after = '') => Promise.resolve(pages[after]!))
    expect(all.done.value).toBe(false)
    await flushPromises()
    expect(all.rows.value.map((one) => [one.case, one.phase])).toEqual([['1', 'agreed'], ['2', 'negotiating'], ['3', 'negotiating']])
    expect([all.done.value, all.cut.value, all.busy.value]).toEqual([true, false, false])
  })

  it('goes on after a problem behind what it has', async () => {
    const asked: (string | undefined)[] = []
    let broken = true
    const { all } = run((after) => {
      asked.push(after)
      if (!after) return Promise.resolve({ rows: [row('1')], next: 'b' })
      return broken ? Promise.reject(new Error('gone')) : Promise.resolve({ rows: [row('2')] })
    })
    await flushPromises()
    expect(all.problem.value).not.toBeNull()
    expect([all.done.value, all.busy.value]).toEqual([false, false])
    broken = false
    await all.go()
    expect(asked).toEqual([undefined, 'b', 'b'])
    expect(all.problem.value).toBeNull()
    expect(all.rows.value.map((one) => one.case)).toEqual(['1', '2'])
    expect(all.done.value).toBe(true)
  })

  it('stops at what a file holds, and says that there is more', async () => {
    let n = 0
    const page = () => Promise.resolve({ rows: Array.from({ length: 3000 }, () => row(`${n++}`)), next: 'more' })
    const { all } = run(page)
    await flushPromises()
    expect(all.rows.value).toHaveLength(most)
    expect(all.cut.value).toBe(true)
  })

  it('does not say that there is more when a file holds just all', async () => {
    const { all } = run(() => Promise.resolve({ rows: Array.from({ length: most }, (_, i) => row(`${i}`)) }))
    await flushPromises()
    expect(all.rows.value).toHaveLength(most)
    expect(all.cut.value).toBe(false)
  })

  it('asks for no further page once its reader left', async () => {
    const page = vi.fn(() => Promise.resolve({ rows: [row('1')], next: 'more' }))
    const { scope, all } = run(page)
    scope.stop()
    await flushPromises()
    expect(page).toHaveBeenCalledTimes(1)
    expect(all.done.value).toBe(false)
  })
})

describe('the file', () => {
  let blob: Blob | undefined
  const saved = vi.fn()
  beforeEach(async () => {
    await setLocale('zh')
    blob = undefined
    vi.spyOn(URL, 'createObjectURL').mockImplementation((made) => ((blob = made as Blob), 'blob:it'))
    vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => undefined)
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved(this.href, this.download)
    })
  })
  afterEach(() => {
    document.body.innerHTML = ''
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
  const dialog = () => document.querySelector('dialog, [role=dialog]')!
  const button = (words: string) => [...dialog().querySelectorAll('button')].find((one) => one.textContent?.includes(words))
  const open = (rows: CaseRow[]) =>
    mount(ExportCases, { props: { open: true, page: () => Promise.resolve({ rows }), reader: 'enterprise' }, attachTo: document.body })

  it('is what was read, for a spreadsheet: no cell of it is a formula', async () => {
    const it = open([row('1', { title: '=HYPERLINK("http://x","好")' }), row('2', { title: '冰箱,\n"双门"' })])
    await flushPromises()
    button('保存')!.click()
    await vi.waitFor(() => expect(saved).toHaveBeenCalledWith('blob:it', expect.stringMatching(/^和解案件-\d{4}-\d\d-\d\d\.csv$/)))
    const bytes = new Uint8Array(await blob!.arrayBuffer())
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    const table = Papa.parse<string[]>(new TextDecoder().decode(bytes)).data
    expect(table.map((cells) => cells[1])).toEqual(['商品或服务', '\'=HYPERLINK("http://x","好")', '冰箱,\n"双门"'])
    it.unmount()
  })

  it('is let go once the browser has had time to read it', async () => {
    vi.useFakeTimers()
    await saveTable('a.csv', [['1']])
    expect(URL.revokeObjectURL).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(URL.revokeObjectURL).toHaveBeenCalledWith('blob:it')
  })

  it('is none where there are no cases', async () => {
    const it = open([])
    await vi.waitFor(() => expect(dialog().textContent).toContain('没有案件'))
    expect(button('保存')).toBeUndefined()
    it.unmount()
  })
})
