package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// writes are what was written, each by itself.
type writes struct {
	mu  sync.Mutex
	all []string
}

func (w *writes) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, string(b))
	return len(b), nil
}

func (w *writes) take() (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all, w.all = w.all, nil
	return all
}

// A line is written at once when it is calm; those that follow it soon are written together.
func TestLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var to writes
		log := newLines(&to)
		say := func(lines ...string) {
			for _, line := range lines {
				n, err := io.WriteString(log, line)
				require.NoError(t, err)
				require.Equal(t, len(line), n)
			}
		}
		calm := func() {
			<-time.After(2 * rest)
			synctest.Wait()
		}
		say("start\n")
		require.Equal(t, []string{"start\n"}, to.take())
		say("a\n", "b\n")
		require.Empty(t, to.take())
		calm()
		require.Equal(t, []string{"a\nb\n"}, to.take())
		calm()
		say("c\n")
		require.Equal(t, []string{"c\n"}, to.take())

		long := strings.Repeat("x", piece/2) + "\n"
		say(long, long, "d\n")
		require.Equal(t, []string{long}, to.take(), "a write has its limit")
		require.NoError(t, log.flush())
		require.Equal(t, []string{long + "d\n"}, to.take())
		calm()
		require.Empty(t, to.take())
		require.NoError(t, log.flush())
		require.Empty(t, to.take(), "there was nothing")
	})
}

// No write to a pipe is longer than it takes as one: others may have the same pipe.
func TestLinesToPipe(t *testing.T) {
	t.Parallel()
	out, in, err := os.Pipe()
	require.NoError(t, err)
	log := newLines(in)
	line := strings.Repeat("x", 999) + "\n"
	for range 40 { // less than a pipe holds
		_, err := io.WriteString(log, line)
		require.NoError(t, err)
		require.LessOrEqual(t, len(log.kept), pipePiece)
	}
	require.NoError(t, errors.Join(log.flush(), in.Close()))
	said, err := io.ReadAll(out)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat(line, 40), string(said))
	require.NoError(t, out.Close())
}

// What went wrong is written at once, after all that was said before it, whatever the handler adds to each line.
func TestPrompt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var to writes
		log := Common{LogFormat: "json"}.logger(console{err: newLines(&to)}).With("a", 1).WithGroup("g")
		log.Info("started")
		log.Info("request")
		require.Len(t, to.take(), 1)
		log.Warn("late")
		told := strings.Join(to.take(), "")
		require.Equal(t, 2, strings.Count(told, "\n"), told)
		require.Less(t, strings.Index(told, "request"), strings.Index(told, "late"))
		log.Error("failed")
		require.Contains(t, strings.Join(to.take(), ""), `"msg":"failed","a":1`)
	})
}

// A command's last lines are not lost with its end.
func TestLastLines(t *testing.T) {
	t.Parallel()
	var out, said bytes.Buffer
	require.Equal(t, exitMisused, run(t.Context(), []string{"nonsense"}, console{strings.NewReader(""), &out, &said}))
	require.Contains(t, said.String(), "nonsense")
	require.Contains(t, said.String(), `Try "hejie --help".`)
}
