import type { CaseView } from '@/features/words'

/** What a consumer can do with the whole case. */
export type CaseMode = 'escalate' | 'withdraw' | 'consents' | 'disclose' | 'reopen' | 'rate' | 'share'

/** In the order of the menu; `may` decides, the door judges again. */
export function actionsOf(view: CaseView): CaseMode[] {
  const may = (type: CaseView['may'][number]) => view.may.includes(type)
  const list: CaseMode[] = []
  if (may('reopen')) list.push('reopen')
  if (may('rate') && !view.case.stars) list.push('rate')
  if (may('disclose_details') && !view.case.disclosed) list.push('disclose')
  if (may('change_consents')) list.push('consents')
  if (may('escalate')) list.push('escalate')
  if (may('withdraw_case')) list.push('withdraw')
  return [...list, 'share']
}
