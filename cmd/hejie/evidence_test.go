package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/evidence/s3test"
)

// bucketed is an installation whose evidence lies in S3.
type bucketed struct {
	shell
	s3    *s3test.Server
	place Place
}

func newBucketed(t *testing.T) bucketed {
	t.Helper()
	dir := t.TempDir()
	keys := filepath.Join(dir, "credentials")
	require.NoError(t, os.WriteFile(keys, fmt.Appendf(nil, "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", s3test.Key, s3test.Secret), 0o600))
	s := s3test.Start(t)
	return bucketed{shell{data: filepath.Join(dir, "data")}, s, Place{Evidence: "s3://" + s3test.Bucket + "/hejie", Endpoint: s.Endpoint(), Region: s3test.Region, Keys: keys}}
}

// at the place, the arguments of a command.
func (b bucketed) at(prefix string, args ...string) []string {
	return append(args, "--evidence", "s3://"+s3test.Bucket+"/"+prefix, "--evidence-endpoint", b.place.Endpoint, "--evidence-credentials", b.place.Keys)
}

// filled uploads two files through a running program, of which a case names the first.
func (b bucketed) filled(t *testing.T) (named, loose app.FileRow) {
	t.Helper()
	r := start(t, func(to console) (*Program, error) {
		return newProgram(t.Context(), Config{Listen: "127.0.0.1:0", SMS: "none", Place: b.place}, folder{path: b.data}, nil, to, quiet().logger(to))
	})
	by := app.Session{Actor: negotiation.Actor{ID: app.NewID(), Role: negotiation.RoleConsumer}}
	require.NoError(t, r.engine.store.Plain().Write(t.Context(), func(tx app.PlainTx) error {
		return tx.AddAccount(t.Context(), app.Account{ID: by.Actor.ID, Role: by.Actor.Role, Login: "+8613800138000", Language: "zh", Active: true})
	}))
	upload := func(size int) app.FileRow {
		content := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("x"), size)...)
		sum := sha256.Sum256(content)
		row, err := r.engine.app.Files.Begin(t.Context(), by, app.Announcement{Name: "a.pdf", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))})
		require.NoError(t, err)
		for at := int64(0); at < row.Size; { // part by part
			at, err = r.engine.app.Files.Continue(t.Context(), by, row.ID, at, bytes.NewReader(content[at:min(at+app.PartBytes, row.Size)]))
			require.NoError(t, err)
		}
		return row
	}
	named, loose = upload(3<<20), upload(100)
	require.NoError(t, r.end())
	require.ElementsMatch(t, []string{"hejie/" + named.ID, "hejie/" + loose.ID}, b.s3.Objects())
	require.NoDirExists(t, folder{path: b.data}.evidence())
	db, err := sql.Open("sqlite3", folder{path: b.data}.database())
	require.NoError(t, err)
	_, err = db.Exec(`UPDATE files SET case_id = ? WHERE id = ?`, app.NewID(), named.ID)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return named, loose
}

func (b bucketed) fails(t *testing.T, says string, args ...string) {
	t.Helper()
	code, out, errs := b.run(t, args...)
	require.Equal(t, exitFailed, code, "%v", args)
	require.Contains(t, out+errs, says)
	require.NotContains(t, out+errs, s3test.Secret)
}

