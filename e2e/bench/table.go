package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/mattn/go-sqlite3"
)

// row of the table. Goals are those of excellent, good and poor.
type row struct{ what, hejie, yardstick, ratio, goals, verdict string }

type table struct {
	head []string // nil: the yardsticks'
	rows []row
}

func (t *table) add(r row) { t.rows = append(t.rows, r) }

func (t table) String() string {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	head := t.head
	if head == nil {
		head = []string{"what", "hejie", "yardstick", "ratio", "excellent | good | poor", "verdict"}
	}
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, r := range t.rows {
		fmt.Fprintln(w, strings.Join([]string{r.what, r.hejie, r.yardstick, r.ratio, r.goals, r.verdict}, "\t"))
	}
	if err := w.Flush(); err != nil { // a buffer takes everything
		panic(err)
	}
	return b.String()
}

// grade by the goals; what is neither good nor poor is fair.
func grade(excellent, good, poor bool) string {
	switch {
	case poor:
		return "poor"
	case excellent:
		return "excellent"
	case good:
		return "good"
	}
	return "fair"
}

// median of a figure over the rounds.
func median[T any](rounds []T, of func(T) float64) float64 {
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// ratio is the median over the turns of ours to theirs, which ran right after.
func ratio[T any](ours, theirs []T, of func(T) float64) float64 {
	values := make([]float64, len(ours))
	for i := range ours {
		values[i] = of(ours[i]) / of(theirs[i])
	}
	return median(values, func(v float64) float64 { return v })
}

func tenth(v float64) string { return fmt.Sprintf("%.1f", v) }
func times(v float64) string { return fmt.Sprintf("%.2f", v) }

// count with thousands parted: 12,345.
func count(v float64) string {
	s := fmt.Sprintf("%.0f", v)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// machine on which all this runs.
func machine() string {
	version, _, _ := sqlite3.Version()
	said := func(path string) string {
		b, err := os.ReadFile(path)
		if err != nil {
			return "unknown"
		}
		return strings.TrimSpace(string(b))
	}
	model := "unknown"
	for line := range strings.Lines(said("/proc/cpuinfo")) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	return fmt.Sprintf("machine    %d cores, %s; load %s; everything, the generator too, runs on it\nkernel     %s %s\nGo         %s\nSQLite     %s\n",
		runtime.NumCPU(), model, said("/proc/loadavg"), runtime.GOOS, said("/proc/sys/kernel/osrelease"), runtime.Version(), version)
}
