package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

// linesTo is a log without times, and its lines.
func linesTo(to io.Writer) (*slog.Logger, *lines) {
	l := newLines(to)
	timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}}
	return slog.New(gatherer{slog.NewTextHandler(piecewise{l}, timeless), l}), l
}

// A line is written at once when it is calm; those that follow it soon are written together, in order, and before any other text.
func TestLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var to writes
		log, all := linesTo(&to)
		calm := func() {
			<-time.After(2 * rest)
			synctest.Wait()
		}
		log.Info("start")
		require.Equal(t, []string{"msg=start\n"}, to.take())
		log.Info("a")
		log.Info("b")
		require.Empty(t, to.take())
		calm()
		require.Equal(t, []string{"msg=a\nmsg=b\n"}, to.take())
		calm()
		log.Info("c")
		require.Equal(t, []string{"msg=c\n"}, to.take())

		log.Info("d")
		n, err := io.WriteString(all, "ready\n")
		require.NoError(t, err)
		require.Equal(t, len("ready\n"), n)
		require.Equal(t, []string{"msg=d\n", "ready\n"}, to.take())

		for range most - 1 {
			log.Info("e")
		}
		require.Empty(t, to.take())
		log.Info("f")
		require.Equal(t, []string{strings.Repeat("msg=e\n", most-1) + "msg=f\n"}, to.take(), "so many do not wait")

		long := strings.Repeat("x", piece/2)
		log.Info(long)
		log.Info(long)
		require.NoError(t, all.flush())
		require.Equal(t, []string{"msg=" + long + "\n", "msg=" + long + "\n"}, to.take(), "a write has its limit")
		calm()
		require.Empty(t, to.take())
		require.NoError(t, all.flush())
		require.Empty(t, to.take(), "there was nothing")
	})
}

// Lines of many at once are all there, each once and whole.
func TestLinesOfMany(t *testing.T) {
	t.Parallel()
	var to writes
	log, all := linesTo(&to)
	var group sync.WaitGroup
	for who := range 8 {
		group.Go(func() {
			for i := range 3 * most {
				log.Info("", "who", who, "line", i)
			}
		})
	}
	group.Wait()
	require.NoError(t, all.flush())
	next := map[int]int{}
	for said := range strings.Lines(strings.Join(to.take(), "")) {
		var who, line int
		_, err := fmt.Sscanf(said, `msg="" who=%d line=%d`, &who, &line)
		require.NoError(t, err, said)
		require.Equal(t, next[who], line, "of %d, in order", who)
		next[who]++
	}
	for who := range 8 {
		require.Equal(t, 3*most, next[who])
	}
}

// No write to a pipe is longer than it takes as one: others may have the same pipe.
func TestLinesToPipe(t *testing.T) {
	t.Parallel()
	out, in, err := os.Pipe()
	require.NoError(t, err)
	log, all := linesTo(in)
	var to writes
	all.to = io.MultiWriter(in, &to)
	line := strings.Repeat("x", 999)
	for range 40 { // less than a pipe holds
		log.Info(line)
	}
	require.NoError(t, errors.Join(all.flush(), in.Close()))
	for _, one := range to.take() {
		require.LessOrEqual(t, len(one), pipePiece)
	}
	said, err := io.ReadAll(out)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("msg="+line+"\n", 40), string(said))
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
