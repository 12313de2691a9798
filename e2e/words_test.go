package e2e

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A line of a dictionary: 'key': 'text', or key: { other: 'text' }.
var entry = regexp.MustCompile(`(?m)^\s+(?:'([\w.-]+)'|"([\w.-]+)"|([\w-]+)):\s*(?:\{[^\n]*?other:\s*)?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`)

// dictionaries of the front end by feature and language. Tests read the words from there, so that both languages are tested with one
// script, and wording can change without them.
var dictionaries = struct {
	sync.Mutex
	read map[string]map[string]string
}{read: map[string]map[string]string{}}

// dictionary of a feature, with those in the folders below it.
func dictionary(feature, lang string) (map[string]string, error) {
	dictionaries.Lock()
	defer dictionaries.Unlock()
	dir := "../web/src/features/" + feature
	switch feature {
	case "common":
		dir = "../web/src/i18n"
	case "app", "live", "ui":
		dir = "../web/src/" + feature
	case "problems":
		dir = "../web/src/lib/problems"
	}
	key := dir + "/" + lang
	if d, ok := dictionaries.read[key]; ok {
		return d, nil
	}
	d := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, f fs.DirEntry, err error) error {
		if err != nil || f.Name() != "messages."+lang+".ts" {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range entry.FindAllStringSubmatch(string(b), -1) {
			d[m[1]+m[2]+m[3]] = strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\n`, "\n").Replace(m[4] + m[5])
		}
		return err
	})
	dictionaries.read[key] = d
	return d, err
}

// word of the front end in the screen's language: "room/composer.send", with its parameters as name, value, name, value.
func (p *screen) word(key string, params ...any) string {
	p.t.Helper()
	return word(p.t, cmp.Or(p.look.lang, "zh"), key, params...)
}

func word(t *testing.T, lang, key string, params ...any) string {
	t.Helper()
	feature, name, _ := strings.Cut(key, "/")
	d, err := dictionary(feature, lang)
	require.NoError(t, err)
	text, ok := d[name]
	require.True(t, ok, "%s has no word %s", feature, name)
	for i := 0; i+1 < len(params); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", params[i]), fmt.Sprint(params[i+1]))
	}
	return text
}

// start of a word, up to its first parameter, for names that go on with a date or an amount.
func (p *screen) start(key string, params ...any) string {
	p.t.Helper()
	text, _, _ := strings.Cut(p.word(key, params...), "{")
	return text + "…"
}
