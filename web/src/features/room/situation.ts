/* Where a case stands for its reader, as one word. */
import type { CaseView, PromiseItem, Reader } from '@/features/words'

type Situation =
  | 'awaiting'
  | 'question'
  | 'theirOffer'
  | 'ownOffer'
  | 'yourTurn'
  | 'theirTurn'
  | 'performing'
  | 'asked'
  | 'confirm'
  | 'ownPart'
  | 'escalated'
  | 'accepted'
  | 'settling'
  | 'performed'
  | 'unconfirmed'
  | 'lapsed'
  | 'withdrawn'
  | 'unsent'
  | 'ownPartEnded'
  | 'refused'
  | 'complaintClosed'
  | 'void'

export function situationOf({ case: c }: Pick<CaseView, 'case'>, reader: Reader): Situation {
  const last = c.offers.at(-1)
  const open = last?.state === 'open' ? last : undefined
  const running = c.agreement && c.phase !== 'closed' ? c.agreement.items : []
  switch (c.phase) {
    case 'awaiting_response':
      return 'awaiting'
    case 'negotiating':
      if (c.question) return 'question'
      if (open) return open.by === reader ? 'ownOffer' : 'theirOffer'
      return c.turn === reader ? 'yourTurn' : 'theirTurn'
    case 'agreed':
      return performing(running, reader)
    case 'escalated':
    case 'accepted':
      if (c.agreement?.settling) return 'settling'
      return c.phase
    default:
      switch (c.closing?.reason) {
        case 'performed':
        case 'settled_during_the_complaint':
          return 'performed'
        case 'performance_not_confirmed':
          return 'unconfirmed'
        case 'lapsed':
          return 'lapsed'
        case 'withdrawn':
          return 'withdrawn'
        case 'consumer_did_not_perform':
          return 'ownPartEnded'
        case 'complaint_refused':
          return 'refused'
        case 'complaint_closed':
          return 'complaintClosed'
        case 'void':
          return 'void'
        default:
          return 'unsent'
      }
  }
}

function performing(items: readonly PromiseItem[], reader: Reader): Situation {
  const shop = items.filter(({ by }) => by === 'enterprise')
  if (shop.some(({ state }) => state === 'asked')) return 'asked'
  if (shop.some(({ state }) => state === 'reported')) return 'confirm'
  const waitsForConsumer = shop.every(({ state }) => state === 'waiting' || state === 'confirmed' || state === 'unconfirmed')
  const own = items.some(({ by, state }) => by === 'consumer' && (state === 'running' || state === 'asked' || state === 'disputed'))
  // What the shop owes meanwhile frees no consumer of a part of their own.
  return own && (waitsForConsumer || reader === 'consumer') ? 'ownPart' : 'performing'
}
