package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// busy is processor time that has gone by, in seconds: of the machine, and of us with what we started and waited for.
type busy struct{ all, ours float64 }

func busyNow() (b busy, err error) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			return b, err
		}
		b.ours += float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return b, err
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	for i, field := range strings.Fields(line)[1:] {
		if i == 3 || i == 4 || i > 7 { // idle, waiting; guests are in user
			continue
		}
		ticks, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return b, err
		}
		b.all += ticks / 100
	}
	return b, nil
}

// disturbance says how much of the machine others took meanwhile; "" when nobody can tell. What the yardstick and the program lose
// to others is not the same, so a busy machine spoils ratios, too.
func (b busy) disturbance(cores int, seconds float64) string {
	now, err := busyNow()
	if err != nil {
		return ""
	}
	others := 100 * max(0, now.all-b.all-(now.ours-b.ours)) / (float64(cores) * seconds)
	s := fmt.Sprintf("\nothers     took %.0f %% of the machine meanwhile", others)
	if others > 10 {
		s += ": figures are too low, and ratios too; run it on a quiet machine"
	}
	return s + "\n"
}
