/* The members of the desk, for names and for assigning. */
import { computed, shallowRef } from 'vue'
import { api, data, type components } from '@/api'
import { asProblem, type Problem } from '@/lib/problem'

export type StaffMember = components['schemas']['Staff']

export function useStaff() {
  const members = shallowRef<readonly StaffMember[]>([])
  const loaded = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)

  async function load(): Promise<void> {
    problem.value = null
    try {
      members.value = (await data(api.GET('/api/desk/staff', {})))!.rows
      loaded.value = true
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }
  /** Takes no new cases for a while, or takes them again. Throws a problem. */
  async function setAway(away: boolean): Promise<void> {
    const self = (await data(api.PUT('/api/desk/away', { body: { away } })))!
    members.value = members.value.map((member) => (member.id === self.id ? { ...member, away: self.away } : member))
  }
  const names = computed(() => new Map(members.value.map(({ id, display_name }) => [id, display_name])))
  return { members, names, loaded, problem, load, setAway }
}
export type Staff = ReturnType<typeof useStaff>
export type StaffNames = ReadonlyMap<string, string>
