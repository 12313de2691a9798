package app_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/server/app"
)

func TestIDsAndSecrets(t *testing.T) {
	t.Parallel()
	require.True(t, app.ValidID(app.NewID()))
	for _, s := range []string{"", "x", "A0000000-0000-7000-8000-000000000001", "{a0000000-0000-7000-8000-000000000001}", "a0000000000070008000000000000001", "urn:uuid:a0000000-0000-7000-8000-000000000001"} {
		require.False(t, app.ValidID(s), s)
	}
	s := app.NewSecret()
	require.NotEqual(t, s, app.NewSecret())
	require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", s, s, s, s), fmt.Sprint(s[0], " ", s[1]))
	require.Equal(t, s.OrderRef(" a-1 "), s.OrderRef("Ａ-1"))
	require.Empty(t, s.OrderRef(" "))
	require.NotEqual(t, s.Sum("a", "b", "c"), s.Sum("a", "bc"))
	require.Equal(t, 100, app.DefaultLimits().Page(1000))
	require.Equal(t, 50, app.DefaultLimits().Page(0))
}
