package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/e2e/seed"
	"hejie/negotiation"
)

// TestDiskFull: on a full disk nothing is promised that is not written: commands are refused as unavailable, under an id that may be sent
// again, while readers go on reading. With space it works again by itself.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	r := seedRooms(t, dir, seed.Unlimited(), 1)[0]
	small, s := onSmallDisk(t, dir)
	s.forgive("full")
	s.forgive("no space left")
	consumer, desk := s.as(r.Sessions[seed.Consumer]), s.wire(r.Sessions[seed.Desk])
	name := r.Case + "/room"
	require.NoError(t, desk.Follow(t.Context(), name, ""))

	said := 0
	say := func(id string) client.Answer {
		return consumer.command(r.Case, id, negotiation.PostMessage{Text: fmt.Sprintf("第 %d 条", said) + strings.Repeat("。", 1900)})
	}
	require.Equal(t, http.StatusOK, say(uuid.NewString()).Status)
	said++
	ballast := fill(t, small)
	id := uuid.NewString()
	a := say(id)
	for ; a.Status == http.StatusOK; a = say(id) { // what the log's file has room for
		said++
		require.Less(t, said, 4000, "the disk does not fill up")
		id = uuid.NewString()
	}
	require.Equal(t, "503 unavailable", a.Problem(), a)
	require.Equal(t, "unavailable", do(t, desk, r.Case, negotiation.PostMessage{Text: strings.Repeat("长", 1900)}).Code)

	v := consumer.look(r.Case) // readers read on
	require.Equal(t, int64(2+said), client.Seq(v.Positions[name]))
	require.NoError(t, s.wire(r.Sessions[seed.Consumer]).Follow(t.Context(), name, ""))
	require.Equal(t, http.StatusOK, s.nobody().do(http.MethodGet, "/api/ranking", nil).Status)

	require.NoError(t, os.Remove(ballast))
	a = say(id)
	require.Equal(t, http.StatusOK, a.Status, a)
	said++
	require.NoError(t, desk.Until(t.Context(), func(s client.Seen) bool { return len(s.Channels[name].Events) == 2+said }))
	s.stop()
}

// onSmallDisk serves an installation from a disk of a few megabytes, which only the server's own namespace has mounted. It gives the
// disk's place as this process reaches it.
func onSmallDisk(t *testing.T, dir string) (small string, s *server) {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	at := t.TempDir()
	namespace := []string{"unshare", "--mount"}
	if os.Geteuid() != 0 {
		namespace = append(namespace, "--user", "--map-root-user")
	}
	script := fmt.Sprintf(`mount -t tmpfs -o size=12m tmpfs %[1]s && cp -r %[2]s %[1]s/data && exec %[3]s serve --data %[1]s/data --listen localhost:0 --log-format json --limits %[1]s/data/limits.json`, at, dir, path)
	s = run(t, at, append(namespace, "sh", "-ec", script)...)
	s.listening()
	return fmt.Sprintf("/proc/%d/root%s", s.PID(), at), s
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
