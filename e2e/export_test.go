package e2e

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	web "hejie/server/http"
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

// exports opens the dialog by the button and saves what it makes. It returns the cells.
func (p *screen) exports(button string) [][]string {
	p.t.Helper()
	p.press(button)
	in := inside{"dialog", p.word("export/title")}
	p.has(1, "button", p.word("export/save"), in)
	p.shot("export")
	rows := p.saves(p.word("export/save"), `^(hejie-cases|和解案件)-\d{4}-\d\d-\d\d\.csv$`, in)
	p.press(p.word("common/common.close"), in)
	p.gone(in)
	return rows
}

// saves presses a button that gives a table as a file with such a name. It returns the cells.
func (p *screen) saves(button, name string, in ...inside) [][]string {
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
	p.press(button, in...)
	var path string
	select {
	case path = <-done:
	case <-time.After(patience):
		p.fail(os.ErrDeadlineExceeded)
	}
	require.Regexp(p.t, name, filepath.Base(path))
	text, err := os.ReadFile(path)
	require.NoError(p.t, err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff"))).ReadAll()
	require.NoError(p.t, err)
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

// TestStatistics: an officer sees how the cases of the region ended, goes from a city into a county and back, looks at another period, and
// takes the figures away.
func TestStatistics(t *testing.T) {
	t.Parallel()
	sc := &scene{t: t, s: demo(t), lang: "en"}
	above := sc.s.enter("shi.tan")
	p := sc.sit("officer", above, "/board", look{lang: "en"})
	p.link(p.word("app/title.statistics"))
	report := get[web.Statistics](above, "/api/board/statistics")
	require.Positive(t, report.Total.N)
	require.NotEmpty(t, report.Regions)
	p.sees(report.RegionName, p.word("board/statistics.regions"), fmt.Sprintf("n = %d", report.Total.N))
	p.shot("statistics")

	rows := p.saves(p.word("board/statistics.save"), `^hejie-statistics-`+report.From+"-"+report.To+`\.csv$`)
	require.Len(t, rows, 1+len(report.Months)+1+len(report.Regions))
	for i, m := range report.Months {
		require.Equal(t, []string{report.RegionName, m.Month, fmt.Sprint(m.Tally.N)}, rows[1+i][:3])
	}

	child := report.Regions[0]
	p.link(child.Name)
	p.sees(report.RegionName+child.Name, fmt.Sprintf("n = %d", child.Tally.N))
	p.misses(p.word("board/statistics.regions"))
	p.set(p.word("board/statistics.to"), report.Months[len(report.Months)-2].Month)
	before := get[web.Statistics](above, "/api/board/statistics?region="+child.Region+"&from="+report.From+"&to="+report.Months[len(report.Months)-2].Month)
	require.NotEqual(t, child.Tally.N, before.Total.N)
	p.sees(fmt.Sprintf("n = %d", before.Total.N))
	p.link(p.word("board/statistics.back"))
	p.sees(p.word("board/statistics.regions"))
}
