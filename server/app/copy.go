package app

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // decoders of the types that may be uploaded
	"image/jpeg"
	"image/png"
	"io"

	_ "golang.org/x/image/webp"

	"hejie/negotiation"
)

const copyQuality = 88 // of a JPEG: no difference to be seen, and smaller than most originals

// withoutMetadata writes the picture again as a JPEG or PNG: pixels only, turned as the camera said. Error: no_copy.
func withoutMetadata(w io.Writer, original []byte, kind string) error {
	img, _, err := image.Decode(bytes.NewReader(original))
	if err != nil {
		return negotiation.NewError(CodeNoCopy).Because(err)
	}
	img = turned(img, orientation(original))
	if kind == "image/png" {
		return png.Encode(w, img)
	}
	return jpeg.Encode(w, opaque(img), &jpeg.Options{Quality: copyQuality})
}

// opaque puts a picture with transparent parts on white, as JPEG has none.
func opaque(img image.Image) image.Image {
	if o, ok := img.(interface{ Opaque() bool }); !ok || o.Opaque() {
		return img
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
	return out
}

// turned gives the picture in the way up that EXIF orientation o (1 to 8) stands for.
func turned(img image.Image, o int) image.Image {
	if o < 2 || o > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if o >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch o {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			out.Set(tx, ty, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// orientation reads the EXIF orientation of a JPEG; 1 when there is none.
func orientation(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1] != 0xd8 {
		return 1
	}
	for b = b[2:]; len(b) >= 4 && b[0] == 0xff && b[1] != 0xda; { // up to the start of the scan
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || len(b) < n+2 {
			return 1
		}
		if tiff, ok := bytes.CutPrefix(b[4:n+2], []byte("Exif\x00\x00")); ok && b[1] == 0xe1 {
			return tiffOrientation(tiff)
		}
		b = b[n+2:]
	}
	return 1
}

func tiffOrientation(b []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(b, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(b) < 8 {
		return 1
	}
	at := order.Uint32(b[4:])
	if uint64(at)+2 > uint64(len(b)) {
		return 1
	}
	entries := b[at+2:]
	for n := order.Uint16(b[at:]); n > 0 && len(entries) >= 12; n, entries = n-1, entries[12:] {
		if order.Uint16(entries) == 0x0112 {
			return int(order.Uint16(entries[8:]))
		}
	}
	return 1
}
