// Package demo makes the world that `hejie demo` shows, and what its pages may do beyond the product: enter as somebody, move the
// business clock, start afresh, read the outbox.
//
// Nothing is inserted: each case of the world is a script of what people did, walked through the same door as everything else with a
// clock of its own, so every deadline, hash and figure is a real one. Between two steps the walk ticks the case at each of its
// deadlines, as the due worker would have. Cases share nothing but their people and are walked side by side; the log does not mind,
// and commits them in groups. The world follows from a seed and the day, but for ids, hashes and passwords.
//
// Names of people and enterprises are invented; the bureaus bear the names of their places.
package demo
