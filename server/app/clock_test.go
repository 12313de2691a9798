package app_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/server/app"
	"hejie/server/app/clocktest"
)

func TestShiftedClock(t *testing.T) {
	t.Parallel()
	base := clocktest.At(morning)
	c := &app.ShiftedClock{Base: base}
	require.Equal(t, morning, c.Now())
	c.AdvanceTo(morning.Add(time.Hour))
	require.Equal(t, morning.Add(time.Hour), c.Now())
	c.AdvanceTo(morning) // business time never goes back
	require.Equal(t, morning.Add(time.Hour), c.Now())
	base.Pass(time.Minute)
	require.Equal(t, morning.Add(61*time.Minute), c.Now())
	require.Equal(t, time.Hour, c.Offset())
}

func TestRealClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := app.RealClock{}.Now()
		require.Equal(t, time.UTC, now.Location())
		require.True(t, now.Equal(now.Truncate(time.Microsecond)))
		require.WithinDuration(t, time.Now(), now, time.Microsecond)
	})
}
