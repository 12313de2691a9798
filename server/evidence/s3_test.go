package evidence_test

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/evidence"
	"hejie/server/evidence/s3test"
)

func options(s *s3test.Server, prefix string) evidence.S3Options {
	return evidence.S3Options{Endpoint: s.Endpoint(), Region: s3test.Region, Bucket: s3test.Bucket, Prefix: prefix, Keys: evidence.Keys{Access: s3test.Key, Secret: s3test.Secret}}
}

func inS3(t *testing.T, o evidence.S3Options) bed {
	t.Helper()
	v, err := evidence.OpenS3(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, v.Close()) })
	return bed{Vault: v}
}

// Several installations share the bucket, and none sees the others.
func TestS3(t *testing.T) {
	t.Parallel()
	s := s3test.Start(t)
	strange := "notes.txt" // no evidence: nobody's to touch
	s.Write(strange, []byte("x"))
	t.Run("all", func(t *testing.T) {
		conforms(t, func(t *testing.T) bed {
			prefix := "hejie/" + app.NewID() + "/"
			b := inS3(t, options(s, prefix))
			b.lies = func() (list []string) {
				for _, key := range s.Objects() {
					if strings.HasPrefix(key, prefix) {
						list = append(list, key)
					}
				}
				return list
			}
			return b
		})
	})
	require.Contains(t, s.Objects(), strange)
}

func TestS3WithoutPrefix(t *testing.T) {
	t.Parallel()
	s := s3test.Start(t)
	s.Write("other/"+app.NewID(), []byte("x"))
	s.Write("notes.txt", []byte("x"))
	b, id := inS3(t, options(s, "")), app.NewID()
	b.put(t, id, []byte("abc"))
	require.Equal(t, []string{id}, b.ids(t))
	require.Contains(t, s.Objects(), id)
}

// Reading a little of a large file does not fetch the rest.
func TestS3ReadsRanges(t *testing.T) {
	t.Parallel()
	s := s3test.Start(t)
	way := s.Metered()
	o := options(s, "")
	o.Endpoint = way.Endpoint
	b, id := inS3(t, o), app.NewID()
	content := make([]byte, 10<<20)
	for i := range content {
		content[i] = byte(i * 7 >> 3)
	}
	b.put(t, id, content)
	before := way.Sent()
	f, err := b.Open(t.Context(), id)
	require.NoError(t, err)
	got := make([]byte, 100)
	_, err = f.Seek(-200, io.SeekEnd)
	require.NoError(t, err)
	_, err = io.ReadFull(f, got)
	require.NoError(t, err)
	require.Equal(t, content[len(content)-200:len(content)-100], got)
	require.NoError(t, f.Close())
	require.Less(t, way.Sent()-before, int64(64<<10))
	require.True(t, bytes.Equal(content, b.read(t, id)))
}

// While the server is away everybody is told to try again, nothing is half done, and when it is back all is as before.
func TestS3Away(t *testing.T) {
	t.Parallel()
	s := s3test.Start(t)
	b, kept, id := inS3(t, options(s, "")), app.NewID(), app.NewID()
	b.put(t, kept, []byte("kept"))
	open, err := b.Open(t.Context(), kept)
	require.NoError(t, err)
	require.NoError(t, b.Vault.(*evidence.S3).Ping(t.Context()))
	s.Stop()
	require.Error(t, b.Vault.(*evidence.S3).Ping(t.Context()))
	_, err = io.ReadAll(open)
	code(t, negotiation.CodeUnavailable, err)
	require.NoError(t, open.Close())
	_, err = b.Put(t.Context(), id, strings.NewReader("x"), 1)
	code(t, negotiation.CodeUnavailable, err)
	_, err = b.Open(t.Context(), kept)
	code(t, negotiation.CodeUnavailable, err)
	code(t, negotiation.CodeUnavailable, b.Remove(t.Context(), kept))
	code(t, negotiation.CodeUnavailable, b.Each(t.Context(), "", nil))
	_, err = evidence.OpenS3(t.Context(), options(s, ""))
	require.ErrorContains(t, err, "cannot be reached")

	s.Go()
	require.NoError(t, b.Vault.(*evidence.S3).Ping(t.Context()))
	require.Equal(t, []string{kept}, s.Objects())
	require.Equal(t, "kept", string(b.read(t, kept)))
	b.put(t, id, []byte("x"))
	require.ElementsMatch(t, []string{kept, id}, b.ids(t))
}

// Whoever is too slow or goes away in the middle of the sending leaves nothing.
func TestS3CancelledWhileSending(t *testing.T) {
	t.Parallel()
	s := s3test.Start(t)
	b := inS3(t, options(s, ""))
	ctx, cancel := context.WithCancel(t.Context())
	last := io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), readFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF }))
	_, err := b.Put(ctx, app.NewID(), last, 2<<20)
	require.Error(t, err)
	require.Empty(t, s.Objects())
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(b []byte) (int, error) { return f(b) }

// What is wrong with the configuration is said in words at the start.
func TestS3Misconfigured(t *testing.T) {
	t.Parallel()
	s := s3test.Start(t)
	for name, c := range map[string]struct {
		change func(*evidence.S3Options)
		says   string
	}{
		"secret":    {func(o *evidence.S3Options) { o.Keys.Secret = "not-the-secret" }, "the secret key is not that of the access key"},
		"key":       {func(o *evidence.S3Options) { o.Keys.Access = "nobody" }, "access key"},
		"bucket":    {func(o *evidence.S3Options) { o.Bucket = "elsewhere" }, "no such bucket"},
		"name":      {func(o *evidence.S3Options) { o.Bucket = "No Bucket" }, "evidence in s3://No Bucket/"},
		"scheme":    {func(o *evidence.S3Options) { o.Endpoint = "127.0.0.1:1" }, "is not http(s)://host:port"},
		"path":      {func(o *evidence.S3Options) { o.Endpoint += "/path" }, "is not http(s)://host:port"},
		"not there": {func(o *evidence.S3Options) { o.Endpoint = "http://127.0.0.1:1" }, "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(s, "")
			c.change(&o)
			_, err := evidence.OpenS3(t.Context(), o)
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), o.Keys.Secret)
		})
	}
	t.Run("said once all is well", func(t *testing.T) {
		t.Parallel()
		v, err := evidence.OpenS3(t.Context(), options(s, "a/b/"))
		require.NoError(t, err)
		require.Equal(t, "s3://evidence/a/b/ at "+strings.TrimPrefix(s.Endpoint(), "http://"), v.String())
		require.NoError(t, v.Close())
		for _, key := range s.Objects() {
			require.NotContains(t, key, "a/b/", "the probe went again")
		}
	})
}

// A visitor's answer is written within 35 s, and HAProxy waits 60: who waits for a server that hangs is told before.
func TestS3GivesUpBeforeTheVisitor(t *testing.T) {
	t.Parallel()
	require.Less(t, evidence.Patience, 28*time.Second)
}

// TestS3WithoutTemporaryFiles: where nothing that is uploaded could wait, the start says so, and not each upload. A unit of systemd with
// ProtectSystem=strict and without PrivateTmp is such a place.
func TestS3WithoutTemporaryFiles(t *testing.T) {
	s := s3test.Start(t)
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	_, err := evidence.OpenS3(t.Context(), options(s, ""))
	require.ErrorContains(t, err, "TMPDIR")
}
