package h5

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"time"

	"github.com/skip2/go-qrcode"
	scale "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/server/web"
)

// The picture of a receipt, in points: wide enough for a phone's album.
const (
	pictureWidth  = 720
	pictureHeight = 1000
)

// receiptPicture draws a receipt to be kept in a phone's album: the code that leads to the check, and the number to read aloud. Its
// letters are those of a fixed font, which has no Chinese ones.
func receiptPicture(url, code, meeting string, at time.Time) ([]byte, error) {
	q, err := qrcode.New(url, qrcode.Medium)
	if err != nil {
		return nil, err
	}
	img := image.NewGray(image.Rect(0, 0, pictureWidth, pictureHeight))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(20, 20, 700, 700), q.Image(680), image.Point{}, draw.Src)
	lines := halves(log.GroupCode(code))
	write(img, lines[0], 725, 7)
	write(img, lines[1], 815, 7)
	write(img, "LINLI "+meeting, 915, 3)
	write(img, web.Time(at).Format("2006-01-02 15:04"), 955, 3)
	var b bytes.Buffer
	err = png.Encode(&b, img)
	return b.Bytes(), err
}

// halves are a grouped code in two lines, as it is read aloud.
func halves(code string) [2]string {
	groups := strings.Split(code, "-")
	return [2]string{strings.Join(groups[:len(groups)/2], "-") + "-", strings.Join(groups[len(groups)/2:], "-")}
}

// write sets a line in the middle, its letters grown times over.
func write(img draw.Image, text string, top, times int) {
	face := basicfont.Face7x13
	small := image.NewGray(image.Rect(0, 0, face.Advance*len(text), face.Height))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: small, Src: image.NewUniform(color.Black), Face: face, Dot: fixed.P(0, face.Ascent)}
	d.DrawString(text)
	width := small.Bounds().Dx() * times
	left := (pictureWidth - width) / 2
	scale.NearestNeighbor.Scale(img, image.Rect(left, top, left+width, top+face.Height*times), small, small.Bounds(), draw.Src, nil)
}
