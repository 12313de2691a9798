package app_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/server/app"
)

func TestCheckLimits(t *testing.T) {
	t.Parallel()
	require.NoError(t, app.DefaultLimits().Check())
	for says, change := range map[string]func(*app.Limits){
		"codes_per_minute is 0, which is not between 1 and 60":                              func(l *app.Limits) { l.CodesPerMinute = 0 },
		"password_min is 4, which is not between 8 and 100":                                 func(l *app.Limits) { l.PasswordMin = 4 },
		"code_life is 600ns, which is not between 1m0s and 1h0m0s (600, in nanoseconds)":    func(l *app.Limits) { l.CodeLife = 600 },
		"desk_idle is 200h0m0s, which is not between 1m0s and 168h0m0s (720000000000000, i": func(l *app.Limits) { l.DeskIdle = 200 * time.Hour },
		"outage_gap is 1m0s, which is not between 2m0s and 720h0m0s":                        func(l *app.Limits) { l.OutageGap = time.Minute },
		"frame_bytes is 1024, which is not between 16384 and 1048576":                       func(l *app.Limits) { l.FrameBytes = 1024 },
		"page_rows is 1000000, which is not between 2 and 1000":                             func(l *app.Limits) { l.PageRows = 1_000_000 },
	} {
		l := app.DefaultLimits()
		change(&l)
		require.ErrorContains(t, l.Check(), says)
	}
	whole := reflect.TypeFor[app.Limits]()
	for i := range whole.NumField() { // none is forgotten
		l := app.DefaultLimits()
		reflect.ValueOf(&l).Elem().Field(i).SetInt(-1)
		require.ErrorContains(t, l.Check(), whole.Field(i).Tag.Get("json")+" is -1")
	}
}
