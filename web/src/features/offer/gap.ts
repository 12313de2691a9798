/* How far apart the two sides are in money, and how far each has come. */
import type { Offer } from '@/features/words'
import { total } from './items'

interface GapPoint {
  offer: number
  by: 'consumer' | 'enterprise'
  at: number
  minor: number
}

interface Gap {
  points: readonly GapPoint[]
  /** The newest figure of each side, in minor units. */
  consumer: number | null
  enterprise: number | null
  /** What still lies between them; 0 when met or crossed; null while one has not named money. */
  gap: number | null
  /** How far each came towards the other since its first figure; negative when it went away. */
  moved: { consumer: number; enterprise: number }
}

export function gapOf(offers: readonly Offer[]): Gap {
  const points = offers
    .map((offer) => ({ offer: offer.number, by: offer.by as GapPoint['by'], at: Date.parse(offer.made_at), minor: total(offer.items) }))
    .filter(({ minor }) => minor > 0)
  const of = (side: GapPoint['by']) => points.filter(({ by }) => by === side)
  const [asked, given] = [of('consumer'), of('enterprise')]
  const consumer = asked.at(-1)?.minor ?? null
  const enterprise = given.at(-1)?.minor ?? null
  return {
    points,
    consumer,
    enterprise,
    gap: consumer === null || enterprise === null ? null : Math.max(0, consumer - enterprise),
    moved: {
      consumer: consumer === null ? 0 : asked[0]!.minor - consumer,
      enterprise: enterprise === null ? 0 : enterprise - given[0]!.minor,
    },
  }
}
