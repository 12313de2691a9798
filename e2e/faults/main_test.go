// Package faults breaks what the product stands on while people use it, and then compares what they were told with what is there:
// processes are killed, connections cut, stalled and slowed, the database and the bus crash, clocks jump, disks fill up.
//
// # Pattern
//
// A world is a platform of real processes with parties at work on it by real sockets, each of which remembers what it sent, what was
// acknowledged, what it read, and where. A fault is thrown and healed again while they go on; who was cut off comes back, perhaps to
// another replica, and sends what was not acknowledged again under the same ids. In the end everything is healed, everybody must get
// all answers and read to the end by the sockets that are open, and the judge compares:
//
//   - what was acknowledged is in the log, once, where the acknowledgement said, and after what was acknowledged before it was sent;
//   - everybody read the log, in order, once, without a gap;
//   - all hash chains hold, the derived tables are what the log says, and each deadline took effect once.
//
// # Again
//
// A seed decides which faults come in which order and for how long; it is printed, and HEJIE_SEED=n throws the same again. What the
// processes do meanwhile is theirs. HEJIE_SOAK=duration goes on with other seeds for so long, shared among the tests.
//
// # Concurrency
//
// Worlds share nothing but the program. Each party is one goroutine.
package faults

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hejie/e2e/platform"
	"hejie/e2e/soak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := os.RemoveAll(scratch()); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, "faults: goroutines left:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// scratch is the run's own folder.
var scratch = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "hejie-faults-")
	if err != nil {
		panic(err)
	}
	return dir
})

// The real program and nats-server, each built once.
var (
	binary     = sync.OnceValues(func() (string, error) { return platform.Build(scratch()) })
	natsServer = sync.OnceValues(func() (string, error) { return platform.BuildNATS(scratch()) })
)

// soaking is how many tests go on as long as there is time.
const soaking = 9

// under runs a test with what chance decides, see soak.Under.
func under(t *testing.T, test func(t *testing.T, chance *rand.Rand)) {
	t.Helper()
	soak.Under(t, soaking, func(t *testing.T, seed uint64) { test(t, rand.New(rand.NewPCG(seed, 0))) })
}

// Times that chance decides of: of most faults, and of some that are thrown to soak, which outlast everybody's patience.
const (
	shortly  = 400 * time.Millisecond
	patience = 30 * time.Second
)

// while a fault lasts.
func (w *world) while() time.Duration {
	if soak.Time(w.t) > 0 && w.chance.IntN(8) == 0 {
		return upTo(w.chance, patience)
	}
	return upTo(w.chance, shortly)
}

// upTo is a time that chance decides.
func upTo(chance *rand.Rand, longest time.Duration) time.Duration {
	return time.Duration(chance.Int64N(int64(longest)))
}
