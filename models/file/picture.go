package file

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	_ "image/png" // decoder
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoder
)

const (
	maxPixels = 40_000_000
	longSide  = 2560
	quality   = 85
)

var pictures = map[string]bool{"image/jpeg": true, "image/png": true, "image/webp": true}

// sniff tells a type by its first bytes; the client's word counts for nothing.
func sniff(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xD8, 0xFF}):
		return "image/jpeg"
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "image/webp"
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && bytes.Contains([]byte("heic heix hevc mif1 msf1"), head[8:12]):
		return "image/heic"
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return "application/pdf"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "application/zip"
	}
	return ""
}

// reencode decodes a picture, turns it upright, makes it no larger than needed, and writes a JPEG that holds pixels and
// nothing else: no place, no camera, no appended archive.
func reencode(r io.ReadSeeker) (out []byte, width, height int, err error) {
	c, format, err := image.DecodeConfig(r)
	if err != nil {
		return nil, 0, 0, ErrPicture
	}
	// Checked before decoding: a few bytes can claim a picture that fills the memory.
	if c.Width < 1 || c.Height < 1 || c.Width > 30_000 || c.Height > 30_000 || c.Width*c.Height > maxPixels {
		return nil, 0, 0, ErrPixels
	}
	turn := 1
	if format == "jpeg" {
		if turn, err = orientation(r); err != nil {
			return nil, 0, 0, ErrPicture
		}
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, 0, 0, err
	}
	img, _, err := image.Decode(r)
	if err != nil {
		return nil, 0, 0, ErrPicture
	}
	img = upright(shrink(img), turn)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, 0, 0, err
	}
	return b.Bytes(), img.Bounds().Dx(), img.Bounds().Dy(), nil
}

// shrink bounds the long side; transparent pixels become white.
func shrink(img image.Image) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > longSide {
		w, h = max(1, w*longSide/long), max(1, h*longSide/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return out
}

// upright applies an EXIF orientation (1 to 8, TIFF 6.0 and Exif 2.3 section 4.6.4).
func upright(img *image.RGBA, turn int) *image.RGBA {
	if turn < 2 || turn > 8 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	ow, oh := w, h
	if turn >= 5 {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range h {
		for x := range w {
			nx, ny := x, y
			switch turn {
			case 2:
				nx = w - 1 - x
			case 3:
				nx, ny = w-1-x, h-1-y
			case 4:
				ny = h - 1 - y
			case 5:
				nx, ny = y, x
			case 6:
				nx, ny = h-1-y, x
			case 7:
				nx, ny = h-1-y, w-1-x
			case 8:
				nx, ny = y, w-1-x
			}
			copy(out.Pix[out.PixOffset(nx, ny):][:4], img.Pix[img.PixOffset(x, y):][:4])
		}
	}
	return out
}

// orientation reads the EXIF orientation of a JPEG; 1 when there is none.
func orientation(r io.ReadSeeker) (int, error) {
	if _, err := r.Seek(2, io.SeekStart); err != nil {
		return 0, err
	}
	for range 64 {
		var seg [4]byte
		if _, err := io.ReadFull(r, seg[:]); err != nil || seg[0] != 0xFF {
			return 1, nil //nolint:nilerr // no more segments: upright
		}
		length := int64(binary.BigEndian.Uint16(seg[2:])) - 2
		if seg[1] == 0xDA || length < 0 {
			return 1, nil
		}
		if seg[1] != 0xE1 {
			if _, err := r.Seek(length, io.SeekCurrent); err != nil {
				return 0, err
			}
			continue
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(r, body); err != nil {
			return 1, nil //nolint:nilerr // cut off: the decoder will say so
		}
		if turn := exifTurn(body); turn != 0 {
			return turn, nil
		}
	}
	return 1, nil
}

func exifTurn(b []byte) int {
	if len(b) < 14 || string(b[:6]) != "Exif\x00\x00" {
		return 0
	}
	b = b[6:]
	var order binary.ByteOrder = binary.LittleEndian
	if string(b[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int(order.Uint32(b[4:8]))
	if at < 8 || at+2 > len(b) {
		return 0
	}
	count := int(order.Uint16(b[at:]))
	for i := range min(count, 200) {
		e := at + 2 + i*12
		if e+12 > len(b) {
			return 0
		}
		if order.Uint16(b[e:]) == 0x0112 {
			return int(order.Uint16(b[e+8:]))
		}
	}
	return 0
}
