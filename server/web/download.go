package web

import (
	"context"
	"io"
	"os"

	"github.com/danielgtaylor/huma/v2"
)

// Download makes a file on the disk and then sends it, so that a mistake half-way is a fault and not half a file, and a large one does
// not stand in memory. The name is of plain letters.
func Download(_ context.Context, kind string, write func(io.Writer) (name string, err error)) (*huma.StreamResponse, error) {
	f, err := os.CreateTemp("", "linli-download-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // it lives as long as it is open
	name, err := write(f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer func() { _ = f.Close() }()
		hc.SetHeader("Content-Type", kind)
		hc.SetHeader("Content-Disposition", `attachment; filename="`+name+`"`)
		_, _ = io.Copy(hc.BodyWriter(), f)
	}}, nil
}
