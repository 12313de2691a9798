// Package live delivers what happens to those who look at it, over WebSockets (subprotocol hejie.v1), and takes their commands.
//
// # Pattern
//
// The hub is told of commits, never of wishes: the store calls Publish after COMMIT, and what cannot be delivered can always be read
// again. A channel ("<case>/room", "<case>/desk", "<case>/consumer") is a log: its events arrive in order, each once, none left out, from the position that
// the client names; when the log cannot go on from there the answer says recovered:false and the client fetches the case again. A
// feed (inbox, board, me) is a list: a first page, then rows, each with a version of which the client keeps the highest. Presence and
// read marks are signals: the latest counts, and they are the first to be dropped. A stream of events (stream.go) is a connection
// without a way in: the same rooms, frames and queue.
//
// With replicas, the hub hears of other replicas' commits (elsewhere.go), reads them from the log and publishes them like its own.
// Word of a commit that comes late or twice is skipped like a record that was told, one that never comes is found by Check. While the way to
// them is closed, or one of them is not heard (Late), every connection is told so, at once or when it comes: {"late":true}, and
// {"late":false} when that is over.
//
// # Concurrency
//
// A socket has one goroutine as long as it lives: its reader (wire.go), which does nothing but read, so that its stack stays small. All else
// is done for sockets by crews (crew.go), of as many goroutines as there are processors, one socket after another: workers take a
// socket's frames in their order, pens write what has queued up in one write. Nobody waits in a crew: a command is asked of the door, which
// tells its end later (until then the socket's next frames wait), and who has to wait for a reader of the log, or for a network that
// takes no more, leaves its place to another first. One goroutine for each shard of cases encodes commits (once per record, whoever reads it)
// and puts them into queues. Publish only appends to a shard's list. One timer wheel does all waiting for sockets: first frames, pings,
// pongs, the end of sessions.
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
