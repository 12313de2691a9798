import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import type { components } from '@/api'
import CalendarTab from './CalendarTab.vue'

type Year = components['schemas']['CalendarYear']

const world = vi.hoisted(() => ({ row: {} as object, asked: 0, away: false }))
vi.mock('@/api', () => ({
  api: {
    GET: (path: string) => {
      if (path !== '/api/admin/calendar') return Promise.resolve({ days: [{ date: '2027-01-01', kind: 'holiday' }] })
      world.asked++
      if (world.away) return Promise.reject(new Error('away'))
      return Promise.resolve({ rows: [world.row] })
    },
  },
  data: (answer: Promise<unknown>) => answer,
}))

it('tells how far the counting again is, until it is done', async () => {
  vi.useFakeTimers({ now: Date.UTC(2027, 0, 4) })
  const year = (more: Partial<Year>) => (world.row = { year: 2027, built_in: false, imported_at: '2026-11-04T08:00:00Z', applied: false, ...more })
  year({})
  const tab = mount(CalendarTab)
  await flushPromises()
  expect(tab.text()).toContain('正在按它重新计算在走的期限')
  year({ recount: { done: 3, of: 12 } })
  await vi.advanceTimersByTimeAsync(2000)
  expect(tab.text()).toContain('已完成 3 / 12 件')
  expect(tab.get('[role=progressbar]').attributes('aria-valuenow')).toBe('25')
  year({ applied: true })
  await vi.advanceTimersByTimeAsync(2000)
  expect(tab.find('[role=progressbar]').exists()).toBe(false)
  expect(tab.text()).toContain('在走的期限都已按它计算')
  const asked = world.asked
  await vi.advanceTimersByTimeAsync(60_000)
  expect(world.asked).toBe(asked)
  tab.unmount()
  vi.useRealTimers()
})

it('asks again for what failed, and keeps the calendar that is there', async () => {
  world.away = true
  world.row = { year: 2027, built_in: false, imported_at: '2026-11-04T08:00:00Z', applied: false }
  vi.useFakeTimers({ now: Date.UTC(2027, 0, 4) })
  const tab = mount(CalendarTab)
  await flushPromises()
  world.away = false
  await tab.get('[role=alert] button').trigger('click')
  await flushPromises()
  expect(tab.find('[role=alert]').exists()).toBe(false)
  expect(tab.text()).toContain('已导入')
  world.away = true
  await vi.advanceTimersByTimeAsync(2000)
  expect(tab.find('[role=alert]').exists()).toBe(false)
  world.away = false
  world.row = { ...world.row, applied: true }
  await vi.advanceTimersByTimeAsync(2000)
  expect(tab.text()).toContain('在走的期限都已按它计算')
  tab.unmount()
  vi.useRealTimers()
})
