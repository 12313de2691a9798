package app

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // decoders of the types that may be uploaded
	"image/jpeg"
	"image/png"
	"io"

	_ "golang.org/x/image/webp" // one more of them

	"hejie/negotiation"
)

const copyQuality = 88 // of a JPEG: no difference to be seen, and smaller than most originals

// withoutMetadata writes the picture again as a JPEG or PNG: pixels only, turned as the camera said. Error: no_copy.
func withoutMetadata(w io.Writer, original []byte, kind string) error {
	in := bytes.NewReader(original)
	if err := fewScans(in); err != nil { // from before uploads were looked at for them
		return negotiation.NewError(CodeNoCopy).Because(err)
	}
	img, _, err := image.Decode(io.NewSectionReader(in, 0, in.Size()))
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

// mostScans of a JPEG; progressive ones have about ten. Each is another walk over all pixels, whose bytes may be a hundred: ten megabytes
// of them would keep the decoder busy for half an hour.
const mostScans = 100

var errManyScans = errors.New("JPEG with too many scans")

// fewScans looks at a JPEG from its beginning, marker by marker as the decoder does, and refuses one of too many scans; what is no JPEG has none.
func fewScans(f io.ReadSeeker) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReader(f)
	if head, err := r.Peek(2); err != nil || head[0] != 0xff || head[1] != 0xd8 {
		return eofIsFine(err)
	}
	for n := 0; n <= mostScans; {
		marker, err := nextMarker(r)
		switch {
		case err != nil:
			return eofIsFine(err)
		case marker == 0xd9: // the end
			return nil
		case marker == 0, marker >= 0xd0 && marker <= 0xd8: // they have no length
			continue
		case marker == 0xda:
			n++
		}
		var length [2]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return eofIsFine(err)
		}
		if _, err := r.Discard(max(0, int(binary.BigEndian.Uint16(length[:]))-2)); err != nil {
			return eofIsFine(err)
		}
	}
	return errManyScans
}

// nextMarker skips what is none.
func nextMarker(r *bufio.Reader) (byte, error) {
	for last := byte(0); ; {
		b, err := r.ReadByte()
		if err != nil || last == 0xff && b != 0xff {
			return b, err
		}
		last = b
	}
}

// eofIsFine leaves a picture that ends too early to the decoder.
func eofIsFine(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
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
