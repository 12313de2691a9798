package faults

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/e2e/platform"
	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
	"hejie/server/store"
)

// shifter is where the program's clock is taken from in these tests: the machine's, and what a file says.
const shifter = `package app

import (
	"os"
	"time"
)

func shifted() time.Time {
	file := os.Getenv("SHIFTED_CLOCK")
	if file == "" {
		return time.Now()
	}
	b, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	by, err := time.ParseDuration(string(b))
	if err != nil {
		panic(err)
	}
	return time.Now().Add(by)
}
`

// shiftable is the real program but for the one line that reads the clock. It is built once.
var shiftable = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch(), "shiftable")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	folder := filepath.Join(platform.Root(), "server/app")
	real, err := os.ReadFile(filepath.Join(folder, "clock.go"))
	if err != nil {
		return "", err
	}
	overlay := map[string]map[string]string{"Replace": {filepath.Join(folder, "clock.go"): filepath.Join(dir, "clock.go"), filepath.Join(folder, "shifter.go"): filepath.Join(dir, "shifter.go")}}
	list, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	for name, text := range map[string]string{"clock.go": strings.Replace(string(real), "time.Now()", "shifted()", 1), "shifter.go": shifter, "overlay.json": string(list)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return platform.Build(dir, "-overlay", filepath.Join(dir, "overlay.json"))
})

// clocks of replicas, each of which can be put forward and back.
type clocks struct {
	t   *testing.T
	dir string
}

func (c clocks) file(i int) string { return filepath.Join(c.dir, string(rune('a'+i))) }

// jump to so far from the machine's time, at once.
func (c clocks) jump(i int, by time.Duration) {
	c.t.Helper()
	next := c.file(i) + ".next"
	require.NoError(c.t, os.WriteFile(next, []byte(by.String()), 0o600))
	require.NoError(c.t, os.Rename(next, c.file(i)))
}

// responseDays is how many working days an enterprise has for its first response: what was filed so many ago is due at the end of the next.
const responseDays = 2

// overNextWorkday is how far it is from now to an hour after the end of the next working day.
func overNextWorkday(now time.Time) time.Duration {
	c := workday.Default()
	filed := c.SubWorkdays(workday.DateOf(now), responseDays).Time().Add(10 * time.Hour)
	return c.DueWorkdays(filed, responseDays).Add(time.Hour).Sub(now)
}

// TestClocks lets clocks jump: over the end of a working day, a day back, a day forward, while replicas run and while they do not, all
// of them and one alone. What was due in between takes effect once, time never goes back within a case, and no jump is an outage; then
// nothing runs for hours, which is one. Over a file a start cannot tell a jump forward from hours in which nothing ran, so there is none there.
func TestClocks(t *testing.T) {
	t.Parallel()
	for name, replicas := range map[string]int{"file": 0, "replicas": 2} {
		t.Run(name, func(t *testing.T) {
			under(t, func(t *testing.T, chance *rand.Rand) {
				program, err := shiftable()
				require.NoError(t, err)
				c := clocks{t, t.TempDir()}
				for i := range max(replicas, 1) {
					c.jump(i, 0)
				}
				w := newWorld(t, chance, platform.Options{Replicas: replicas, Binary: program, Under: func(i int) []string { return []string{"env", "SHIFTED_CLOCK=" + c.file(i)} }})
				w.forgiven = []string{"not_ready"} // a busy machine asks the database for longer than /readyz waits
				w.ripen(dueFirst)
				w.soon = w.filed(responseDays, 10)
				w.begin()
				w.dwell(upTo(chance, shortly))

				const day = 24 * time.Hour
				started := time.Now()
				over := overNextWorkday(time.Now())
				furthestBack := time.Duration(0)
				c.jump(0, over) // of several, one alone
				require.NoError(t, w.passed(w.soon, "deadline_passed"))
				for _, to := range []time.Duration{0, -day, 0, day, over, -day, over, 0} {
					together := chance.IntN(2) == 0
					for i := range w.doors {
						jump, restart := i == 0 || together, chance.IntN(2) == 0 && (replicas > 0 || to <= furthestBack)
						t.Logf("replica %d jumps %v (to %s), restarts %v", i, jump, to.Round(time.Second), restart)
						if restart {
							require.NoError(t, w.p.Kill(i))
						}
						if jump {
							c.jump(i, to)
						}
						if restart {
							require.NoError(t, w.p.Start(i))
						}
					}
					furthestBack = min(furthestBack, to)
					w.dwell(upTo(chance, shortly))
				}
				for i := range w.doors {
					c.jump(i, 0)
					require.NoError(t, w.p.Kill(i))
				}
				require.Empty(t, w.outages())
				gone := w.asIfGone(3 * time.Hour)
				for i := range w.doors {
					require.NoError(t, w.start(i))
				}
				w.finish()
				noted := w.outages()
				require.Len(t, noted, 1)
				require.Equal(t, gone, noted[0].From)
				require.WithinDuration(t, time.Now(), noted[0].To, time.Since(started))
			})
		})
	}
}

// outages that were noted. No replica runs.
func (w *world) outages() (list []negotiation.Outage) {
	w.t.Helper()
	s, err := store.Open(w.p.Database(), store.Options{})
	require.NoError(w.t, err)
	list, err = s.Plain().Outages(w.t.Context(), time.Time{})
	require.NoError(w.t, err)
	require.NoError(w.t, s.Close())
	return list
}

// asIfGone lets the last beat have been so long ago. No replica runs.
func (w *world) asIfGone(d time.Duration) time.Time {
	w.t.Helper()
	at := time.Now().UTC().Truncate(time.Microsecond).Add(-d)
	s, err := store.Open(w.p.Database(), store.Options{})
	require.NoError(w.t, err)
	require.NoError(w.t, s.Plain().Write(w.t.Context(), func(tx app.PlainTx) error { return tx.Beat(w.t.Context(), at) }))
	require.NoError(w.t, s.Close())
	return at
}
