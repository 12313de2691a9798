/*
 * What an officer may decide, as data for one form: the law, the choices, what follows. Pure but for the language.
 * Sources: Order 121 arts. 15, 16, 23, 25; Consumer Rights Protection Law art. 39; features.md §4 for the classes.
 */
import { translate } from '@/i18n'
import { word, type CaseView, type Command, type CommandType } from '@/features/words'
import { term } from '@/features/words/more'
import { bureauName } from '@/features/room/log'
import { due } from '@/lib/format'
import messages from './messages'

const say = (key: string, params?: Record<string, unknown>) => translate(messages, key, params)!

const modes = ['accept_complaint', 'refuse_complaint', 'rule_on_refusal', 'find_performance', 'close_complaint', 'void'] as const
export type Mode = (typeof modes)[number]

export interface Wish {
  choice: string
  /** Of ground 5: what was handed in is false. */
  falseMaterial: boolean
  reasons: string
}
export const noWish: Wish = { choice: '', falseMaterial: false, reasons: '' }

export const complaintGrounds = [
  'out_of_duty_or_power',
  'already_handled',
  'not_consumer_or_no_dispute',
  'over_three_years',
  'materials_missing_or_false',
  'impersonation_or_verify_refused',
  'other_by_law',
] as const
export const terminationGrounds = [
  'withdrawn_or_self_settled',
  'absent_or_refused',
  'no_agreement_declared',
  'appraisal_cost_dispute',
  'sixty_days',
  'art_16_or_42_found',
  'party_deceased_or_extinct',
  'other_by_law',
] as const

/** The decisions that are open, the most pressing first. */
export function openModes(may: readonly CommandType[]): Mode[] {
  return modes.filter((mode) => may.includes(mode))
}

/** Why an officer who does not see the room sees the facts only; own is the officer's bureau. */
export function factsOf({ case: c, bureau }: Pick<CaseView, 'case' | 'bureau'>, own: string | undefined): 'before' | 'never' | 'ended' | 'higher' | 'over' {
  if (c.phase !== 'closed') return c.complaint ? 'higher' : 'before'
  if (c.complaint) return 'over'
  return bureau.id === own ? 'never' : 'ended'
}

interface Option {
  value: string
  label: string
  hint?: string
  disabled?: boolean
}

/** The choices of a decision; none where there is nothing to choose. That the term of mediation is over can be chosen once it is. */
export function optionsOf(mode: Mode, { clocks }: Pick<CaseView, 'clocks'>, now: number): Option[] {
  const option = (value: string, hint = true) => ({ value, label: say(`decide.${mode}.${value}`), ...(hint && { hint: say(`decide.${mode}.${value}.hint`) }) })
  const mediation = clocks.find(({ key }) => key === 'mediation')
  switch (mode) {
    case 'refuse_complaint':
      return complaintGrounds.map((ground, i) => ({ value: ground, label: say('decide.item', { n: i + 1, text: word('complaintGround', ground) }), hint: say(`decide.ground.${ground}`) }))
    case 'close_complaint':
      return [
        option('settled'),
        ...terminationGrounds.map((ground, i) => ({
          value: ground,
          label: say('decide.terminated', { n: i + 1, text: word('termination', ground) }),
          ...(ground === 'sixty_days' && mediation && Date.parse(mediation.due) > now && { disabled: true, hint: say('decide.notYet', { due: due(mediation.due, now) }) }),
        })),
      ]
    case 'rule_on_refusal':
      return [option('upheld'), option('overturned')]
    case 'find_performance':
      return [option('on_time'), option('late'), option('not_performed')]
    case 'void':
      return [option('duplicate'), option('abuse')]
    default:
      return []
  }
}

/** Refusing on these grounds says that there was no genuine consumer dispute: the case is left out of the figures. */
function leavesOut({ choice, falseMaterial }: Pick<Wish, 'choice' | 'falseMaterial'>): boolean {
  return choice === 'not_consumer_or_no_dispute' || choice === 'impersonation_or_verify_refused' || (choice === 'materials_missing_or_false' && falseMaterial)
}

/** What follows from the decision as it stands, sentence by sentence. Said before the click. */
export function consequences(mode: Mode, wish: Wish, view: CaseView): string[] {
  const { case: c } = view
  const list: string[] = []
  const add = (key: string, params?: Record<string, unknown>) => list.push(say(`then.${key}`, { bureau: bureauName(view), ...params }))
  switch (mode) {
    case 'accept_complaint':
      add('accept.clock', { n: c.rules.mediation })
      add('accept.told')
      if (c.offers.at(-1)?.state === 'open') add('accept.offer')
      break
    case 'refuse_complaint':
      add('refuse.closed')
      add('refuse.told')
      if (wish.choice) add(leavesOut(wish) ? 'refuse.leftOut' : 'refuse.classStays', { class: term('class', c.class) })
      break
    case 'rule_on_refusal':
      if (wish.choice) add(`rule.${wish.choice}`)
      add('rule.complaint')
      break
    case 'find_performance':
      if (wish.choice) add(`find.${wish.choice}`)
      add('find.complaint')
      break
    case 'close_complaint':
      if (wish.choice === 'settled') add('close.settled')
      else if (wish.choice) {
        add('close.terminated')
        add('close.remedies')
      }
      add('close.class', { class: term('class', c.class) })
      break
    case 'void':
      if (wish.choice) add(`void.${wish.choice}`)
      add('void.closed')
      break
  }
  return list
}

const needsChoice = (mode: Mode): boolean => mode !== 'accept_complaint'
export const needsReasons = (mode: Mode): boolean => mode !== 'accept_complaint'

/** What the form still lacks, in its order. */
export function missingOf(mode: Mode, wish: Wish): ('choice' | 'reasons')[] {
  return [...(needsChoice(mode) && !wish.choice ? (['choice'] as const) : []), ...(needsReasons(mode) && !wish.reasons.trim() ? (['reasons'] as const) : [])]
}

/** The command of a form that lacks nothing. */
export function commandOf(mode: Mode, wish: Wish): Command {
  const reasons = wish.reasons.trim()
  switch (mode) {
    case 'accept_complaint':
      return { type: mode, ...(reasons && { text: reasons }) }
    case 'refuse_complaint': {
      const false_material = wish.choice === 'materials_missing_or_false' && wish.falseMaterial
      return { type: mode, ground: wish.choice as 'already_handled', reasons, ...(false_material && { false_material }) }
    }
    case 'rule_on_refusal':
      return { type: mode, upheld: wish.choice === 'upheld', reasons }
    case 'find_performance':
      return { type: mode, finding: wish.choice as 'late', reasons }
    case 'close_complaint':
      return wish.choice === 'settled'
        ? { type: mode, outcome: 'settled', reasons }
        : { type: mode, outcome: 'terminated', ground: wish.choice as 'sixty_days', reasons }
    case 'void':
      return { type: mode, ground: wish.choice as 'abuse', reasons }
  }
}
