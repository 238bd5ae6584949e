package main

import (
	"bytes"
	"image"
	"image/png"

	"github.com/danielgtaylor/huma/v2"
)

// onePixel is the smallest picture.
func onePixel() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1)))
	return b.Bytes()
}

// operation unwraps one of a path item's operations; nil when there is none.
func operation(v any) *huma.Operation {
	o, _ := v.(*huma.Operation)
	return o
}
