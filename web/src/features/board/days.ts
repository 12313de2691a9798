/* Days around today with their kinds, for what is left and what is overdue; fetched once a business day. */
import { shallowRef, type Ref } from 'vue'
import { api, data } from '@/api'
import { isoDay } from '@/lib/format'
import type { CalendarDay } from '@/features/words'

const days = shallowRef<readonly CalendarDay[]>([])
let asked = ''

export function useDaysAround(now: number): Readonly<Ref<readonly CalendarDay[]>> {
  const today = isoDay(now)
  if (asked !== today) {
    asked = today
    const query = { from: isoDay(now - 120 * 86_400_000), to: isoDay(now + 160 * 86_400_000) }
    data(api.GET('/api/calendar', { params: { query } }))
      .then((calendar) => (days.value = calendar?.days ?? []))
      // Without it what is left is told in calendar days.
      .catch(() => (asked = ''))
  }
  return days
}
