/* Saved replies: the desk's list, and what becomes of one in a case. */
import { shallowRef } from 'vue'
import { api, data, type components } from '@/api'
import { asProblem, type Problem } from '@/lib/problem'

export type SavedReply = components['schemas']['SavedReply']

/** As the contract limits them. */
export const maxName = 40
export const maxText = 1000

export function useReplies() {
  const list = shallowRef<readonly SavedReply[] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  async function load(): Promise<void> {
    problem.value = null
    try {
      list.value = (await data(api.GET('/api/desk/replies', {}))).rows
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }
  void load()
  return { list, problem, load }
}

/** The text for a case: its places filled in. A masked name gives the surname. */
export function filled(text: string, { name, code }: { name: string; code: string }): string {
  const surname = name.replace(/\*+$/, '')
  return text.replace(/\{(?:姓|name)\}/g, () => surname).replace(/\{(?:案号|code)\}/g, () => code)
}

/** Those with all the words, in the name before the text. */
export function found(list: readonly SavedReply[], words: string): SavedReply[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const has = (text: string) => wanted.every((word) => text.toLowerCase().includes(word))
  const named = list.filter(({ name }) => has(name))
  return [...named, ...list.filter((one) => !named.includes(one) && has(`${one.name} ${one.text}`))]
}
