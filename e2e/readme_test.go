package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/http"
)

// document of ours in Markdown.
func document(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile("../" + path)
	require.NoError(t, err)
	return string(b)
}

// rows of the one table below a heading, without its head.
func rows(t *testing.T, text, heading string) (table [][]string) {
	t.Helper()
	_, below, ok := strings.Cut(text, "\n### "+heading+"\n")
	require.True(t, ok, heading)
	below, _, _ = strings.Cut(below, "\n#")
	for line := range strings.Lines(below) {
		if cells := strings.Split(strings.TrimSpace(line), "|"); len(cells) > 2 {
			table = append(table, cells[1:len(cells)-1])
		}
	}
	require.Greater(t, len(table), 2, heading)
	return table[2:]
}

// coded are the words of a text in backticks.
func coded(text string) (words []string) {
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		words = append(words, m[1])
	}
	return words
}

// option of `hejie serve` as its help tells of it.
type option struct{ env, preset string }

func serveFlags(t *testing.T) map[string]option {
	t.Helper()
	_, help, _ := strings.Cut(strings.Join(strings.Fields(hejie(t, t.TempDir(), "serve", "--help")), " "), "Flags:")
	list := map[string]option{}
	for _, one := range strings.Split(help, " --")[1:] {
		name, preset := regexp.MustCompile(`^[a-z0-9-]+`).FindString(one), regexp.MustCompile(`^[a-z-]+="([^"]*)"|Default (\S+) \(`).FindStringSubmatch(one)
		f := option{env: regexp.MustCompile(`\$HEJIE\w*`).FindString(one)}
		if preset != nil {
			f.preset = preset[1] + preset[2]
		}
		if f.env != "" { // else it only prints something
			list[name] = f
		}
	}
	return list
}

// TestFlagsAreTold: the README's table has every flag of `hejie serve`, with its default, and the operators' page no setting that is none.
func TestFlagsAreTold(t *testing.T) {
	t.Parallel()
	flags := serveFlags(t)
	told := map[string]bool{}
	for _, row := range rows(t, document(t, "README.md"), "Configuration") {
		names, presets := coded(row[0]), coded(row[1])
		require.Contains(t, []int{0, len(names)}, len(presets), row)
		for i, name := range names {
			name = strings.TrimPrefix(name, "--")
			require.Contains(t, flags, name, row)
			told[name] = true
			if len(presets) > 0 {
				require.Equal(t, flags[name].preset, presets[i], row)
			} else {
				require.Empty(t, flags[name].preset, row)
			}
		}
	}
	var settings []string
	for name, f := range flags {
		require.True(t, told[name], "--%s is not in the README", name)
		settings = append(settings, f.env[1:])
	}
	operations := document(t, "server/OPERATIONS.md")
	for _, name := range regexp.MustCompile(`HEJIE_\w+`).FindAllString(operations, -1) {
		require.Contains(t, settings, name)
	}
}

// TestLimitsAreTold: the README's table has every limit and every rule of procedure that is a number, in the order of their values.
func TestLimitsAreTold(t *testing.T) {
	t.Parallel()
	limits := settings(app.DefaultLimits())
	for name, value := range settings(negotiation.DefaultRules()) {
		limits[name] = value
	}
	table := rows(t, document(t, "README.md"), "Limits")
	for _, row := range table {
		text := row[1]
		for _, name := range coded(row[2]) {
			require.Contains(t, limits, name)
			at := regexp.MustCompile(`(?:^|[^\d,.])` + regexp.QuoteMeta(limits[name]) + `(?:$|,?[^\d,])`).FindStringIndex(text)
			require.NotNil(t, at, "%s, which is %s, is not told by what is left of its row: %s", name, limits[name], text)
			text = text[at[1]-1:] // with what follows the number, which may be what the next one follows
			delete(limits, name)
		}
	}
	require.Empty(t, limits, "not in the README")

	r := http.DefaultRates()
	of := func(what string, a http.AddressRate) string {
		return fmt.Sprintf("%s %g (%d)", what, a.PerSecond, a.Burst)
	}
	rates := fmt.Sprintf(" %g a second (%d at a burst); %s, %s, %s, %s ", r.Requests.PerSecond, r.Requests.Burst,
		of("searches", r.Search), of("sign-in", r.SignIn), of("uploads", r.Upload), of("case files", r.CaseFile))
	require.True(t, slices.ContainsFunc(table, func(row []string) bool { return row[1] == rates }), rates)
}

// settings of a struct by their names in JSON, as people say their values. Numbers only.
func settings(of any) map[string]string {
	said := map[string]string{}
	v := reflect.ValueOf(of)
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("json")
		switch value := v.Field(i).Interface().(type) {
		case time.Duration:
			said[name] = span(value)
		case int64:
			said[name] = fmt.Sprintf("%d MiB", value>>20)
			if value < 1<<20 {
				said[name] = fmt.Sprintf("%d KiB", value>>10)
			}
		case int:
			said[name] = strconv.Itoa(value)
			if value >= 1_000_000 {
				said[name] = fmt.Sprintf("%d mega", value/1_000_000)
			} else if value >= 1000 {
				said[name] = fmt.Sprintf("%d,%03d", value/1000, value%1000)
			}
		}
	}
	return said
}

func span(d time.Duration) string {
	switch {
	case d > 24*time.Hour:
		return fmt.Sprintf("%g", d.Hours()/24)
	case d >= time.Hour:
		return fmt.Sprintf("%g h", d.Hours())
	}
	return fmt.Sprintf("%g minute", d.Minutes())
}

// The environment of a replica is one that both the shell and systemd read whole, and every name in it is one that the program knows.
func TestEnvironmentOfTheOperatorsPage(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	want := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^    ((?:HEJIE|AWS)_[A-Z_]+)=(.*)$`).FindAllStringSubmatch(document(t, "server/OPERATIONS.md"), -1) {
		fmt.Fprintln(&file, m[0])
		want[m[1]] = strings.Trim(m[2], "'")
	}
	require.Contains(t, want["HEJIE_DATABASE"], "&")
	env := filepath.Join(t.TempDir(), "hejie.env")
	require.NoError(t, os.WriteFile(env, []byte(file.String()), 0o600))
	said, err := exec.CommandContext(t.Context(), "env", "-i", "sh", "-ac", ". "+env+"; exec env").CombinedOutput()
	require.NoError(t, err, "%s", said)
	got := map[string]string{}
	for line := range strings.Lines(string(said)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		got[name] = value
	}
	var known []string
	for _, o := range serveFlags(t) {
		known = append(known, strings.TrimPrefix(o.env, "$"))
	}
	for name, value := range want {
		require.Equal(t, value, got[name], name)
		if strings.HasPrefix(name, "HEJIE_") {
			require.Contains(t, known, name)
		}
	}
}
