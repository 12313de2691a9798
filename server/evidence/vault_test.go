package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/negotiation"
	"hejie/server/app"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bed is a vault under test, and what lies where it keeps things, half or whole, with or without its name.
type bed struct {
	app.Vault
	lies func() []string
}

func code(t *testing.T, want string, err error) {
	t.Helper()
	require.Equal(t, want, negotiation.CodeOf(err), "%v", err)
}

func (b bed) put(t *testing.T, id string, content []byte) app.Stored {
	t.Helper()
	s, err := b.Put(t.Context(), id, bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	return s
}

func (b bed) read(t *testing.T, id string) []byte {
	t.Helper()
	f, err := b.Open(t.Context(), id)
	require.NoError(t, err)
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return got
}

func (b bed) ids(t *testing.T) (ids []string) {
	t.Helper()
	require.NoError(t, b.Each(t.Context(), "", func(id string, at time.Time) error {
		require.WithinDuration(t, time.Now(), at, time.Minute)
		ids = append(ids, id)
		return nil
	}))
	return ids
}

// conforms holds a kind of vault, of which open gives an empty one, to one behaviour.
func conforms(t *testing.T, open func(*testing.T) bed) {
	for name, test := range map[string]func(*testing.T, func(*testing.T) bed){
		"round trip":              roundTrip,
		"nothing in it":           nothingInIt,
		"copy and parts":          copyAndParts,
		"failed put":              failedPut,
		"no other ids":            noOtherIDs,
		"seek":                    seeking,
		"many at once":            manyAtOnce,
		"each after an id":        eachAfterAnID,
		"each ends with an error": eachEndsWithAnError,
		"removed while each":      removedWhileEach,
		"thousands":               thousands,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

func roundTrip(t *testing.T, open func(*testing.T) bed) {
	b, id := open(t), app.NewID()
	require.Equal(t, app.Stored{Size: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}, b.put(t, id, []byte("abc")))
	require.Equal(t, "abc", string(b.read(t, id)))
	require.Equal(t, []string{id}, b.ids(t))
	b.put(t, id, []byte("other"))
	require.Equal(t, "other", string(b.read(t, id)), "replaced")
	require.Len(t, b.lies(), 1)
	require.NoError(t, b.Remove(t.Context(), id))
	require.NoError(t, b.Remove(t.Context(), id), "twice is no error")
	_, err := b.Open(t.Context(), id)
	code(t, negotiation.CodeNotFound, err)
	require.Empty(t, b.lies())
}

func nothingInIt(t *testing.T, open func(*testing.T) bed) {
	b, id := open(t), app.NewID()
	b.put(t, id, nil)
	require.Empty(t, b.read(t, id))
}

func copyAndParts(t *testing.T, open func(*testing.T) bed) {
	b, id := open(t), app.NewID()
	all := []string{id, id + ".0", id + ".1", id + ".12", id + ".copy"}
	for _, one := range all {
		b.put(t, one, []byte(one))
	}
	for _, one := range all {
		require.Equal(t, one, string(b.read(t, one)))
	}
	require.ElementsMatch(t, all, b.ids(t))
}

func noOtherIDs(t *testing.T, open func(*testing.T) bed) {
	b, id := open(t), app.NewID()
	for _, wrong := range []string{"", ".", "..", "../secret", "/etc/passwd", "00/../../secret", strings.ToUpper(app.NewID()), id + "/../x", id + ".copy.copy",
		id + ".", id + ".01", id + ".-1", id + ".x", id + ".0.copy", id + ".99999999999"} {
		_, err := b.Open(t.Context(), wrong)
		code(t, negotiation.CodeNotFound, err)
		_, err = b.Put(t.Context(), wrong, strings.NewReader("x"), 10)
		code(t, negotiation.CodeNotFound, err)
		code(t, negotiation.CodeNotFound, b.Remove(t.Context(), wrong))
	}
	require.Empty(t, b.lies())
}

func seeking(t *testing.T, open func(*testing.T) bed) {
	b, id := open(t), app.NewID()
	content := bytes.Repeat([]byte("0123456789"), 30_000)
	b.put(t, id, content)
	f, err := b.Open(t.Context(), id)
	require.NoError(t, err)
	n, err := f.Seek(0, io.SeekEnd)
	require.NoError(t, err)
	require.Equal(t, int64(len(content)), n)
	for _, at := range []int64{0, 123_456, 7, 299_990} {
		_, err = f.Seek(at, io.SeekStart)
		require.NoError(t, err)
		got := make([]byte, 10)
		_, err = io.ReadFull(f, got)
		require.NoError(t, err)
		require.Equal(t, content[at:at+10], got)
	}
	_, err = f.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
	_, err = f.Seek(0, io.SeekStart)
	require.NoError(t, err)
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got))
	require.NoError(t, f.Close())
}

func manyAtOnce(t *testing.T, open func(*testing.T) bed) {
	b, same := open(t), app.NewID()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, id := range []string{same, app.NewID()} {
				if _, err := b.Put(t.Context(), id, strings.NewReader("content"), 10); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, "content", string(b.read(t, same)))
	require.Len(t, b.lies(), 9)
}

func eachAfterAnID(t *testing.T, open func(*testing.T) bed) {
	b := open(t)
	var ids []string
	for range 5 {
		ids = append(ids, app.NewID())
		b.put(t, ids[len(ids)-1], []byte("x"))
	}
	b.put(t, ids[1]+".copy", []byte("x"))
	for _, c := range []struct {
		after string
		want  []string
	}{{"", append([]string{ids[1] + ".copy"}, ids...)}, {ids[1], append([]string{ids[1] + ".copy"}, ids[2:]...)}, {ids[3], ids[4:]}, {ids[4], nil}, {ids[4][:13], nil}} {
		var got []string
		require.NoError(t, b.Each(t.Context(), c.after, func(id string, _ time.Time) error { got = append(got, id); return nil }))
		if len(c.after) == 13 {
			require.Contains(t, got, ids[4], "made in the same millisecond")
			continue
		}
		require.ElementsMatch(t, c.want, got)
	}
}

func eachEndsWithAnError(t *testing.T, open func(*testing.T) bed) {
	b := open(t)
	for range 2 {
		b.put(t, app.NewID(), []byte("x"))
	}
	stop, calls := errors.New("stop"), 0
	require.ErrorIs(t, b.Each(t.Context(), "", func(string, time.Time) error { calls++; return stop }), stop)
	require.Equal(t, 1, calls)
	ended, end := context.WithCancel(t.Context())
	end()
	require.Error(t, b.Each(ended, "", func(string, time.Time) error { return nil }))
}

func removedWhileEach(t *testing.T, open func(*testing.T) bed) {
	b := open(t)
	for range 20 {
		b.put(t, app.NewID(), []byte("x"))
	}
	require.NoError(t, b.Each(t.Context(), "", func(id string, _ time.Time) error { return b.Remove(t.Context(), id) }))
	require.Empty(t, b.lies())
}

func thousands(t *testing.T, open func(*testing.T) bed) {
	b := open(t)
	var want []string
	for range 1050 { // S3 lists a thousand at a time
		want = append(want, app.NewID())
	}
	var all sync.WaitGroup
	for part := range 8 {
		all.Go(func() {
			for i := part; i < len(want); i += 8 {
				if _, err := b.Put(t.Context(), want[i], strings.NewReader("x"), 1); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	require.ElementsMatch(t, want, b.ids(t))
}

func failedPut(t *testing.T, open func(*testing.T) bed) {
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		ctx  context.Context
		r    io.Reader
		code string
	}{
		"too large":          {t.Context(), bytes.NewReader(make([]byte, 101)), app.CodeTooLarge},
		"cut in the middle":  {t.Context(), io.MultiReader(bytes.NewReader(make([]byte, 50)), iotest.ErrReader(io.ErrUnexpectedEOF)), negotiation.CodeMalformed},
		"sender's own error": {t.Context(), iotest.ErrReader(negotiation.NewError(app.CodeTooLarge)), app.CodeTooLarge},
		"context":            {ended, bytes.NewReader(make([]byte, 50)), negotiation.CodeMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, id, old := open(t), app.NewID(), app.NewID()
			_, err := b.Put(c.ctx, id, c.r, 100)
			code(t, c.code, err)
			_, err = b.Open(t.Context(), id)
			code(t, negotiation.CodeNotFound, err)
			require.Empty(t, b.lies())

			b.put(t, old, []byte("old"))
			_, err = b.Put(ended, old, strings.NewReader("new"), 100)
			require.Error(t, err)
			require.Equal(t, "old", string(b.read(t, old)), "what was there stays")
		})
	}
}
