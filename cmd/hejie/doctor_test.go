package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// A log in which something was changed is found out, and so are derived tables that say otherwise.
func TestVerifyAndDoctor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, demoAt(t, dir).end())
	s := shell{data: filepath.Join(dir, "demo")}
	change := func(query string) {
		db, err := sql.Open("sqlite3", filepath.Join(s.data, databaseName))
		require.NoError(t, err)
		result, err := db.Exec(query)
		require.NoError(t, err)
		n, err := result.RowsAffected()
		require.NoError(t, err)
		require.Positive(t, n)
		require.NoError(t, db.Close())
	}
	_, out, _ := s.run(t, "doctor")
	require.Contains(t, out, "derived tables are what the log says", out)
	require.Contains(t, out, "?? folders\n   -> this is a demo")
	require.Contains(t, out, "?? operator\n   -> the privacy notice names nobody")
	_, out, _ = s.run(t, "doctor", "--operator", "岳阳消费中心", "--operator-contact", "0730-1234567")
	require.Contains(t, out, "ok operator")
	for _, command := range []string{"verify", "doctor"} { // the folder above it, none, a file
		for data, says := range map[string]string{dir: "only a demo: name it with --data " + s.data, filepath.Join(dir, "x"): "no such folder", filepath.Join(s.data, databaseName): "which is a file"} {
			code, out, errs := shell{data: data}.run(t, command)
			require.Equal(t, exitFailed, code)
			require.Contains(t, out+errs, says, command)
		}
	}
	require.Contains(t, out, "ok secret")

	change(`UPDATE scorecard_rows SET n = n + 1`)
	code, out, _ := s.run(t, "doctor")
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "doctor --rebuild")
	s.must(t, "doctor", "--rebuild")
	_, out, _ = s.run(t, "doctor")
	require.NotContains(t, out, "doctor --rebuild")

	s.must(t, "verify")
	change(`UPDATE events SET content = CAST(replace(CAST(content AS TEXT), '客服', '店长') AS BLOB)
		WHERE rowid = (SELECT min(rowid) FROM events WHERE CAST(content AS TEXT) LIKE '%客服%')`)
	code, _, errs := s.run(t, "verify")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "log of case")
	require.NoError(t, os.Chmod(filepath.Join(s.data, secretName), 0o640))
	_, out, _ = s.run(t, "doctor")
	require.Contains(t, out, "restore a backup")
	require.Contains(t, out, "chmod 600")
}

// The figures count working time by the calendar that the installation knows, and so does the doctor that counts them again.
func TestDoctorCountsByTheImportedCalendar(t *testing.T) {
	t.Parallel()
	s := shell{data: filepath.Join(t.TempDir(), "data")}
	s.must(t, "migrate", "up")
	file := filepath.Join(t.TempDir(), "2027.json")
	require.NoError(t, writeNew(file, []byte(notice2027)))
	s.must(t, "calendar", "import", "--partial", file)
	d, err := openInstallation(t.Context(), folder{path: s.data})
	require.NoError(t, err)
	at := func(day, hour int) time.Time { return time.Date(2027, 1, day, hour, 0, 0, 0, workday.Shanghai) }
	id, consumer, f := uuid.NewString(), negotiation.Actor{ID: uuid.NewString(), Role: negotiation.RoleConsumer}, filing(at(2, 10))
	agent := negotiation.Actor{ID: uuid.NewString(), Role: negotiation.RoleDeskAgent, Enterprise: f.Enterprise}
	d.do(t, id, at(2, 10), consumer, f)
	d.do(t, id, at(3, 20), agent, negotiation.PostMessage{Text: "型号是什么？", Question: true}) // a Sunday that is worked: 20 hours
	d.do(t, id, at(4, 9), consumer, negotiation.Escalate{})
	require.NoError(t, d.Close())
	_, out, errs := s.run(t, "doctor")
	require.Contains(t, out, "derived tables are what the log says", errs)
}

// Replicas whose clocks differ pass deadlines early or late.
func TestDoctorComparesClocks(t *testing.T) {
	t.Parallel()
	require.Empty(t, apart(1900*time.Millisecond).todo)
	require.Empty(t, apart(-1900*time.Millisecond).todo)
	require.Contains(t, apart(14*time.Minute).todo, "this one is 14m0s ahead of the other")
	require.Contains(t, apart(-3*time.Second).todo, "this one is 3s behind the other")
}
