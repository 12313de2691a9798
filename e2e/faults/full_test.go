package faults

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/e2e/platform"
	"hejie/e2e/seed"
	"hejie/negotiation"
)

// looksForNotices is how often a server does: what it sent and could not note tempts it each time.
const looksForNotices = time.Second

// TestDiskFull: on a full disk nothing is promised that is not written: commands are refused as unavailable, under an id that may be sent
// again, while readers go on reading, and no notice is sent that cannot be noted. With space it works again by itself.
func TestDiskFull(t *testing.T) {
	under(t, func(t *testing.T, chance *rand.Rand) {
		dir, phones := t.TempDir(), newGateway(t)
		w := newWorld(t, chance, platform.Options{Dir: dir, Flags: phones.flags(), Under: func(int) []string { return onSmallDisk(dir) }})
		w.forgiven = []string{"full", "no space left"}
		w.begin()
		small := fmt.Sprintf("/proc/%d/root%s", w.p.Replicas[0].PID(), w.p.Data)
		for range 2 {
			w.dwell(upTo(chance, shortly))
			ballast := fill(t, small)
			w.refusesAndReads()
			w.dwell(3*looksForNotices + upTo(chance, shortly))
			require.NoError(t, os.Remove(ballast))
		}
		w.settle()
		phones.judge()

		// The disk ends with the server: what is on it is carried out before.
		saved, again := filepath.Join(dir, "saved"), filepath.Join(dir, "again")
		require.NoError(t, platform.Tool(dir, "nsenter", "-t", fmt.Sprint(w.p.Replicas[0].PID()), "-m", w.p.Binary, "backup", "--data", w.p.Data, saved))
		w.leave()
		require.NoError(t, platform.Tool(dir, w.p.Binary, "restore", "--data", again, saved))
		w.p.Data = again
		w.judge()
	})
}

// refusesAndReads waits until a write is refused, and looks whether reads go on then.
func (w *world) refusesAndReads() {
	w.t.Helper()
	r := w.rooms[0]
	consumer := client.NewCaller(w.p.Replicas[0].URL, r.Sessions[seed.Consumer])
	defer consumer.Close()
	require.Eventually(w.t, func() bool {
		id := uuid.NewString()
		a, err := consumer.Try(http.MethodPost, "/api/cases/"+r.Case+"/commands", client.Wish(id, negotiation.PostMessage{Text: id + strings.Repeat("。", 1900)}))
		require.NoError(w.t, err)
		require.Contains(w.t, []string{"200", "503 unavailable"}, strings.TrimSuffix(a.Problem(), " "), a)
		return a.Status == http.StatusServiceUnavailable
	}, platform.Patience, time.Millisecond)
	for _, path := range []string{"/api/cases/" + r.Case, "/api/channels/" + r.Case + "/room/events", "/api/ranking"} {
		a, err := consumer.Try(http.MethodGet, path, nil)
		require.NoError(w.t, err)
		require.Equal(w.t, http.StatusOK, a.Status, a)
	}
	s, err := client.Dial(w.p.Replicas[0].URL, r.Sessions[seed.Desk])
	require.NoError(w.t, err)
	defer s.Close()
	require.NoError(w.t, s.Follow(w.t.Context(), r.Case+"/room", ""))
	f, err := s.Do(w.t.Context(), r.Case, negotiation.PostMessage{Text: strings.Repeat("长", 1900)})
	require.NoError(w.t, err)
	require.Equal(w.t, negotiation.CodeUnavailable, f.Code, f.Raw)
}

// onSmallDisk runs a server whose folder is on a disk of a few megabytes, which only its own namespace has mounted.
func onSmallDisk(dir string) []string {
	namespace := []string{"unshare", "--mount"}
	if os.Geteuid() != 0 {
		namespace = append(namespace, "--user", "--map-root-user")
	}
	const script = `cp -a data was; mount -t tmpfs -o size=24m,mode=700 tmpfs data; cp -a was/. data; exec "$@"`
	return append(namespace, "--", "sh", "-ec", "cd "+dir+"; "+script, "sh")
}

// fill a disk to the last byte and give the file that does it.
func fill(t *testing.T, dir string) string {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	require.NoError(t, err)
	for size := 1 << 20; size > 0; {
		if _, err = f.Write(make([]byte, size)); err != nil {
			require.True(t, errors.Is(err, syscall.ENOSPC), err)
			size /= 2
		}
	}
	require.NoError(t, f.Close())
	return f.Name()
}
