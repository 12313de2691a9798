package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

// logger writes to the operator's console.
func (c Common) logger(to console) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil { // the parser lets no other through
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	l, gathered := to.err.(*lines)
	screen, out := to.err, to.err
	if gathered {
		screen, out = l.to, piecewise{l}
	}
	var h slog.Handler = slog.NewJSONHandler(out, o)
	if c.LogFormat == "text" || c.LogFormat == "auto" && terminal(screen) {
		h = slog.NewTextHandler(out, o)
	}
	if gathered {
		h = gatherer{h, l}
	}
	return slog.New(newRepeats(h))
}

func terminal(w io.Writer) bool { return is(w, os.ModeCharDevice) }

// is says whether w is a file of a kind.
func is(w io.Writer, kind os.FileMode) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&kind != 0
}

// gatherer hands records over to lines instead of laying them out itself.
type gatherer struct {
	slog.Handler
	lines *lines
}

func (g gatherer) Handle(_ context.Context, r slog.Record) error {
	return g.lines.add(line{g.Handler, r.Clone()})
}

func (g gatherer) WithAttrs(a []slog.Attr) slog.Handler {
	return gatherer{g.Handler.WithAttrs(a), g.lines}
}

func (g gatherer) WithGroup(name string) slog.Handler {
	return gatherer{g.Handler.WithGroup(name), g.lines}
}

const (
	rest      = 5 * time.Millisecond // after a write
	most      = 1024                 // lines that wait
	piece     = 64 << 10             // bytes of one write at most
	pipePiece = 4096                 // that a pipe takes without another's between them: Linux' PIPE_BUF
)

// line of the log, to be laid out. What its record refers to must not change any more.
type line struct {
	layout slog.Handler
	record slog.Record
}

// lines are laid out and written together while many come: one by one each costs a write, and a request has to fetch the code that
// lays it out, which costs more than to run it. The first goes out at once, and so do warnings and errors, with what was said
// before them; others after a rest, or when many wait.
type lines struct {
	to    io.Writer
	piece int

	turn  sync.Mutex // of who lays out and writes, so that lines keep their order
	kept  []byte     // laid out, not written
	spare []line     // to be the next queue

	mu      sync.Mutex
	queue   []line
	resting bool
}

func newLines(to io.Writer) *lines {
	if is(to, os.ModeNamedPipe) {
		return &lines{to: to, piece: pipePiece}
	}
	return &lines{to: to, piece: piece}
}

// add takes a line. The error may be that of lines before it.
func (l *lines) add(one line) error {
	l.mu.Lock()
	l.queue = append(l.queue, one)
	calm := !l.resting
	now := calm || one.record.Level >= slog.LevelWarn || len(l.queue) >= most
	l.resting = true
	l.mu.Unlock()
	if calm {
		time.AfterFunc(rest, l.wake)
	}
	if !now {
		return nil
	}
	return l.flush()
}

func (l *lines) wake() {
	l.mu.Lock()
	waits := len(l.queue) > 0
	l.resting = waits
	l.mu.Unlock()
	if waits {
		time.AfterFunc(rest, l.wake)
		_ = l.flush() // there is nobody to be told
	}
}

// flush writes all that was said.
func (l *lines) flush() error {
	l.turn.Lock()
	defer l.turn.Unlock()
	return l.flushed()
}

// Write takes a text that is no line of the log, and writes it at once.
func (l *lines) Write(text []byte) (int, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	if err := l.flushed(); err != nil {
		return 0, err
	}
	return l.to.Write(text)
}

func (l *lines) flushed() error {
	l.mu.Lock()
	queue := l.queue
	l.queue = l.spare
	l.mu.Unlock()
	var failed error
	for _, one := range queue {
		if err := one.layout.Handle(context.Background(), one.record); err != nil {
			failed = err
		}
	}
	clear(queue) // it keeps nothing of them
	l.spare = queue[:0]
	return errors.Join(failed, l.write())
}

func (l *lines) write() error {
	if len(l.kept) == 0 {
		return nil
	}
	_, err := l.to.Write(l.kept)
	l.kept = l.kept[:0]
	return err
}

// piecewise takes lines that are laid out, within their turn.
type piecewise struct{ *lines }

func (p piecewise) Write(line []byte) (int, error) {
	var err error
	if len(p.kept)+len(line) > p.piece {
		err = p.write()
	}
	p.kept = append(p.kept, line...)
	return len(line), err
}
