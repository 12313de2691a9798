package main

import (
	"bytes"
	"io"
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
		log := &lines{to: &to}
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
		require.Equal(t, []string{long}, to.take(), "no write is longer than a pipe takes as one")
		require.NoError(t, log.flush())
		require.Equal(t, []string{long + "d\n"}, to.take())
		calm()
		require.Empty(t, to.take())
		require.NoError(t, log.flush())
		require.Empty(t, to.take(), "there was nothing")
	})
}

// What went wrong is written at once, after all that was said before it, whatever the handler adds to each line.
func TestPrompt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var to writes
		log := Common{LogFormat: "json"}.logger(console{err: &lines{to: &to}}).With("a", 1).WithGroup("g")
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
