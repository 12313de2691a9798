package main

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file that is not ours to change is found out before somebody wonders why nothing is saved, and so is one beside it.
func TestDoctorReadOnlyFile(t *testing.T) {
	t.Parallel()
	s := shell{data: filepath.Join(t.TempDir(), "data")}
	s.must(t, "migrate", "up")
	_, out, _ := s.run(t, "doctor")
	require.Contains(t, out, "ok writing to the database")

	f := folder{path: s.data}
	require.NoError(t, os.WriteFile(f.file()+"-wal", nil, 0o400))
	for path, mode := range map[string]os.FileMode{f.file(): 0o666, s.data: 0o755, filepath.Dir(s.data): 0o755, filepath.Dir(filepath.Dir(s.data)): 0o755} {
		require.NoError(t, os.Chmod(path, mode)) // only one file stays closed
	}
	says := make(chan finding)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread() // the thread gets its rights back and goes on: whatever it started, as a database server, may be told to end with it
		if root := os.Geteuid(); root == 0 {
			const nobody = 65534 // root may write anywhere
			syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
			defer syscall.RawSyscall(syscall.SYS_SETFSUID, uintptr(root), 0, 0)
		}
		says <- f.checkWrites(t.Context())
	}()
	require.Contains(t, (<-says).todo, "the database takes no writes: open "+f.file()+"-wal: permission denied")
}
