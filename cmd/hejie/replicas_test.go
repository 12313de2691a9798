package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"hejie/server/store/pgtest"
)

var postgres pgtest.Server

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(postgres.Around(m), goleak.IgnoreAnyFunction("github.com/nats-io/nats-server/v2/server.(*Server).startGWReplyMapExpiration.func1"))
}

// on gives the arguments of a command on a database.
func on(database string, args ...string) []string { return append(args, "--database", database) }

// A server over a standby, or one that is read only, says so and ends; the doctor tells it apart from one that is well.
func TestServeReadOnly(t *testing.T) {
	t.Parallel()
	database, s := postgres.Database(t), shell{data: t.TempDir()}
	require.NoError(t, os.WriteFile(filepath.Join(s.data, secretName), make([]byte, 32), 0o600))
	code, _, errs := s.run(t, on(database+"&default_transaction_read_only=on", "serve", "--listen", "localhost:0")...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "the database takes no writes: default_transaction_read_only is on")

	s.must(t, on(database, "migrate", "up")...)
	_, out, _ := s.run(t, on(database, "doctor")...)
	require.Contains(t, out, "ok writing to the database")
	require.Contains(t, out, "ok clocks of this machine and the database server")
	code, out, _ = s.run(t, on(database+"&default_transaction_read_only=on", "doctor")...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "!! writing to the database\n   -> the database takes no writes: default_transaction_read_only is on")
}

// An installation moves to a server with every row, is looked at and saved there like a file, and what was saved comes back as either.
func TestMoves(t *testing.T) {
	t.Parallel()
	dir, first, second := t.TempDir(), postgres.Empty(t), postgres.Empty(t)
	require.NoError(t, demoAt(t, dir).end())
	s := shell{data: filepath.Join(dir, "demo")}
	want := s.must(t, "verify")
	require.Contains(t, want, "276 cases")
	code, _, errs := s.run(t, "migrate", "copy")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "--database")

	require.Contains(t, s.must(t, on(first, "migrate", "copy")...), "every row compared")
	require.NoFileExists(t, filepath.Join(s.data, databaseName))
	back := func() {
		require.NoError(t, os.Rename(filepath.Join(s.data, movedName), filepath.Join(s.data, databaseName)))
	}
	back() // as who copied leaves it who dies before the end
	require.Contains(t, s.must(t, on(first, "migrate", "copy")...), "every row compared", "it is finished")
	require.NoFileExists(t, filepath.Join(s.data, databaseName))
	require.NoError(t, os.Remove(filepath.Join(s.data, cardName)), "a demo is not served in any case")
	for _, forgetful := range [][]string{{"serve", "--listen", "localhost:0"}, {"verify"}, {"migrate", "up"}} {
		code, _, errs = s.run(t, forgetful...)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, "moved to a server", forgetful)
		require.NoFileExists(t, filepath.Join(s.data, databaseName))
	}
	require.Equal(t, want, s.must(t, on(first, "verify")...))
	require.Contains(t, s.must(t, on(first, "migrate", "status")...), "schema")
	require.Contains(t, s.must(t, on(first, "user", "add", "root.admin", "总管")...), "added administrator")
	_, out, errs := s.run(t, on(first, "doctor")...)
	require.Contains(t, out, "derived tables are what the log says", errs)
	require.Contains(t, out, "?? no bus")

	back()
	code, _, errs = s.run(t, on(first, "migrate", "copy")...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "not empty")
	require.FileExists(t, filepath.Join(s.data, databaseName), "it stays when nothing was moved")

	saved := filepath.Join(dir, "saved")
	s.must(t, on(first, "backup", saved)...)
	holds := func(dir string) (names []string) {
		list, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range list {
			names = append(names, e.Name())
		}
		return names
	}
	require.Equal(t, []string{evidenceName, databaseName, secretName, manifestName}, holds(saved))
	file, server := shell{data: filepath.Join(dir, "file")}, shell{data: filepath.Join(dir, "server")}
	require.Contains(t, file.must(t, "restore", saved), "all chains hold")
	require.Equal(t, want, file.must(t, "verify"))
	require.Contains(t, server.must(t, on(second, "restore", saved)...), "all chains hold")
	require.Equal(t, want, server.must(t, on(second, "verify")...))
	require.Equal(t, []string{evidenceName, secretName}, holds(server.data))
	again := shell{data: filepath.Join(dir, "again")}
	require.Contains(t, again.must(t, on(second, "restore", saved)...), "all chains hold", "who restored died before the end")
	s.must(t, on(second, "user", "add", "root.other", "别人")...)
	code, _, errs = shell{data: filepath.Join(dir, "third")}.run(t, on(second, "restore", saved)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "not empty")
	require.NoDirExists(t, filepath.Join(dir, "third"))
}

