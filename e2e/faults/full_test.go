package faults

import (
	"fmt"
	"math/rand/v2"
	"net"
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
		d := newDisk(t, dir)
		w := newWorld(t, chance, platform.Options{Dir: dir, Flags: phones.flags(), Under: func(int) []string { return d.under }})
		w.forgiven = []string{"full", "no space left"}
		w.begin()
		for range 2 {
			w.dwell(upTo(chance, shortly))
			free := d.fill(w)
			w.refusesAndReads()
			w.dwell(3*looksForNotices + upTo(chance, shortly))
			free()
		}
		w.settle()
		phones.judge()

		// The disk ends with the server: what is on it is carried out before.
		saved, again := filepath.Join(dir, "saved"), filepath.Join(dir, "again")
		require.NoError(t, run(dir, append(d.inside(w), w.p.Binary, "backup", "--data", w.p.Data, saved)))
		w.leave()
		require.NoError(t, platform.Tool(dir, w.p.Binary, "restore", "--data", again, saved))
		w.p.Data = again
		w.judge()
	})
}

// aside is an address of its own: parties that come back again and again may use up what theirs is granted.
var aside = client.Way{From: net.IPv4(127, 0, 0, 2)}

// refusesAndReads waits until a write is refused, and looks whether reads go on then.
func (w *world) refusesAndReads() {
	w.t.Helper()
	r := w.rooms[0]
	consumer := aside.NewCaller(w.p.Replicas[0].URL, r.Sessions[seed.Consumer])
	defer consumer.Close()
	require.Eventually(w.t, func() bool {
		id := uuid.NewString()
		a, err := consumer.Try(http.MethodPost, "/api/cases/"+r.Case+"/commands", client.Wish(id, negotiation.PostMessage{Text: id + strings.Repeat("。", 1900)}))
		require.NoError(w.t, err)
		require.Contains(w.t, []string{"200", "503 unavailable"}, strings.TrimSuffix(a.Problem(), " "), a)
		return a.Status == http.StatusServiceUnavailable
	}, platform.Patience, rest) // no faster than its address is granted
	for _, path := range []string{"/api/cases/" + r.Case, "/api/channels/" + r.Case + "/room/events", "/api/ranking"} {
		a, err := consumer.Try(http.MethodGet, path, nil)
		require.NoError(w.t, err)
		require.Equal(w.t, http.StatusOK, a.Status, a)
	}
	s, err := aside.Dial(w.p.Replicas[0].URL, r.Sessions[seed.Desk])
	require.NoError(w.t, err)
	defer s.Close()
	require.NoError(w.t, s.Follow(w.t.Context(), r.Case+"/room", ""))
	f, err := s.Do(w.t.Context(), r.Case, negotiation.PostMessage{Text: strings.Repeat("长", 1900)})
	require.NoError(w.t, err)
	require.Equal(w.t, negotiation.CodeUnavailable, f.Code, f.Raw)
}

// disk that a test can fill up.
type disk struct {
	under  []string                   // what a server on it is started with
	fill   func(*world) (free func()) // to the last byte
	inside func(*world) []string      // what a tool that is to see it is started with
}

// newDisk makes one of a few megabytes, which only a server's own namespace has mounted; where this machine grants no namespaces, as in most
// containers, a library tells the server that the disk is full.
func newDisk(t *testing.T, dir string) disk {
	t.Helper()
	namespace := []string{"unshare", "--mount"}
	if os.Geteuid() != 0 {
		namespace = append(namespace, "--user", "--map-root-user")
	}
	if err := run(dir, append(namespace, "--", "mount", "-t", "tmpfs", "tmpfs", t.TempDir())); err != nil {
		t.Log("no namespaces here, the disk is full by word:", err)
		return fullByWord(t, dir)
	}
	const script = `cp -a data was; mount -t tmpfs -o size=24m,mode=700 tmpfs data; cp -a was/. data; exec "$@"`
	return disk{
		under: append(namespace, "--", "sh", "-ec", "cd "+dir+"; "+script, "sh"),
		fill: func(w *world) func() {
			ballast := fill(w.t, fmt.Sprintf("/proc/%d/root%s", w.p.Replicas[0].PID(), w.p.Data))
			return func() { require.NoError(w.t, os.Remove(ballast)) }
		},
		inside: func(w *world) []string { return []string{"nsenter", "-t", fmt.Sprint(w.p.Replicas[0].PID()), "-m"} },
	}
}

func run(dir string, command []string) error { return platform.Tool(dir, command[0], command[1:]...) }

// noSpace lets the database's writes fail while a file is there.
const noSpace = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>
static int full(void) { char *word = getenv("DISK_FULL"); return word && access(word, F_OK) == 0; }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
	static ssize_t (*real)(int, const void *, size_t, off64_t);
	if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
	if (full()) { errno = ENOSPC; return -1; }
	return real(fd, b, n, at);
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) { return pwrite64(fd, b, n, at); }
`

func fullByWord(t *testing.T, dir string) disk {
	t.Helper()
	source, library, word := filepath.Join(dir, "full.c"), filepath.Join(dir, "full.so"), filepath.Join(dir, "full")
	require.NoError(t, os.WriteFile(source, []byte(noSpace), 0o600))
	require.NoError(t, platform.Tool(dir, "cc", "-shared", "-fPIC", "-o", library, source, "-ldl"))
	return disk{
		under: []string{"env", "LD_PRELOAD=" + library, "DISK_FULL=" + word},
		fill: func(w *world) func() {
			require.NoError(w.t, os.WriteFile(word, nil, 0o600))
			return func() { require.NoError(w.t, os.Remove(word)) }
		},
		inside: func(*world) []string { return nil },
	}
}

// fill a disk to the last byte and give the file that does it.
func fill(t *testing.T, dir string) string {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	require.NoError(t, err)
	for size := 1 << 20; size > 0; {
		if _, err = f.Write(make([]byte, size)); err != nil {
			require.ErrorIs(t, err, syscall.ENOSPC)
			size /= 2
		}
	}
	require.NoError(t, f.Close())
	return f.Name()
}
