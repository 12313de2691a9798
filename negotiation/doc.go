// Package negotiation is the rules of Hejie: a case between a consumer and an enterprise, and the complaint that it may become, as a
// fold of events. It imports the standard library only, and knows no clock, database, network or log.
//
// # Pattern
//
// A Command is a wish, an Event is a fact, a Case is what the facts add up to. Case.Step passes, in due order, every deadline that is
// due, then decides one command; it is pure and gives events. Case.Apply gives the case after an event; it is total, and
// its cost does not grow with the talk. Dates are in the events, so that a later calendar changes no past. Case.May is the one judge of
// who may see and do what; the table is rights, and states.md draws it.
//
// # Invariants
//
//   - Only decisions make events; who folds the same events gets the same case.
//   - Facts hold nothing personal; texts are Content, which can be erased while the hash chain of Records still verifies.
//   - At never goes back within a case. In time means before Deadline.Due.
//   - A case keeps the Rules that were in force when it was filed.
//
// # Concurrency
//
// All values may be shared: a changed Case, Offer or Agreement is a new one.
package negotiation
