import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { setLocale } from '@/i18n'
import type { Statistics, Tally } from '@/features/words'
import { monthsTo, periodOf } from './statistics/months'
import { tableOf } from './statistics/table'
import StatisticsPage from './StatisticsPage.vue'

const now = Date.parse('2026-11-30T16:30:00Z') // the first of December in Shanghai
const tally = (n: number, change: Partial<Tally> = {}): Tally => ({
  n,
  classes: { SC: n },
  confirmed: { count: n, percent: n ? 100 : 0 },
  unknown: { count: 0, percent: 0 },
  failed: { count: 0, percent: 0 },
  late: 0,
  left_out: 0,
  plain: { numerator: n, denominator: n, percent: n ? 100 : 0 },
  response: { n, median: { seconds: n ? 14400 : 0 }, p90: { seconds: n ? 86400 : 0 } },
  settlement: { n, median: { seconds: n ? 1728000 : 0, ...(n && { more: true }) }, p90: { seconds: n ? 1728000 : 0 } },
  ...change,
})
const report = (change: Partial<Statistics> = {}): Statistics => ({
  region: '430600',
  region_name: '湖南省岳阳市',
  from: '2026-11',
  to: '2026-12',
  as_of: '2026-11-30T16:30:00Z',
  total: tally(3),
  months: [
    { month: '2026-11', tally: tally(3) },
    { month: '2026-12', tally: tally(0) },
  ],
  regions: [{ region: '430602', name: '岳阳楼区', tally: tally(3) }],
  ...change,
})

describe('the period of an address', () => {
  const months = monthsTo(now)
  it('can be chosen among three years, by the days of Shanghai', () => {
    expect([months[0], months[1], months[11], months[12], months.at(-1), months.length]).toEqual(['2026-12', '2026-11', '2026-01', '2025-12', '2024-01', 36])
  })
  it.each([
    [{}, '2026-01', '2026-12'],
    [{ from: '2026-03', to: '2026-05' }, '2026-03', '2026-05'],
    [{ from: '2026-05', to: '2026-03' }, '2026-03', '2026-05'],
    [{ to: '2024-03' }, '2024-01', '2024-03'],
    [{ from: '2019-01', to: 'x' }, '2026-01', '2026-12'],
  ])('%j', (query, from, to) => expect(periodOf(query, months)).toEqual({ from, to }))
})

describe('the table of a report', () => {
  beforeEach(() => setLocale('en'))
  it('has each month, the whole, and the regions', () => {
    const [head, ...rows] = tableOf(report(), '湖南省岳阳市')
    expect(rows.map((cells) => cells.slice(0, 3))).toEqual([
      ['湖南省岳阳市', '2026-11', '3'],
      ['湖南省岳阳市', '2026-12', '0'],
      ['湖南省岳阳市', '2026-11 – 2026-12', '3'],
      ['岳阳楼区', '2026-11 – 2026-12', '3'],
    ])
    expect(rows.every((cells) => cells.length === head!.length)).toBe(true)
    const one = Object.fromEntries(head!.map((name, i) => [name, [rows[0]![i], rows[1]![i]]]))
    expect(one['Settlement rate (%)']).toEqual(['100', ''])
    expect(one['Median first response (hours of working days)']).toEqual(['4', ''])
    expect(one['Median settlement (hours of working days)']).toEqual(['>480', ''])
    expect(one[head!.find((name) => name.startsWith('SC '))!]).toEqual(['3', '0'])
  })
})

describe('the page', () => {
  const asked: string[] = []
  const answer = vi.fn<(url: string) => Response | Promise<Response>>()
  const show = async (at = '/board/statistics') => {
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:any(.*)', component: StatisticsPage }] })
    await router.push(at)
    vi.stubGlobal('fetch', (url: string) => (asked.push(url), answer(url)))
    const page = mount(StatisticsPage, { global: { plugins: [router] } })
    await flushPromises()
    return { page, router }
  }
  beforeEach(async () => {
    await setLocale('zh')
    asked.splice(0)
    answer.mockImplementation(() => Response.json(report()))
  })

  it('shows the regions, leads into one, and back', async () => {
    const { page, router } = await show('/board/statistics?from=2026-10&to=2026-11')
    expect(asked[0]).toMatch(/\?from=2026-10&to=2026-11$/)
    await page.findAll('a').find((link) => link.text() === '岳阳楼区')!.trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.query).toEqual({ from: '2026-10', to: '2026-11', region: '430602' })
    expect(asked[1]).toMatch(/&region=430602$/)
    await page.findAll('a').find((link) => link.text() === '返回全辖区')!.trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.query).toEqual({ from: '2026-10', to: '2026-11' })
    page.unmount()
  })

  it('shows what was asked for last, whichever answer comes last', async () => {
    const waiting: ((answer: Response) => void)[] = []
    answer.mockImplementation(() => new Promise((give) => waiting.push(give)))
    const { page, router } = await show()
    await router.replace({ query: { region: '430602' } })
    await flushPromises()
    waiting[1]!(Response.json(report({ region: '430602', region_name: '岳阳楼区', regions: [] })))
    await flushPromises()
    waiting[0]!(Response.json(report()))
    await flushPromises()
    expect(page.text()).toContain('岳阳楼区')
    expect(page.text()).not.toContain('湖南省岳阳市')
    expect(page.text()).not.toContain('按地区')
    page.unmount()
  })

  it('says when nothing ended, and that it did not load', async () => {
    answer.mockImplementation(() => Response.json(report({ total: tally(0), months: [], regions: [] })))
    const empty = await show()
    expect(empty.page.text()).toContain('没有结束的协商')
    empty.page.unmount()
    answer.mockImplementation(() => Response.json({ code: 'not_found', status: 404, title: 'x', detail: '没有这个地区', type: 'about:blank', request_id: '1', field: 'region' }, { status: 404, headers: { 'Content-Type': 'application/problem+json' } }))
    const { page } = await show('/board/statistics?region=110000')
    expect(page.findAll('button').map((one) => one.text())).toContain('重试')
    expect(page.text()).not.toContain('按月')
    page.unmount()
  })
})
