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
	screen := to.err
	if gathered {
		screen = l.to
	}
	var h slog.Handler = slog.NewJSONHandler(to.err, o)
	if c.LogFormat == "text" || c.LogFormat == "auto" && terminal(screen) {
		h = slog.NewTextHandler(to.err, o)
	}
	if gathered {
		h = prompt{h, l}
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

// prompt lets warnings and errors not wait, nor what was said before them.
type prompt struct {
	slog.Handler
	lines *lines
}

func (p prompt) Handle(ctx context.Context, r slog.Record) error {
	err := p.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		err = errors.Join(err, p.lines.flush())
	}
	return err
}

func (p prompt) WithAttrs(a []slog.Attr) slog.Handler { return prompt{p.Handler.WithAttrs(a), p.lines} }

func (p prompt) WithGroup(name string) slog.Handler {
	return prompt{p.Handler.WithGroup(name), p.lines}
}

const (
	rest      = 5 * time.Millisecond // after a write
	piece     = 64 << 10             // bytes of one write at most
	pipePiece = 4096                 // that a pipe takes without another's between them: Linux' PIPE_BUF
)

// lines are written together while many come: a write for each would cost more than all else of a line. The first goes out at once,
// others after a rest, or when they fill a piece.
type lines struct {
	to    io.Writer
	piece int

	mu      sync.Mutex
	kept    []byte
	resting bool
}

func newLines(to io.Writer) *lines {
	if is(to, os.ModeNamedPipe) {
		return &lines{to: to, piece: pipePiece}
	}
	return &lines{to: to, piece: piece}
}

// Write takes a line. The error may be that of lines before it.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var full error
	if len(l.kept)+len(line) > l.piece {
		full = l.write()
	}
	l.kept = append(l.kept, line...)
	if l.resting {
		return len(line), full
	}
	return len(line), errors.Join(full, l.writeAndRest())
}

func (l *lines) writeAndRest() error {
	l.resting = true
	time.AfterFunc(rest, l.wake)
	return l.write()
}

func (l *lines) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.resting = false; len(l.kept) > 0 {
		_ = l.writeAndRest() // there is nobody to be told
	}
}

func (l *lines) flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.write()
}

func (l *lines) write() error {
	if len(l.kept) == 0 {
		return nil
	}
	_, err := l.to.Write(l.kept)
	l.kept = l.kept[:0]
	return err
}
