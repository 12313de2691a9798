package e2e

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestExport: a desk and an officer take the cases of their filters away as a table, which has a row for each of them.
func TestExport(t *testing.T) {
	t.Parallel()
	sc := filed(t, "en")

	d := sc.sit("desk", sc.desk, "/desk", look{lang: "en"})
	mine := d.exports(d.word("desk/desk.export"))
	d.table(mine, "Case code", get[struct{ Open int }](sc.desk, "/api/inbox/summary").Open, sc.consumer.look(sc.id).Case.Code)

	o := sc.sit("officer", sc.officer, "/board", look{phone: true})
	theirs := o.exports(o.word("board/board.export"))
	columns := get[struct{ Columns map[string]int }](sc.officer, "/api/board/summary").Columns
	all := 0
	for _, n := range columns {
		all += n
	}
	o.table(theirs, "案件编号", all, "")
}

// exports presses the button and saves what it makes. It returns the cells.
func (p *screen) exports(button string) [][]string {
	p.t.Helper()
	dir, done := p.t.TempDir(), make(chan string, 9)
	require.NoError(p.t, chromedp.ListenBrowser(p.ctx, func(ev any) {
		if e, ok := ev.(*browser.EventDownloadProgress); ok && e.State == browser.DownloadProgressStateCompleted && filepath.Dir(e.FilePath) == dir {
			done <- e.FilePath
		}
	}))
	_, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow,
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID, DownloadPath: dir, EventsEnabled: new(true)})
	require.NoError(p.t, err)

	p.press(button)
	in := inside{"dialog", p.word("export/title")}
	p.has(1, "link", p.word("export/save"), in)
	p.shot("export")
	p.link(p.word("export/save"), in)
	var path string
	select {
	case path = <-done:
	case <-time.After(patience):
		p.fail(os.ErrDeadlineExceeded)
	}
	require.Regexp(p.t, `^(hejie-cases|和解案件)-\d{4}-\d\d-\d\d\.csv$`, filepath.Base(path))
	text, err := os.ReadFile(path)
	require.NoError(p.t, err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff"))).ReadAll()
	require.NoError(p.t, err)
	p.press(p.word("common/common.close"), in)
	p.gone(in)
	return rows
}

// table has a row for each of n cases, each once, and one of the code.
func (p *screen) table(rows [][]string, head string, n int, code string) {
	p.t.Helper()
	require.Equal(p.t, head, rows[0][0])
	codes := map[string]bool{}
	for _, row := range rows[1:] {
		codes[row[0]] = true
	}
	require.Equal(p.t, []int{n, n}, []int{len(rows) - 1, len(codes)}, "a case is not there, or twice")
	require.True(p.t, code == "" || codes[code], code)
}
