/* The classes of results, in the order of their table, and what each counts as. */
import type { Tally } from '@/features/words'

export type Counted = 'confirmed' | 'unknown' | 'failed' | 'left_out'
export type ClassName = 'SC' | 'SU' | 'WC' | 'LC' | 'CE' | 'SB' | 'TE' | 'UE' | 'RR' | 'RX' | 'DU' | 'AB'

export const classTable: readonly { name: ClassName; as: Counted }[] = [
  { name: 'SC', as: 'confirmed' },
  { name: 'SU', as: 'unknown' },
  { name: 'WC', as: 'unknown' },
  { name: 'LC', as: 'unknown' },
  { name: 'CE', as: 'unknown' },
  { name: 'SB', as: 'failed' },
  { name: 'TE', as: 'failed' },
  { name: 'UE', as: 'failed' },
  { name: 'RR', as: 'failed' },
  { name: 'RX', as: 'left_out' },
  { name: 'DU', as: 'left_out' },
  { name: 'AB', as: 'left_out' },
]

export const countOf = ({ classes }: Pick<Tally, 'classes'>, name: ClassName): number => classes[name] ?? 0
