package faults

import (
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/e2e/platform"
)

// torn has words of errors that belong to a database that goes away.
var torn = []string{"database", "unavailable", "connection", "lost", "SQLSTATE", "heartbeat", `"status":503`}

// fault is thrown at replica i of a world and lasts until it is healed.
type fault struct {
	part        part
	name        string
	throw, heal func(w *world, i int) error
}

// part that a fault is of. Two parts may be broken at once; they are healed in this order, because a replica starts only with a database.
type part int

const (
	ofDatabase part = iota
	ofBus
	ofClients
	ofReplica
)

// faults of a platform of replicas.
func faults() []fault {
	database := func(w *world, i int) *platform.Cable { return w.p.Replicas[i].Database }
	bus := func(w *world, i int) *platform.Cable { return w.p.Replicas[i].Bus }
	door := func(w *world, i int) *platform.Cable { return w.doors[i] }
	on := func(p part, name string, of func(*world, int) *platform.Cable, do func(*platform.Cable, *rand.Rand)) fault {
		return fault{p, name, func(w *world, i int) error { do(of(w, i), w.chance); return nil }, func(w *world, i int) error { of(w, i).Heal(); return nil }}
	}
	cut := func(c *platform.Cable, _ *rand.Rand) { c.Cut() }
	drop := func(c *platform.Cable, _ *rand.Rand) { c.Drop() }
	stall := func(c *platform.Cable, _ *rand.Rand) { c.Stall() }
	slow := func(c *platform.Cable, chance *rand.Rand) { c.Slow(upTo(chance, 30*time.Millisecond)) }
	tear := func(c *platform.Cable, chance *rand.Rand) {
		c.DropAfter(platform.Way(chance.IntN(2)), chance.Int64N(20_000))
	}
	hang := func(p part, name string, of func(*world, int) *platform.Process) fault {
		return fault{p, name, func(w *world, i int) error { return of(w, i).Signal(syscall.SIGSTOP) }, func(w *world, i int) error { return of(w, i).Signal(syscall.SIGCONT) }}
	}
	return []fault{
		{ofReplica, "a replica is killed", func(w *world, i int) error { return w.p.Kill(i) }, (*world).start},
		{ofReplica, "a replica ends in order", (*world).ends, (*world).start},
		hang(ofReplica, "a replica hangs", func(w *world, i int) *platform.Process { return w.p.Replicas[i].Process }),
		{ofDatabase, "the database crashes", func(w *world, _ int) error { return w.p.Postgres.Crash() }, func(w *world, _ int) error { return w.p.Postgres.Start() }},
		on(ofDatabase, "the database is cut off", database, cut),
		on(ofDatabase, "the database's connections are lost", database, drop),
		on(ofDatabase, "the database's connections tear", database, tear),
		on(ofDatabase, "the database says nothing", database, stall),
		on(ofDatabase, "the database is slow", database, slow),
		{ofBus, "the bus is killed", func(w *world, _ int) error { return w.p.NATS.Kill() }, func(w *world, _ int) error { return w.p.NATS.Start() }},
		hang(ofBus, "the bus hangs", func(w *world, _ int) *platform.Process { return w.p.NATS.Process }),
		on(ofBus, "the bus is cut off", bus, cut),
		on(ofBus, "the bus says nothing", bus, stall),
		on(ofBus, "the bus is slow", bus, slow),
		on(ofClients, "clients are cut off", door, drop),
		on(ofClients, "clients' connections tear", door, tear),
		on(ofClients, "clients hear nothing", door, stall),
	}
}

// ends a replica as an operator does. While its database is away it may end badly; that is not looked at here.
func (w *world) ends(i int) error {
	err := w.p.Replicas[i].Signal(syscall.SIGTERM)
	<-w.p.Replicas[i].Ended
	return err
}

// TestReplicas throws everything at three replicas over PostgreSQL and NATS, in an order that chance decides: each fault at least once,
// sometimes two, and every replica is killed.
func TestReplicas(t *testing.T) {
	under(t, func(t *testing.T, chance *rand.Rand) {
		w := newWorld(t, chance, platform.Options{Replicas: 3})
		w.forgiven = torn
		w.ripen(dueFirst)
		w.begin()
		all := faults()
		for n, kind := range append(chance.Perm(len(all)), 0, 0, 0) {
			i := chance.IntN(len(w.doors))
			if n >= len(all) {
				i = n - len(all)
			}
			now := []fault{all[kind]}
			if second := all[chance.IntN(len(all))]; second.part != now[0].part {
				now = append(now, second)
			}
			w.endure(i, now)
			w.dwell(upTo(chance, shortly))
			if n%6 == 0 {
				w.ripen(dueLater)
			}
		}
		quiet := slices.DeleteFunc(all, func(f fault) bool { return f.part != ofBus })
		last := quiet[chance.IntN(len(quiet))]
		w.finish(last)
	})
}

// endure faults at a replica for a while.
func (w *world) endure(i int, now []fault) {
	w.t.Helper()
	length := w.while()
	for _, f := range now {
		w.t.Logf("%s: %d, %s", f.name, i, length.Round(time.Millisecond))
		require.NoError(w.t, f.throw(w, i), f.name)
	}
	w.dwell(length)
	slices.SortFunc(now, func(a, b fault) int { return int(a.part - b.part) })
	for _, f := range now {
		require.NoError(w.t, f.heal(w, i), f.name)
	}
}
