package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

// A notice goes out and in again, and a new year becomes known.
func TestCalendar(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	s := shell{data: data}
	require.Contains(t, s.must(t, "calendar", "show"), "2026  248 working days")
	require.Contains(t, s.must(t, "calendar", "show", "2026"), "2026-02-14  Saturday")
	out := s.must(t, "calendar", "export", "2026")
	_, err := (&workday.Calendar{}).Import([]byte(out))
	require.NoError(t, err)

	s.must(t, "migrate", "up")
	file := filepath.Join(t.TempDir(), "2027.json")
	notice := `{"year": 2027, "papers": ["https://example.com"], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "元旦", "date": "2027-01-03", "isOffDay": false}]}`
	require.NoError(t, writeNew(file, []byte(notice)))
	code, _, errs := s.run(t, "calendar", "import", file)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "2027-02-06 春节")
	require.Contains(t, errs, "--partial")
	require.NotContains(t, s.must(t, "calendar", "show"), "2027")
	require.Contains(t, s.must(t, "calendar", "import", "--partial", file), "imported 2027")
	require.Contains(t, s.must(t, "calendar", "show", "2027"), "2027-01-03  Sunday")
	bad := filepath.Join(t.TempDir(), "bad.json")
	require.NoError(t, writeNew(bad, []byte(strings.Replace(notice, "2027-01-03", "2027-01-04", 1))))
	code, _, errs = s.run(t, "calendar", "import", bad)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "days[1].isOffDay")
}

// Whoever imports a year while the platform is down finds deadlines that fell into that time: they move, like at a start.
func TestCalendarImportMovesWhatFellIntoADowntime(t *testing.T) {
	t.Parallel()
	s := shell{data: filepath.Join(t.TempDir(), "data")}
	s.must(t, "migrate", "up")
	d, err := openInstallation(t.Context(), folder{path: s.data})
	require.NoError(t, err)
	at := time.Now().UTC().Truncate(time.Second).AddDate(0, 0, -40) // ten working days lie between it and now in every year
	id := uuid.NewString()
	d.do(t, id, at, negotiation.Actor{ID: uuid.NewString(), Role: negotiation.RoleConsumer}, filing(at))
	require.NoError(t, d.plain.Write(t.Context(), func(tx app.PlainTx) error { return tx.Beat(t.Context(), at.Add(time.Hour)) }))
	require.NoError(t, d.Close())

	file := filepath.Join(t.TempDir(), "2027.json")
	require.NoError(t, writeNew(file, []byte(notice2027)))
	s.must(t, "calendar", "import", "--partial", file)
	d, err = openInstallation(t.Context(), folder{path: s.data})
	require.NoError(t, err)
	c, _, err := d.store.Case(t.Context(), id)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.Equal(t, negotiation.PhaseAwaitingResponse, c.Phase, "nobody pays for the platform's absence")
	limit, ok := c.Deadline(negotiation.Negotiation)
	require.True(t, ok)
	require.True(t, limit.Due.After(time.Now()))
}
