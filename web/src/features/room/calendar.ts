/* Working days ahead, fetched once, for dates that depend on acceptance. */
import { shallowRef, type Ref } from 'vue'
import { api, data } from '@/api'
import { isoDay } from '@/lib/format'
import type { CalendarDay } from '@/features/words'

const days = shallowRef<readonly CalendarDay[]>([])
let from = ''

/** The days from business today on, far enough for the longest term; empty until they are here. */
export function useCalendarDays(now: number): Readonly<Ref<readonly CalendarDay[]>> {
  const today = isoDay(now)
  if (from !== today) {
    from = today
    const query = { from: today, to: isoDay(now + 160 * 86_400_000) }
    data(api.GET('/api/calendar', { params: { query } }))
      .then((calendar) => (days.value = calendar?.days ?? []))
      // Without it terms are told in days only.
      .catch(() => (from = ''))
  }
  return days
}
