package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// A backup beside a server that writes restores to an installation whose chains hold and in which everything is that was
// acknowledged before the backup began.
func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := demoAt(t, dir)
	data := filepath.Join(dir, "demo")
	page, err := r.engine.store.Cases(t.Context(), app.CaseQuery{Open: true, Limit: 20, Phases: []negotiation.Phase{negotiation.PhaseAwaitingResponse, negotiation.PhaseNegotiating}})
	require.NoError(t, err)
	require.NotEmpty(t, page.Rows)
	var said atomic.Int64
	stop := make(chan struct{})
	begun := make(chan struct{}, len(page.Rows))
	var writers sync.WaitGroup
	for _, row := range page.Rows {
		writers.Go(func() {
			by := negotiation.Actor{ID: row.Consumer, Role: negotiation.RoleConsumer}
			for n := 0; n < 25; n++ { // 30 a minute are let through
				cmd := negotiation.PostMessage{Text: "还在吗"}
				id, err := app.Identify(by, uuid.NewString(), cmd)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := r.engine.ledger.Do(t.Context(), by, row.Case, id, cmd); err != nil {
					t.Error(err)
					return
				}
				said.Add(1)
				if n == 0 {
					begun <- struct{}{}
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for range page.Rows {
		<-begun
	}
	before := said.Load()
	saved := filepath.Join(dir, "saved")
	here := shell{data: data}
	require.Contains(t, here.must(t, "backup", saved), "files")
	close(stop)
	writers.Wait()
	code, _, errs := here.run(t, "backup", saved)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "there already")

	code, _, errs = here.run(t, "restore", saved)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "nothing is overwritten")
	there := shell{data: filepath.Join(dir, "other")}
	require.Contains(t, there.must(t, "restore", saved), "all chains hold")
	require.Contains(t, there.must(t, "verify"), "276 cases")
	require.Contains(t, here.must(t, "verify"), "276 cases", "also beside a running server")
	db, err := sql.Open("sqlite3", filepath.Join(there.data, databaseName))
	require.NoError(t, err)
	var restored int64
	require.NoError(t, db.QueryRow(`SELECT count(*) FROM events WHERE type = 'message_posted' AND CAST(content AS TEXT) LIKE '%还在吗%'`).Scan(&restored))
	require.NoError(t, db.Close())
	require.GreaterOrEqual(t, restored, before)
	secret, err := os.ReadFile(filepath.Join(there.data, secretName))
	require.NoError(t, err)
	original, err := os.ReadFile(filepath.Join(data, secretName))
	require.NoError(t, err)
	require.True(t, bytes.Equal(original, secret))
}

// saved gives a backup of a small installation.
func saved(t *testing.T) (here shell, backup string) {
	t.Helper()
	dir := t.TempDir()
	here = shell{data: filepath.Join(dir, "data")}
	here.must(t, "migrate", "up")
	backup = filepath.Join(dir, "saved")
	here.must(t, "backup", backup)
	return here, backup
}

func TestRestoreRefusesWhatWasChanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(dir string) error
		says   string
	}{
		"a byte": {func(dir string) error { return os.WriteFile(filepath.Join(dir, secretName), make([]byte, 32), 0o600) }, "its hash differs"},
		"a way out": {func(dir string) error {
			b, err := json.Marshal(manifest{Files: []savedFile{{Path: "../x"}, {Path: databaseName}, {Path: secretName}}})
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, manifestName), b, 0o600)
		}, "which is not in the backup"},
		"nothing in it": {func(dir string) error { return os.WriteFile(filepath.Join(dir, manifestName), []byte(`{}`), 0o600) }, "is no backup: its manifest.json does not name hejie.db"},
		"a file gone":   {func(dir string) error { return os.Remove(filepath.Join(dir, databaseName)) }, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, backup := saved(t)
			require.NoError(t, c.change(backup))
			to := shell{data: filepath.Join(t.TempDir(), "new")}
			code, _, errs := to.run(t, "restore", backup)
			require.Equal(t, exitFailed, code, errs)
			require.Contains(t, errs, c.says)
			left, err := filepath.Glob(to.data + "*")
			require.NoError(t, err)
			require.Empty(t, left, "nothing is left behind")
		})
	}
}

// A backup within the evidence would copy itself, again and again.
func TestNoBackupWithinTheEvidence(t *testing.T) {
	t.Parallel()
	here, _ := saved(t)
	f := folder{path: here.data}
	require.NoError(t, os.MkdirAll(f.evidence(), 0o700))
	for _, to := range []string{f.evidence() + "/b", f.evidence() + "/01/b"} {
		code, _, errs := here.run(t, "backup", to)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, "name a folder outside")
	}
	left, err := os.ReadDir(f.evidence())
	require.NoError(t, err)
	require.Empty(t, left)
}

// An installation without evidence has its folder after it is restored: the doctor finds nothing wrong with the folders.
func TestRestoredWithoutEvidence(t *testing.T) {
	t.Parallel()
	here, backup := saved(t)
	restored := shell{data: here.data + "2"}
	restored.must(t, "restore", backup)
	_, out, _ := restored.run(t, "doctor")
	require.Contains(t, out, "ok folders")
}
