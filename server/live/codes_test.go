package live

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBrowserHasTheSameCloseCodes(t *testing.T) {
	t.Parallel()
	have, err := os.ReadFile("../../web/src/live/codes.gen.ts")
	require.NoError(t, err)
	require.Equal(t, TypeScript(), string(have), "run go generate ./server/live")
}

func TestCloseCodes(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, row := range closeCodes {
		require.GreaterOrEqual(t, int(row.code), 4000)
		require.Less(t, int(row.code), 5000)
		require.False(t, names[row.name], row.name)
		names[row.name] = true
		require.Equal(t, row.name, row.code.String())
	}
	require.True(t, SlowReader.Reconnect())
	require.False(t, SignedOut.Reconnect())
	require.Equal(t, "4999", CloseCode(4999).String())
}
