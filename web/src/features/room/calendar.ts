/* Days of the calendar around business today, fetched once a day: for dates that depend on acceptance, and for what is left and overdue. */
import { shallowRef, type Ref } from 'vue'
import { api, data } from '@/api'
import { isoDay } from '@/lib/format'
import type { CalendarDay } from '@/features/words'

const day = 86_400_000

/** From so many days back, and far enough for the longest term; empty until they are here. */
function calendarFrom(back: number): (now: number) => Readonly<Ref<readonly CalendarDay[]>> {
  const days = shallowRef<readonly CalendarDay[]>([])
  let asked = ''
  return (now) => {
    const today = isoDay(now)
    if (asked !== today) {
      asked = today
      const query = { from: isoDay(now - back * day), to: isoDay(now + 160 * day) }
      data(api.GET('/api/calendar', { params: { query } }))
        .then((calendar) => (days.value = calendar?.days ?? []))
        // Without it what is left is told in plain days.
        .catch(() => (asked = ''))
    }
    return days
  }
}

export const useCalendarDays = calendarFrom(0)
/** Also those behind: an officer sees by how many days something is late. */
export const useDaysAround = calendarFrom(120)
