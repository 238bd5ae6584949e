package sheet

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
)

// readSheet gives a worksheet's lines to the taker. left is what all worksheets together may still unpack to.
func readSheet(ctx context.Context, f *zip.File, left *int64, w *walker) error {
	p, err := open(f, *left)
	if err != nil {
		return err
	}
	defer func() { *left = p.source.left; _ = p.Close() }()
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t, err := p.token()
		if err != nil {
			return ended(err)
		}
		if err := w.take(t); err != nil {
			return err
		}
	}
}

// walker assembles rows from the tokens of a worksheet.
type walker struct {
	strs   *stringTable
	dates  []bool // by style
	t      Taker
	left   *int64 // bytes of text that may still be given out
	row    []Cell
	line   int
	hidden bool
	col    int
	kind   string
	cell   Cell
	inCell bool
	inText bool
	text   []byte
}

func (w *walker) take(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		return w.end(t.Name.Local)
	case xml.CharData:
		if w.inText {
			w.text = append(w.text, t...)
		}
		if len(w.text) > maxText {
			return errCell
		}
	}
	return nil
}

func (w *walker) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		w.row, w.col = w.row[:0], -1
		w.line++
		if n, err := strconv.Atoi(attr(e, "r")); err == nil {
			w.line = n
		}
		w.hidden = attr(e, "hidden") == "1" || attr(e, "hidden") == "true"
	case "c":
		w.inCell, w.kind, w.cell, w.text = true, attr(e, "t"), Cell{}, w.text[:0]
		if i, err := strconv.Atoi(attr(e, "s")); err == nil && i >= 0 && i < len(w.dates) {
			w.cell.Date = w.dates[i]
		}
		w.col++
		if ref := attr(e, "r"); ref != "" {
			w.col = columnOf(ref)
		}
		if w.col < 0 || w.col >= maxColumns {
			return ErrTooLarge.Saying("表格的列太多，请只保留需要的列")
		}
	case "f":
		w.cell.Formula = true
	case "v", "t":
		w.inText = w.inCell
	case "mergeCell":
		w.t.Merged(attr(e, "ref"))
	}
	return nil
}

func (w *walker) end(name string) error {
	switch name {
	case "v", "t":
		w.inText = false
	case "c":
		w.inCell = false
		for len(w.row) <= w.col {
			w.row = append(w.row, Cell{})
		}
		w.row[w.col] = w.value()
		if *w.left -= int64(len(w.row[w.col].Text)); *w.left < 0 {
			return ErrTooLarge
		}
	case "row":
		return w.t.Line(Line{Number: w.line, Hidden: w.hidden, Cells: w.row})
	}
	return nil
}

func (w *walker) value() Cell {
	x := w.cell
	switch w.kind {
	case "s":
		i, err := strconv.Atoi(string(w.text))
		s, ok := w.strs.at(i)
		x.Text, x.Bad = unescape(s), err != nil || !ok
	case "e":
		x.Text, x.Bad = string(w.text), true
	case "", "n":
		x.Text, x.Number = string(w.text), len(w.text) > 0
		x.Date = x.Date && x.Number
		return x
	default: // inlineStr, str, b, d
		x.Text = unescape(string(w.text))
	}
	x.Date = false
	return x
}

// escaped is how a workbook writes a character that XML does not take (ECMA-376 part 1, 22.9.2.19).
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(e string) string {
		n, err := strconv.ParseUint(e[2:6], 16, 32)
		if err != nil || n >= 0xD800 && n < 0xE000 {
			return e
		}
		return string(rune(n))
	})
}

// columnOf reads the column of a reference such as "AB12"; -1 when it is none.
func columnOf(ref string) int {
	n := 0
	for _, r := range ref {
		if r < 'A' || r > 'Z' {
			break
		}
		if n = n*26 + int(r-'A') + 1; n > 100_000 {
			return -1
		}
	}
	return n - 1
}
