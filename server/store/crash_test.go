package store_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/store"
	"hejie/server/store/pgtest"
)

// TestCrashBeforeCommit: a server that crashes forgets the numbers of transactions that wrote nothing to its disk, and gives them to others
// when it is back. That another one's transaction took effect says nothing of this one.
func TestCrashBeforeCommit(t *testing.T) {
	t.Parallel()
	server := pgtest.Server{Durable: true}
	defer func() { require.NoError(t, server.Close()) }()
	url, err := server.New()
	require.NoError(t, err)
	for name, others := range map[string]int{"numbers given again": 50, "numbers not given again": 0} {
		t.Run(name, func(t *testing.T) {
			s := open(t, url, store.Options{})
			_, err = post(s, name, "file", "x")
			require.NoError(t, err)
			crashes := 0
			crash := func() error {
				if crashes++; crashes > 1 {
					return nil
				}
				require.NoError(t, server.Crash())
				require.NoError(t, server.Start())
				for range others {
					require.NoError(t, numbered(url))
				}
				return nil
			}
			s.BeforeCommit(crash)
			s.BeforePlainCommit(crash)
			_, err = post(s, name, "m", "x")
			if err != nil {
				require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
				_, err = post(s, name, "m", "x")
				require.NoError(t, err)
			}
			require.Equal(t, 2, crashes, "it was tried again")
			require.Equal(t, int64(2), version(t, s, name))
			records, err := s.Records(ctx, name, negotiation.Room, 0, 10)
			require.NoError(t, err)
			require.Len(t, records, 2)

			crashes = 0
			err = s.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.AddAttempt(ctx, name, at) })
			require.Positive(t, crashes)
			if err != nil {
				require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
			}
			count, _, e := s.Plain().Attempts(ctx, name, at.Add(-1))
			require.NoError(t, e)
			require.Equal(t, err == nil, count == 1)
		})
	}
}

// numbered runs a transaction that has a number and writes nothing.
func numbered(url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(`SELECT pg_current_xact_id()`)
	return err
}
