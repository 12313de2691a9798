package main

import (
	"io"
	"log/slog"
	"os"
)

// logger writes to the operator's console.
func (c Common) logger(to console) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil { // the parser lets no other through
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewJSONHandler(to.err, o)
	if c.LogFormat == "text" || c.LogFormat == "auto" && terminal(to.err) {
		h = slog.NewTextHandler(to.err, o)
	}
	return slog.New(newRepeats(h))
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
