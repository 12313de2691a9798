// Package bus lets the replicas of one platform tell each other what happened, over NATS. It carries wake-ups and signals, never
// content, and everything at most once: what is lost is found by looking.
//
// # What is told
//
// After COMMIT a replica says which cases moved and how far (app.News); another one whose people look at such a case, or at a list that
// it is in, reads the log. Signals are sessions that ended, read marks, who is in which room, and that the calendar changed. Deadlines
// and the outbox need no word: the replica that committed wakes its own workers, and all of them look each second.
//
// # What heals
//
// A replica numbers its messages and repeats the last number each second (a beat), so the others know within a second that they missed
// something; then they compare positions with the log, read lists again and ask whether their sessions live. Positions are compared
// every few seconds anyhow, one question for 500 cases. While NATS is away, or a replica went silent that did not say goodbye, lists
// are read again in turn and sessions are asked for every few seconds. So with NATS down everything arrives, seconds late, and readers
// see nothing of it but that: nobody is told of people on other replicas, who are not known then. The hub says so to all its people (Late).
//
// A replica that works on the log and is not heard has people of whom the others know nothing, so these say the same: each asks the
// database every few seconds who works on it. One that is dead asks nothing any more, and nobody misses its people.
//
// Replicas over one database without a bus do the same as while it is away, for good: positions are compared and sessions asked for
// every few seconds, lists read again four times a minute. Of people on other replicas, what they read and type, nothing is known.
//
// # Concurrency
//
// A Relay has one goroutine that sends, one that beats and one that looks after what may have been missed; NATS calls with what comes
// in. Whoever tells something only appends to what waits to be sent. What waits is bounded; what does not fit is lost like a message.
package bus
