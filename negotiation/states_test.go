package negotiation

import (
	"cmp"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func compareWays(a, b way) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.By, b.By))
}

// drawing reads the ways between phases out of the mermaid drawing in states.md.
func drawing(t *testing.T) (ways []way) {
	t.Helper()
	b, err := os.ReadFile("states.md")
	require.NoError(t, err)
	for line := range strings.Lines(string(b)) {
		from, rest, ok := strings.Cut(strings.TrimSpace(line), " --> ")
		if !ok {
			continue
		}
		to, labels, ok := strings.Cut(rest, ": ")
		require.True(t, ok, "a way without a label: %s", line)
		for label := range strings.SplitSeq(labels, ", ") {
			if from == "[*]" {
				from = string(PhaseNone)
			}
			ways = append(ways, way{from, to, strings.TrimPrefix(label, "⏱ ")})
		}
	}
	require.NotEmpty(t, ways)
	slices.SortFunc(ways, compareWays)
	return ways
}

// A label with ⏱ is a deadline, any other a command that the table of rights allows in the phase that the way leaves.
func TestDrawingNamesCommandsAndDeadlines(t *testing.T) {
	t.Parallel()
	for _, w := range drawing(t) {
		if r, ok := rightOf[w.By]; ok {
			require.Contains(t, r.phases, Phase(w.From), w)
			continue
		}
		require.Contains(t, []DeadlineKey{Negotiation, Silence, Confirmation, ConsumerPart}, DeadlineKey(w.By))
	}
}

// The table of commands and phases in states.md is the table of rights.
func TestTableIsTheRights(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("states.md")
	require.NoError(t, err)
	require.Contains(t, string(b), rightsTable(), "the table in states.md should read:\n%s", rightsTable())
}

func rightsTable() string {
	phases := append([]Phase{PhaseNone}, Phases[:]...)
	var w strings.Builder
	w.WriteString("| command | by | before filing |")
	for _, p := range Phases {
		w.WriteString(" " + string(p) + " |")
	}
	w.WriteString("\n|---|---|" + strings.Repeat(":-:|", len(phases)) + "\n")
	kinds := slices.SortedFunc(maps.Keys(rightOf), func(a, b string) int {
		return cmp.Or(strings.Compare(sides(a), sides(b)), strings.Compare(a, b))
	})
	for _, kind := range kinds {
		w.WriteString("| `" + kind + "` | " + sides(kind) + " |")
		for _, p := range phases {
			mark := "  |"
			if slices.Contains(rightOf[kind].phases, p) {
				mark = " ● |"
			}
			w.WriteString(mark)
		}
		w.WriteString("\n")
	}
	return w.String()
}

func sides(kind string) string {
	var list []string
	for _, s := range rightOf[kind].sides {
		list = append(list, string(s))
	}
	return strings.Join(list, ", ")
}
