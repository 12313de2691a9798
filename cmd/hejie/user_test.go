package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
)

// People come in through the door that the console opened for them.
func TestUsers(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	s := shell{data: data, in: "correct horse battery\n"}
	s.must(t, "migrate", "up")
	require.Equal(t, "added administrator root.admin\n", s.must(t, "user", "add", "root.admin", "总管", "--password-stdin"))
	made := s.must(t, "user", "add", "second", "副管")
	require.Contains(t, made, "added administrator second: ")
	code, _, errs := s.run(t, "user", "add", "second", "副管")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "hejie: Login taken. Somebody has this login. Choose another one. (login_taken)\n", strings.Replace(errs, "login: ", "", 1))
	code, _, errs = shell{data: data, in: "short\n"}.run(t, "user", "password", "second", "--password-stdin")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "password: Weak password. At least 10 characters")
	_, _, errs = s.run(t, "user", "add", "x", "x")
	require.Contains(t, errs, "login: Invalid. Allowed: 3-64")
	code, _, errs = shell{data: data, in: "\n"}.run(t, "user", "password", "second", "--password-stdin")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "no password")
	code, _, errs = s.run(t, "user", "password", "nobody")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "nobody of the staff signs in as nobody")
	shell{data: data, in: "another pass phrase\n"}.must(t, "user", "password", "root.admin", "--password-stdin")

	r := serve(t, data)
	in := func(login, password string) int {
		return r.call(t, http.MethodPost, "/api/sign-in/password", map[string]string{"login": login, "password": password}, nil)
	}
	require.Equal(t, http.StatusUnprocessableEntity, in("root.admin", "correct horse battery"))
	require.Equal(t, http.StatusOK, in("root.admin", "another pass phrase"))
	require.Equal(t, http.StatusOK, in("second", strings.TrimSpace(strings.TrimPrefix(made, "added administrator second: "))))
}
