/* Short names for shapes of the contract that features share. */
import type { components } from '@/api'

type Schemas = components['schemas']

export type Side = Schemas['Side']
export type Turn = Schemas['Turn']
export type Phase = Schemas['Phase']
export type Category = Schemas['Category']
export type Remedy = Schemas['Remedy']
export type Unit = Schemas['Unit']
export type Money = Schemas['Money']
export type Item = Schemas['Item']
export type Offer = Schemas['Offer']
export type OfferState = Schemas['OfferState']
export type Agreement = Schemas['Agreement']
export type PromiseItem = Schemas['Promise']
export type PromiseState = Schemas['PromiseState']
export type Case = Schemas['Case']
export type CaseView = Schemas['CaseView']
export type CaseRow = Schemas['CaseRow']
export type CaseFile = Schemas['CaseFile']
export type Clock = Schemas['Clock']
export type Deadline = Schemas['Deadline']
export type StripDay = Schemas['StripDay']
export type CalendarDay = Schemas['CalendarDay']
export type RoomEvent = Schemas['Event']
export type EventOf<Type extends RoomEvent['type']> = Extract<RoomEvent, { type: Type }>
export type By = Schemas['By']
export type Command = Schemas['Command']
export type CommandType = Schemas['CommandType']
export type Rules = Schemas['Rules']
export type Meta = Schemas['Meta']
export type Scorecard = Schemas['Scorecard']
export type ScoreBrief = Schemas['ScoreBrief']
export type EnterpriseRow = Schemas['EnterpriseRow']
export type Enterprise = Schemas['Enterprise']
/** Who reads: a party, or the bureau. */
export type Reader = 'consumer' | 'enterprise' | 'bureau'