// Two replicas serve one database: who signs in at one is known to the other, and commands work beside them.
func TestTwoReplicas(t *testing.T) {
	t.Parallel()
	data, database := filepath.Join(t.TempDir(), "data"), postgres.Empty(t)
	s := shell{data: data, in: "a long pass phrase\n"}
	replica := func() *running {
		return start(t, func(to console) (*Program, error) {
			return newProgram(t.Context(), Config{Listen: "127.0.0.1:0", SMS: "none"}, folder{path: data, server: database}, nil, to, quiet().logger(to))
		})
	}
	one, other := replica(), replica()
	require.NoFileExists(t, filepath.Join(data, databaseName))
	s.must(t, on(database, "user", "add", "root.admin", "总管", "--password-stdin")...)
	in := map[string]string{"login": "root.admin", "password": "a long pass phrase"}
	require.Equal(t, http.StatusOK, one.call(t, http.MethodPost, "/api/sign-in/password", in, nil))
	for _, r := range []*running{one, other} {
		require.Equal(t, http.StatusNoContent, r.call(t, http.MethodGet, "/readyz", nil, nil))
	}
	stranger := shell{data: filepath.Join(t.TempDir(), "other")}
	_, err := folder{path: stranger.data}.newSecret()
	require.NoError(t, err)
	for _, args := range [][]string{{"serve", "--listen", "localhost:0"}, {"user", "add", "root.other", "别人"}, {"doctor"}} {
		code, out, errs := stranger.run(t, on(database, args...)...)
		require.Equal(t, exitFailed, code)
		require.Contains(t, out+errs, "another secret")
	}
	other.client.Jar = one.client.Jar // cookies know no ports
	require.Equal(t, http.StatusOK, other.call(t, http.MethodGet, "/api/sessions", nil, nil))
	require.NoError(t, one.end())
	require.Equal(t, http.StatusOK, other.call(t, http.MethodGet, "/api/sessions", nil, nil))
}

// A database that is none, or cannot be reached, is refused, and no message tells a password.
func TestDatabaseRefusals(t *testing.T) {
	t.Parallel()
	s := shell{data: filepath.Join(t.TempDir(), "data")}
	for url, says := range map[string]string{
		"mysql://hejie:tell-nobody@localhost/x":               "postgres://",
		"hejie.db":                                            "postgres://",
		"postgres://hejie:tell-nobody@127.0.0.1:1/x":          "refused",
		"postgres://hejie:tell-nobody@127.0.0.1:port/x":       "--database",
		strings.Replace(postgres.Empty(t), "/test", "/no", 1): "does not exist",
	} {
		for _, command := range [][]string{{"serve", "--listen", "localhost:0"}, {"verify"}} {
			code, _, errs := s.run(t, on(url, command...)...)
			require.NotZero(t, code, url)
			require.Contains(t, errs, says)
			require.NotContains(t, errs, "tell-nobody")
			require.NotContains(t, errs, "is missing", "the secret has nothing to do with it")
		}
	}
	code, _, errs := s.run(t, on(postgres.Empty(t), "verify")...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "no installation")
	code, _, errs = s.run(t, on(postgres.Empty(t), "demo")...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "own file")
}
