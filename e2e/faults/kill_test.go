package faults

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/e2e/platform"
)

// TestKill pulls the plug of the server over a file at random moments, also while it starts. A killed process leaves what it had written
// to the machine; of every other cut only what it had synced is left, as of a machine that lost its power.
func TestKill(t *testing.T) {
	under(t, func(t *testing.T, chance *rand.Rand) {
		library, err := power()
		require.NoError(t, err)
		w := newWorld(t, chance, platform.Options{Under: func(int) []string { return []string{"env", "LD_PRELOAD=" + library} }})
		w.ripen(dueFirst)
		w.synced()
		w.begin()
		for n := range 50 {
			w.dwell(upTo(chance, 250*time.Millisecond))
			w.pull(n%2 == 0)
			if n%10 == 9 {
				w.synced()
				require.NoError(t, w.p.Launch(0))
				w.dwell(upTo(chance, 60*time.Millisecond))
				w.pull(true)
			}
			if n%5 == 4 {
				w.ripen(dueLater)
			}
			w.synced()
			require.NoError(t, w.p.Start(0))
		}
		w.finish()
	})
}

// power is the library that keeps what was synced.
var power = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch(), "power.so")
	return path, platform.Tool("testdata", "cc", "-shared", "-fPIC", "-O1", "-o", path, "power.c", "-ldl")
})

// files of the database that are synced.
func (w *world) files() []string {
	return []string{w.p.Database(), w.p.Database() + "-wal"}
}

// synced: all that is there is on disk.
func (w *world) synced() {
	w.t.Helper()
	for _, path := range w.files() {
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			require.NoError(w.t, os.RemoveAll(path+".synced"))
			continue
		}
		require.NoError(w.t, err)
		require.NoError(w.t, os.WriteFile(path+".synced", b, 0o600))
	}
}

// pull the plug of the server, or of the machine.
func (w *world) pull(machine bool) {
	w.t.Helper()
	require.NoError(w.t, w.p.Kill(0))
	require.Empty(w.t, w.p.Replicas[0].Complaint())
	if !machine {
		return
	}
	for _, path := range w.files() {
		err := os.Rename(path+".synced", path)
		if errors.Is(err, fs.ErrNotExist) {
			err = os.RemoveAll(path) // nothing of it was on disk
		}
		require.NoError(w.t, err)
	}
	require.NoError(w.t, os.RemoveAll(w.p.Database()+"-shm"))
}