// A backup names the evidence in S3, and a restore holds the bucket to it.
func TestBackupNamesEvidenceInS3(t *testing.T) {
	t.Parallel()
	b := newBucketed(t)
	named, loose := b.filled(t)
	require.Contains(t, b.must(t, b.at("hejie", "verify", "--files")...), "2 files of evidence: all hashes hold")
	_, out, _ := b.run(t, b.at("hejie", "doctor")...)
	require.Contains(t, out, "ok evidence in s3://evidence/hejie/ at ")
	require.Contains(t, out, "ok folders")

	dir := t.TempDir()
	saved := filepath.Join(dir, "saved")
	require.Contains(t, b.must(t, b.at("hejie", "backup", saved)...), "evidence stays in s3://evidence/hejie/ at ")
	var m manifest
	j, err := os.ReadFile(filepath.Join(saved, manifestName))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(j, &m))
	require.ElementsMatch(t, []savedFile{{named.ID, named.Size, named.SHA256}, {loose.ID, loose.Size, loose.SHA256}}, m.Elsewhere.Files)
	require.NoDirExists(t, filepath.Join(saved, evidenceName))

	to := bucketed{shell{data: filepath.Join(dir, "new")}, b.s3, b.place}
	to.fails(t, "name it with --evidence", "restore", saved)
	to.fails(t, "is not in s3://evidence/elsewhere/", b.at("elsewhere", "restore", saved)...)
	require.Contains(t, to.must(t, b.at("hejie", "restore", saved)...), "all chains hold")
	to.must(t, b.at("hejie", "verify", "--files")...)

	b.s3.Write("hejie/"+named.ID, []byte("%PDF-1.4\nsomething else"))
	other := bucketed{shell{data: filepath.Join(dir, "other")}, b.s3, b.place}
	other.fails(t, "its hash differs", b.at("hejie", "restore", saved)...)
	left, err := filepath.Glob(other.data + "*")
	require.NoError(t, err)
	require.Empty(t, left, "nothing is left behind")
	b.fails(t, "its hash differs", b.at("hejie", "verify", "--files")...)

	b.s3.Write("hejie/"+named.ID, nil)
	b.fails(t, "is not there", b.at("hejie", "verify", "--files")...)
	b.fails(t, "evidence that cases name is not there, 1 file:", b.at("hejie", "doctor")...)
	b.fails(t, "evidence is not there or not what was uploaded: 1 file, first ", b.at("hejie", "backup", filepath.Join(dir, "again"))...)
	require.FileExists(t, filepath.Join(dir, "again", manifestName), "made all the same")
}

// A backup that holds the evidence restores into a folder as well as into a bucket.
func TestBackupCopiesEvidenceInS3(t *testing.T) {
	t.Parallel()
	b := newBucketed(t)
	named, _ := b.filled(t)
	dir := t.TempDir()
	saved := filepath.Join(dir, "saved")
	b.must(t, b.at("hejie", "backup", "--copy-evidence", saved)...)
	b.s3.Write("hejie/"+named.ID, nil)

	disk := shell{data: filepath.Join(dir, "disk")}
	disk.must(t, "restore", saved)
	require.Contains(t, disk.must(t, "verify", "--files"), "2 files")
	_, out, _ := disk.run(t, "doctor")
	require.Contains(t, out, "ok evidence")

	bucket := shell{data: filepath.Join(dir, "bucket")}
	bucket.must(t, b.at("moved", "restore", saved)...)
	require.Contains(t, bucket.must(t, b.at("moved", "verify", "--files")...), "2 files")
	require.NoDirExists(t, folder{path: bucket.data}.evidence())

	// Where another installation is, nothing is sent.
	other := bucketed{shell{data: filepath.Join(dir, "other")}, b.s3, b.place}
	taken := postgres.Empty(t)
	owner := shell{data: t.TempDir()}
	require.NoError(t, os.WriteFile(filepath.Join(owner.data, secretName), make([]byte, 32), 0o600))
	owner.must(t, on(taken, "migrate", "up")...)
	owner.must(t, on(taken, "user", "add", "root.admin", "总管")...)
	before := b.s3.Objects()
	other.fails(t, "the database is not empty: nothing is overwritten", b.at("refused", on(taken, "restore", saved)...)...)
	require.Equal(t, before, b.s3.Objects())
	require.NoDirExists(t, other.data+".restoring")

	require.NoError(t, os.Remove(filepath.Join(disk.data, evidenceName, named.ID[len(named.ID)-2:], named.ID)))
	code, _, errs := disk.run(t, "verify", "--files")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "is not there")
}

