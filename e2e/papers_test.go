package e2e

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// A page of a PDF, as Chromium writes it.
var pdfPage = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// prints the page as it stands on A4, keeps it beside the pictures, and gives the number of its sheets. Words are black on white whatever
// the screen wears (a bar without words may have a colour), nothing on it is wider than the sheet, and what is only for the screen stays off it.
func (p *screen) prints(what string) int {
	p.t.Helper()
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 718, Height: 1000, DeviceScaleFactor: 1}) // A4 without its margins
	wrong := p.eval(`(() => {
  const dark = (colour) => { const [r, g, b] = colour.match(/[\d.]+/g).map(Number); return r + g + b < 3 * 110 }
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgb = (colour) => { probe.clearRect(0, 0, 1, 1); probe.fillStyle = colour; probe.fillRect(0, 0, 1, 1); const [r, g, b, a] = probe.getImageData(0, 0, 1, 1).data; return a ? 'rgb(' + r + ' ' + g + ' ' + b + ')' : '' }
  const found = []
  for (const el of document.querySelectorAll('body, main, main *')) {
    if (!el.checkVisibility({ visibilityProperty: true })) continue
    if (el.closest('[data-print=no]')) found.push('on paper: ' + el.textContent)
    const style = getComputedStyle(el)
    const ground = rgb(style.backgroundColor)
    if (ground && dark(ground) && el.textContent.trim()) found.push('dark ground: ' + el.tagName + ' ' + el.className)
    if ([...el.childNodes].some((one) => one.nodeType === 3 && one.data.trim()) && !dark(rgb(style.color))) found.push('pale words: ' + el.textContent + ' ' + style.color)
    if (el.getBoundingClientRect().right > innerWidth + 1) found.push('cut: ' + el.textContent)
  }
  return found.slice(0, 5).join('\n')
})()`)
	pdf := call(p, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: new(true), PreferCSSPageSize: new(true), PaperWidth: 8.27, PaperHeight: 11.69}).Data
	p.keep(what+".pdf", pdf)
	p.wear(p.look)
	require.Empty(p.t, wrong, what)
	sheets := len(pdfPage.FindAll(pdf, -1))
	require.Positive(p.t, sheets)
	return sheets
}

// photo is a picture of noise, so many pixels wide and high: about one byte a pixel.
func photo(t *testing.T, name string, side int) string {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, side, side))
	rand.Read(picture.Pix) // never fails
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, picture, &jpeg.Options{Quality: 95}))
	return written(t, name, b.Bytes())
}

// pdf is the smallest one that is whole.
func pdf(t *testing.T, name string) string {
	t.Helper()
	var b bytes.Buffer
	at := []int{}
	b.WriteString("%PDF-1.4\n")
	for i, object := range []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%sendobj\n", i+1, object)
	}
	start := b.Len()
	b.WriteString("xref\n0 4\n0000000000 65535 f \n")
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", start)
	return written(t, name, b.Bytes())
}

func written(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, b, 0o600))
	return path
}

// chooses files in the control that lies on top.
func (p *screen) chooses(files ...string) {
	p.t.Helper()
	const control = `input[type=file]:not([capture])`
	p.until(fmt.Sprintf(`document.querySelector(%q) !== null`, control), "nothing takes files")
	p.do(chromedp.SetUploadFiles(control, files))
}
