package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// arrows says which of our packages each may import directly. A package stands for those below it, and may always import its own
// family's. Siblings of server do not meet: cmd/hejie ties them together.
func arrows() map[string][]string {
	return map[string][]string{
		"negotiation":     {},
		"migrations":      {},
		"web":             {},
		"server/app":      {"negotiation"},
		"server/store":    {"negotiation", "server/app", "migrations"},
		"server/http":     {"negotiation", "server/app", "web"},
		"server/live":     {"negotiation", "server/app"},
		"server/due":      {"negotiation", "server/app"},
		"server/notify":   {"negotiation", "server/app"},
		"server/evidence": {"negotiation", "server/app"},
		"server/bus":      {"negotiation", "server/app"},
		"server/figures":  {"negotiation", "server/app"},
		"cmd/hejie":       {"negotiation", "server", "web", "migrations"},
	}
}

// owners are libraries that one package keeps to itself, so that leaving one touches one package.
func owners() map[string]string {
	return map[string]string{
		"github.com/labstack/echo":     "server/http",
		"github.com/gorilla/websocket": "server/live",
		"github.com/jmoiron/sqlx":      "server/store",
		"github.com/prometheus":        "server/figures",
		"go.opentelemetry.io":          "server/figures",
		"github.com/minio/minio-go":    "server/evidence",
		"github.com/nats-io/nats.go":   "server/bus",
		"github.com/jackc/pgx":         "server/store",
	}
}

// pkg as `go list` tells of it. Imports are the direct ones, without those of tests.
type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

func list(t *testing.T, args ...string) (all []pkg) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-e", "-json=ImportPath,Standard,Imports"}, args...)...)
	cmd.Dir = ".."
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, errs.String())
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

// within says whether a path is the package or below it.
func within(path, of string) bool { return path == of || strings.HasPrefix(path, of+"/") }

// broken gives the imports of a package that the architecture does not allow.
func broken(p pkg, standard map[string]bool) (wrong []string) {
	own := strings.TrimPrefix(p.ImportPath, "hejie/")
	if within(own, "e2e") {
		return nil
	}
	tops := slices.Collect(maps.Keys(arrows()))
	i := slices.IndexFunc(tops, func(top string) bool { return within(own, top) })
	if i < 0 {
		return []string{"is in no place of the architecture"}
	}
	for _, path := range p.Imports {
		to, ours := strings.CutPrefix(path, "hejie/")
		switch {
		case ours:
			if !within(to, tops[i]) && !slices.ContainsFunc(arrows()[tops[i]], func(of string) bool { return within(to, of) }) {
				wrong = append(wrong, "imports "+path)
			}
		case tops[i] == "negotiation" && !standard[path]:
			wrong = append(wrong, "imports "+path+", which is not of the standard library")
		}
		for library, owner := range owners() {
			if within(path, library) && !within(own, owner) {
				wrong = append(wrong, "imports "+path+", which is "+owner+"'s")
			}
		}
	}
	return wrong
}

// Imports run one way.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	standard := map[string]bool{"C": true}
	for _, p := range list(t, "std") {
		standard[p.ImportPath] = true
	}
	ours := list(t, "./...")
	require.Greater(t, len(ours), 15)
	for _, p := range ours {
		for _, what := range broken(p, standard) {
			t.Errorf("%s %s", p.ImportPath, what)
		}
	}
}

// The check can fail.
func TestArchitectureIsChecked(t *testing.T) {
	t.Parallel()
	standard := map[string]bool{"time": true}
	for _, p := range []pkg{
		{ImportPath: "hejie/negotiation/workday", Imports: []string{"time", "github.com/google/uuid"}},
		{ImportPath: "hejie/negotiation", Imports: []string{"hejie/server/app"}},
		{ImportPath: "hejie/server/app", Imports: []string{"hejie/server/store"}},
		{ImportPath: "hejie/server/live", Imports: []string{"hejie/server/http"}},
		{ImportPath: "hejie/server/live", Imports: []string{"github.com/jmoiron/sqlx"}},
		{ImportPath: "hejie/cmd/hejie", Imports: []string{"github.com/labstack/echo/v4"}},
		{ImportPath: "hejie/server/other", Imports: nil},
	} {
		require.NotEmpty(t, broken(p, standard), "%+v", p)
	}
	require.Empty(t, broken(pkg{ImportPath: "hejie/cmd/hejie", Imports: []string{"time", "hejie/server/http", "hejie/cmd/hejie/demo"}}, standard))
	require.Empty(t, broken(pkg{ImportPath: "hejie/server/store", Imports: []string{"hejie/migrations", "github.com/jmoiron/sqlx"}}, standard))
}

// The bus's server is for tests: it would make the program half as large again.
func TestTheProgramHasNoServerOfTheBus(t *testing.T) {
	t.Parallel()
	deps := list(t, "-deps", "./cmd/hejie")
	has := func(path string) bool {
		return slices.ContainsFunc(deps, func(p pkg) bool { return within(p.ImportPath, path) })
	}
	require.True(t, has("github.com/nats-io/nats.go"))
	require.False(t, has("github.com/nats-io/nats-server"))
}

// TestKeptInputsAreTried: what once broke something lies beside the target that tries it, not one that was renamed or removed.
func TestKeptInputsAreTried(t *testing.T) {
	t.Parallel()
	kept, err := filepath.Glob("../negotiation/testdata/fuzz/*/*")
	require.NoError(t, err)
	more, err := filepath.Glob("../*/*/testdata/fuzz/*/*")
	require.NoError(t, err)
	kept = append(kept, more...)
	require.NotEmpty(t, kept)
	for _, input := range kept {
		folder := filepath.Dir(input)
		tests, err := filepath.Glob(filepath.Join(folder, "../../../*_test.go"))
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(tests, func(file string) bool {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			return bytes.Contains(b, []byte("\nfunc "+filepath.Base(folder)+"("))
		}), "no test tries %s", folder)
	}
}
