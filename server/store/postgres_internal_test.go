package store

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// TestPassing: what is tried again, and what is not because it may have been done, or would fail again.
func TestPassing(t *testing.T) {
	t.Parallel()
	server := func(code, constraint string) error {
		return fmt.Errorf("x: %w", &pgconn.PgError{Code: code, ConstraintName: constraint})
	}
	for name, x := range map[string]struct {
		err            error
		passing, whole bool
	}{
		"serialization":           {server("40001", ""), true, true},
		"deadlock":                {server("40P01", ""), true, true},
		"no lock in time":         {server("55P03", ""), true, true},
		"shut down":               {server("57P01", ""), true, true},
		"lost":                    {fmt.Errorf("%w: reset", errGone), true, true},
		"refused":                 {&pgconn.ConnectError{}, true, true},
		"the same case":           {server("23505", "case_keys_id_key"), true, true},
		"the same version":        {server("23505", "events_case"), false, false},
		"a text of another kind":  {server("22021", ""), false, false},
		"no room":                 {server("53100", ""), false, true},
		"a standby":               {server("25006", ""), false, true},
		"unknown":                 {errUnknown, false, true},
		"unknown, nobody answers": {errors.Join(errUnknown, &pgconn.ConnectError{}), false, true},
		"a bug":                   {errors.New("panic in a change"), false, false},
	} {
		require.Equal(t, x.passing, passing(x.err), name)
		require.Equal(t, x.whole, pgWholeBatch(x.err), name)
	}
}
