/* The frames of hejie.v1, both ways. */

import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type Feed = Schemas['Feed']
export type By = Schemas['By']
/** What happened to a case; `type` tells which. */
export type LiveEvent = Schemas['Event']
export type Command = Schemas['Command']
export type CaseRow = Schemas['CaseRow']
export type Person = Schemas['Presence']
export type Colleague = Schemas['Colleague']

export interface FeedRow {
  case: string
  version: number
}

export type ToServer =
  | { subscribe: { channel: string; since?: string } | { feed: Feed } }
  | { unsubscribe: { channel: string } | { feed: Feed } }
  | { id: string; case: string; do: Command }
  | { read: { channel: string; seq: number } }
  | { composing: { case: string; on: boolean; room?: boolean } }
  | { pong: true }

export interface ChannelFrame {
  channel: string
  events: LiveEvent[]
  position: string
  recovered?: boolean
}

export interface FeedPage<Row = unknown> {
  feed: Feed
  rows: Row[]
  next?: string | null
}

export interface FeedChange<Row = unknown> {
  feed: Feed
  case: string
  row: Row | null
  version: number
}

type About = { channel?: string; feed?: Feed }

/** Everything a server may say; told apart by the key that is present. */
export interface FromServer extends Partial<Omit<ChannelFrame, 'channel'>> {
  channel?: string
  feed?: Feed
  rows?: unknown[]
  next?: string | null
  case?: string
  row?: unknown
  version?: number
  ack?: string
  positions?: Record<string, string>
  error?: string | null
  code?: string
  params?: Record<string, unknown>
  field?: string
  about?: About
  presence?: { case: string; people: Person[] }
  people?: Record<string, Colleague[]>
  reads?: { channel: string; by: By; seq: number }
  ended?: About & { code: string }
  /** What others write may come seconds late, and of those who are here only some are told. */
  late?: boolean
  ping?: true
}

/** The number in a position `seq.h8`; 0 for none. */
export function seqOf(position: string | null | undefined): number {
  const seq = Number.parseInt(position ?? '', 10)
  return Number.isFinite(seq) ? seq : 0
}
