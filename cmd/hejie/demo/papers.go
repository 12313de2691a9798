package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"strings"
	"unicode/utf16"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// paper is a piece of evidence, drawn when it is needed.
type paper int

const (
	receipt  paper = iota // PNG
	photo                 // JPEG
	transfer              // PDF
)

// drawn gives the file of a paper for an amount and an order number.
func (p paper) drawn(fen int64, order string) (name string, body []byte, err error) {
	switch p {
	case receipt:
		body, err = drawReceipt(fen, order)
		return "小票.png", body, err
	case photo:
		body, err = drawPhoto(fen)
		return "现场照片.jpg", body, err
	}
	return "转账回单.pdf", drawPDF("转账回单", "付款金额："+yuan(fen), "用途：和解协议退款", "订单号："+order, "本回单为演示数据，由程序生成。"), nil
}

func drawReceipt(fen int64, order string) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 360, 480))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{250, 248, 243, 255}), image.Point{}, draw.Src)
	ink := color.RGBA{40, 40, 46, 255}
	line := func(y int, left, right string) {
		write(img, 28, y, ink, left)
		write(img, 332-7*len(right), y, ink, right)
	}
	line(48, "RECEIPT", "DEMO")
	line(92, "ORDER", order)
	rule(img, 112, ink)
	line(144, "1 x ITEM", fmt.Sprintf("%d.%02d", fen/100, fen%100))
	line(170, "DISCOUNT", "0.00")
	rule(img, 190, ink)
	line(222, "TOTAL CNY", fmt.Sprintf("%d.%02d", fen/100, fen%100))
	line(248, "PAID", "MOBILE")
	for i := range 60 { // a bar code that means nothing
		if w := (i*7+int(fen/100))%4 + 1; i%2 == 0 {
			draw.Draw(img, image.Rect(32+i*5, 330, 32+i*5+w, 400), image.NewUniform(ink), image.Point{}, draw.Src)
		}
	}
	line(430, "THANK YOU", "")
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// drawPhoto is a thing with a screen on a table, and a crack in it.
func drawPhoto(seed int64) ([]byte, error) {
	const w, h = 640, 420
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		shade := uint8(y * 60 / h)
		draw.Draw(img, image.Rect(0, y, w, y+1), image.NewUniform(color.RGBA{196 - shade, 188 - shade, 176 - shade, 255}), image.Point{}, draw.Src)
	}
	hue := uint8(seed / 100 % 90)
	draw.Draw(img, image.Rect(140, 80, 500, 350), image.NewUniform(color.RGBA{52, 52, 58, 255}), image.Point{}, draw.Src)
	screen := image.Rect(156, 96, 484, 334)
	for x := screen.Min.X; x < screen.Max.X; x++ {
		c := color.RGBA{80 + hue/2, 104 + uint8(x/20), 124 + hue, 255}
		draw.Draw(img, image.Rect(x, screen.Min.Y, x+1, screen.Max.Y), image.NewUniform(c), image.Point{}, draw.Src)
	}
	at, white := 230, color.RGBA{232, 238, 240, 255}
	for y := screen.Min.Y; y < screen.Max.Y; y++ { // it runs down in jags
		if at += y/17%3*2 - 1; y%29 == 0 {
			at += int(seed/100%7) - 2
		}
		at = min(max(at, screen.Min.X), screen.Max.X-3)
		draw.Draw(img, image.Rect(at, y, at+2, y+1), image.NewUniform(white), image.Point{}, draw.Src)
	}
	write(img, 20, h-16, color.RGBA{250, 240, 210, 255}, "demo photo")
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80})
	return b.Bytes(), err
}

func write(img draw.Image, x, y int, c color.Color, s string) {
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(s)
}

func rule(img draw.Image, y int, c color.Color) {
	draw.Draw(img, image.Rect(28, y, 332, y+1), image.NewUniform(c), image.Point{}, draw.Src)
}

// drawPDF writes one page in a font that every PDF reader has for Chinese and that is therefore not in the file (Adobe-GB1).
func drawPDF(title string, lines ...string) []byte {
	var page strings.Builder
	show := func(size, y int, s string) {
		fmt.Fprintf(&page, "BT /F1 %d Tf 72 %d Td <", size, y)
		for _, u := range utf16.Encode([]rune(s)) {
			fmt.Fprintf(&page, "%04X", u)
		}
		page.WriteString("> Tj ET\n")
	}
	show(20, 740, title)
	for i, s := range lines {
		show(12, 700-22*i, s)
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", page.Len(), page.String()),
		"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /FontDescriptor 7 0 R >>",
		"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}
