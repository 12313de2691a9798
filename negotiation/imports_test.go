package negotiation

import (
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The rules need nothing but the standard library and their own children, and of it no clock, network, file, log or goroutine.
func TestImports(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	read := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		b, err := os.ReadFile(f.Name())
		require.NoError(t, err)
		read++
		require.NotContains(t, string(b), "time.Now(", f.Name())
		require.NotContains(t, string(b), "go func", f.Name())
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), b, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			root, _, _ := strings.Cut(path, "/")
			own := strings.HasPrefix(path, "hejie/negotiation/")
			require.True(t, own || root != "hejie" && !strings.Contains(root, "."), "%s imports %s", f.Name(), path)
			for _, world := range []string{"net", "os", "log", "database", "sync", "context", "math/rand"} {
				require.False(t, path == world || strings.HasPrefix(path, world+"/"), "%s imports %s", f.Name(), path)
			}
		}
	}
	require.Greater(t, read, 20)
}