// A folder's evidence that is lost or rotten is told when it is saved, and again when that is restored; all else is saved and restored.
func TestBackupTellsWhatTheFolderLost(t *testing.T) {
	t.Parallel()
	b := newBucketed(t)
	named, _ := b.filled(t)
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	b.must(t, b.at("hejie", "backup", "--copy-evidence", whole)...)
	for name, lose := range map[string]func(path string) error{
		"lost":   os.Remove,
		"rotten": func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) },
	} {
		disk, saved, again := shell{data: filepath.Join(dir, name)}, filepath.Join(dir, name+" saved"), shell{data: filepath.Join(dir, name+" again")}
		disk.must(t, "restore", whole)
		require.NoError(t, lose(filepath.Join(disk.data, evidenceName, named.ID[len(named.ID)-2:], named.ID)))
		says := "evidence is not there or not what was uploaded: 1 file, first " + named.ID
		code, _, errs := disk.run(t, "backup", saved)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, "the backup is made, but "+says)
		code, out, errs := again.run(t, "restore", saved)
		require.Equal(t, exitFailed, code)
		require.Contains(t, out, "all chains hold")
		require.Contains(t, errs, says)
		again.must(t, "verify")
	}
}

// Mistakes are told at the start, in words, and secrets never.
func TestEvidenceMisconfigured(t *testing.T) {
	t.Parallel()
	b := newBucketed(t)
	for name, c := range map[string]struct {
		change func(*Place)
		says   string
	}{
		"no bucket":     {func(p *Place) { p.Evidence = "s3://" }, "is not s3://BUCKET/PREFIX"},
		"a folder":      {func(p *Place) { p.Evidence = "/srv/evidence" }, "is not s3://BUCKET/PREFIX"},
		"secret in url": {func(p *Place) { p.Evidence = "s3://key:secret@bucket" }, "is not s3://BUCKET/PREFIX"},
		"other bucket":  {func(p *Place) { p.Evidence = "s3://elsewhere" }, "no such bucket"},
		"wrong keys": {func(p *Place) {
			p.Keys = filepath.Join(t.TempDir(), "keys")
			require.NoError(t, os.WriteFile(p.Keys, []byte("[default]\naws_access_key_id = "+s3test.Key+"\naws_secret_access_key = wrong\n"), 0o600))
		}, "the secret key is not that of the access key"},
		"empty keys": {func(p *Place) {
			p.Keys = filepath.Join(t.TempDir(), "keys")
			require.NoError(t, os.WriteFile(p.Keys, []byte("[default]\n"), 0o600))
		}, "no aws_access_key_id"},
		"open keys": {func(p *Place) {
			p.Keys = filepath.Join(t.TempDir(), "keys")
			require.NoError(t, os.WriteFile(p.Keys, nil, 0o644))
		}, "chmod 600"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := b.place
			c.change(&place)
			_, err := newProgram(context.WithoutCancel(t.Context()), Config{Listen: "127.0.0.1:0", SMS: "none", Place: place}, folder{path: filepath.Join(t.TempDir(), "data")}, nil, console{}, quiet().logger(console{err: &screen{}}))
			require.ErrorContains(t, err, c.says)
		})
	}
	code, _, errs := b.run(t, "doctor", "--evidence", "s3://evidence", "--evidence-endpoint", b.place.Endpoint)
	require.Equal(t, exitFailed, code, errs)
}

// Before the first start the doctor tries the bucket out, and of a folder that is not there yet it does not say that it is well.
func TestDoctorTriesTheBucketBeforeThereIsAnInstallation(t *testing.T) {
	t.Parallel()
	b := newBucketed(t)
	_, out, _ := b.run(t, b.at("hejie", "doctor")...)
	require.Contains(t, out, "ok evidence in s3://evidence/hejie/ at ")
	b.s3.Stop()
	b.fails(t, "!! evidence\n   -> evidence in s3://evidence/hejie/ at ", b.at("hejie", "doctor")...)
	_, out, _ = b.run(t, "doctor")
	require.NotContains(t, out, "ok evidence")
}
