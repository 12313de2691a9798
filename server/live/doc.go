// Package live delivers what happens to those who look at it, over WebSockets (subprotocol hejie.v1), and takes their commands.
//
// # Pattern
//
// The hub is told of commits, never of wishes: the store calls Publish after COMMIT, and what cannot be delivered can always be read
// again. What clients follow is of three kinds:
//
//   - A channel ("<case>/room", "<case>/desk", "<case>/consumer") is a log: its events arrive in order, each once, none left out, from the
//     position that the client names. When the log cannot go on from there, the answer says recovered:false and the client fetches the case
//     again.
//   - A feed (inbox, board, me) is a list: a first page, then rows, each with a version of which the client keeps the highest.
//   - Presence and read marks are signals: the latest counts, and they are the first to be dropped.
//
// A stream of events (stream.go) is a connection without a way in: the same rooms, frames and queue.
//
// With replicas, the hub hears of other replicas' commits (elsewhere.go), reads them from the log and publishes them like its own. Word of a
// commit may come late or twice: its records are skipped when they were told before. Word that never comes is made up for by Check. While the
// way to the other replicas is closed, or one of them is not heard (Late), every connection is told {"late":true}, and a new one as soon as
// it opens; {"late":false} ends it (late.go). Who is in a room on other replicas they tell each other (peers.go).
//
// # Concurrency
//
// A socket has one goroutine as long as it lives: its reader (wire.go), which does nothing but read, so that its stack stays small. All else
// is done by two crews (crew.go), each of as many goroutines as there are processors, which serve one socket after another: workers take a
// socket's frames in their order, pens write all that has queued up for a socket in one write.
//
// Nobody waits in a crew. A worker asks the door to do a command and goes on; the door tells the end later, and until then the socket's next
// frames wait. Whoever has to read the log, or to wait for a network that takes no more, leaves its place in the crew to another first.
//
// Publish only appends to the list of a shard of cases. One goroutine for each shard with work encodes its commits, each record once for all
// who read it, and puts them into the sockets' queues. One timer wheel does all waiting for sockets: first frames, pings, pongs, the end of
// sessions.
//
// Locks are taken in this order: lateness, shard, feeds, connection; a crew's and the hands' are taken last; the hub's own and the
// wheel's are never held while another is taken.
//
// # Life cycle
//
// Start, then serve; Stop says going_away to all, at most 128 at once, waits for commands under way, and cuts what is left when its
// context ends. Start and Stop may be repeated.
//
// # Invariants
//
//   - A subscription's last position grows by one record at a time. What does not follow it is skipped when it is older, and read from the
//     log when something between is missing.
//   - A queue is bounded. When it is full the connection ends with slow_reader and the client resumes: a record is never skipped.
//   - Rights are asked at subscribe and again, before delivery, on the case as each commit left it. A revoked session ends at once.
//   - What a person may not know is in a channel that they do not have. Presence is cut to the reader's side.
package live
