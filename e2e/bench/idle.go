package main

import (
	"context"
	"fmt"
	"strconv"
	"syscall"
	"time"

	"hejie/server/app"
)

// gorillaSocket is what a socket of gorilla/websocket's defaults with a pump takes, in KiB, measured once.
const gorillaSocket = 21.9

// crowds are how many sockets one process holds, two a room.
var crowds = []int{1000, 5000, 19_000}

// otherFiles of a process, beside its sockets.
const otherFiles = 500

// settled is how long after the last connection memory is read: what a rush of visitors left is given back after ten calm seconds.
const settled = 13 * time.Second

// idle sockets, each of its own person with a room that it follows, all in one process.
func (b *bench) idle(ctx context.Context) error {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return err
	}
	select { // what was seeded brings notices of new offers, and who sends them is not idle
	case <-time.After(time.Until(b.seeded.Add(app.DefaultLimits().NoticePatience))):
	case <-ctx.Done():
		return ctx.Err()
	}
	for _, n := range crowds {
		what := fmt.Sprintf("memory per idle socket in a room, %s sockets, KiB", count(float64(n)))
		if uint64(n)+otherFiles > files.Max {
			b.table.add(row{what: what, hejie: fmt.Sprintf("not measured: a process may open %d files here (ulimit -Hn)", files.Max)})
			continue
		}
		if err := b.crowd(ctx, what, n); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) crowd(ctx context.Context, what string, n int) error {
	each := func(f figures) float64 { return (f.RSSIdle - f.RSSStart) * 1024 / float64(n) }
	args := []string{"-rooms", strconv.Itoa(n / 2), "-idle", "-settle", settled.String()}
	ours, err := b.loadOf(ctx, "crowd", args...) // once: memory hardly depends on what else the machine does
	if err != nil {
		return err
	}
	theirs, err := b.loadRef(ctx, "group", args...)
	if err != nil {
		return err
	}
	kib := each(ours)
	r := kib / gorillaSocket
	b.table.add(row{
		what:  what,
		hejie: tenth(kib), yardstick: fmt.Sprintf("%.1f gorilla (refserver here: %s)", gorillaSocket, tenth(each(theirs))), ratio: times(r),
		goals: "<= 0.65 | 1 | > 2", verdict: grade(r <= 0.65, r <= 1, r > 2),
	})
	return nil
}
