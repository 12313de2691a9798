/** What somebody is about to do with offers. */
export type OfferMode = 'accept' | 'decline' | 'withdraw' | 'counter' | 'change' | 'new'
