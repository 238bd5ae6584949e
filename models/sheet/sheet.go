// Package sheet reads the spreadsheets that people send, XLSX and CSV in the encodings that Excel writes in China, line
// by line in bounded memory, whatever the file says it holds. It knows neither headings nor databases.
package sheet

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
)

// Cell is one cell as the file has it.
type Cell struct {
	Text    string
	Number  bool // stored as a number, which Excel keeps as a float
	Date    bool // a number that the sheet shows as a day or a time
	Formula bool
	Bad     bool // holds an error such as #N/A
}

// Line is one line of a worksheet. Cells are valid until the next line.
type Line struct {
	Number int // as the sheet counts, from 1
	Hidden bool
	Cells  []Cell
}

// Sheet is one worksheet, or a whole CSV.
type Sheet struct {
	Name     string
	Hidden   bool
	Of       int  // how many the file has
	From1904 bool // its days count from 1904, as old Macs did
}

// Taker takes what a file holds, in its order.
type Taker interface {
	// Begin says whether to read the worksheet.
	Begin(s Sheet) bool
	// Line takes a line, also a blank one. ErrSkip ends the worksheet, any other error the file.
	Line(l Line) error
	// Merged names cells that are merged ("A2:B3"); it follows the worksheet's lines.
	Merged(ref string)
	End() error
}

// ErrSkip ends a worksheet without its End.
var ErrSkip = errors.New("sheet: not this one")

// Faults of whole files.
var (
	ErrOld      = fault.New(fault.Invalid, "sheet.old_format", "这是旧版 .xls 或加了密码的文件，请用 Excel 或 WPS 另存为不加密的 .xlsx 再上传")
	ErrHTML     = fault.New(fault.Invalid, "sheet.html", "这个文件其实是网页，请用 Excel 打开后另存为 .xlsx 再上传")
	ErrBroken   = fault.New(fault.Invalid, "sheet.broken", "文件损坏或不是表格，请重新导出后再上传")
	ErrTooLarge = fault.New(fault.Invalid, "sheet.too_large", "表格太大，或内部结构不正常，请只保留需要的行和列，另存为新的 .xlsx 再上传")
)

// Read gives a file to the taker. Faults: ErrOld, ErrHTML, ErrBroken, ErrTooLarge, and those of the taker as they are.
func Read(ctx context.Context, src io.ReaderAt, size int64, t Taker) error {
	head := make([]byte, 8)
	n, _ := src.ReadAt(head, 0)
	switch kind(head[:n]) {
	case "xlsx":
		return readXLSX(ctx, src, size, t)
	case "ole":
		return ErrOld
	case "html":
		return ErrHTML
	}
	return readCSV(src, size, t)
}

// Blank reports whether a line holds nothing.
func Blank(cells []Cell) bool {
	return !slices.ContainsFunc(cells, func(x Cell) bool { return x.Formula || x.Bad || Clean(x.Text) != "" })
}

// Letter names a spreadsheet's column: 0 is A, 27 is AB.
func Letter(i int) string {
	name := ""
	for i >= 0 {
		name = string(rune('A'+i%26)) + name
		i = i/26 - 1
	}
	return name
}

// Rows are the first and last line of a reference such as "A2:B3"; 0, 0 when it is none.
func Rows(ref string) (first, last int) {
	a, b, ok := strings.Cut(ref, ":")
	if !ok {
		b = a
	}
	first, err1 := strconv.Atoi(strings.TrimLeft(a, "$ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	last, err2 := strconv.Atoi(strings.TrimLeft(b, "$ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	if err1 != nil || err2 != nil || first < 1 || last < first {
		return 0, 0
	}
	return first, last
}

// Columns are the first and last column of a reference such as "A2:B3", from 0; -1, -1 when it is none.
func Columns(ref string) (first, last int) {
	a, b, ok := strings.Cut(strings.ReplaceAll(ref, "$", ""), ":")
	if !ok {
		b = a
	}
	if first, last = columnOf(a), columnOf(b); first < 0 || last < first {
		return -1, -1
	}
	return first, last
}

// Clean makes what people type alike: full-width letters, digits and signs become plain, odd spaces and line breaks
// become plain spaces, invisible characters go.
func Clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == 0x3000 || r == 0xA0 || r == '\t' || r == '\n' || r == '\r':
			return ' '
		case invisible(r):
			return -1
		}
		return r
	}, s))
}

// Visible is a text as somebody wrote it, with its line breaks and full-width signs, without invisible characters.
func Visible(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == 0x3000 || r == 0xA0 || r == '\t':
			return ' '
		case invisible(r):
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n")))
}

func invisible(r rune) bool {
	return r < 0x20 || r >= 0x7F && r < 0xA0 || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x2069 || r == 0xFEFF
}

// Plain is a cell's text; a whole number that Excel stored as a float comes without its exponent.
func (c Cell) Plain() string {
	s := Clean(c.Text)
	if !c.Number {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != float64(int64(f)) {
		return s
	}
	return strconv.FormatInt(int64(f), 10)
}

// Time is the moment that a cell stored as a number shows on the wall clock of loc; ok is false when it holds none
// between 1990 and 2100. Excel's days count from 1899-12-30, or from 1904-01-01, and know no zone.
func (c Cell) Time(s Sheet, loc *time.Location) (at time.Time, ok bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(c.Text), 64)
	if err != nil || !c.Number || f < 0 || f > 100_000 {
		return time.Time{}, false
	}
	from := time.Date(1899, 12, 30, 0, 0, 0, 0, loc)
	if s.From1904 {
		from = time.Date(1904, 1, 1, 0, 0, 0, 0, loc)
	}
	days := int(f)
	at = from.AddDate(0, 0, days).Add(time.Duration((f-float64(days))*86400+0.5) * time.Second)
	return at, at.Year() >= 1990 && at.Year() < 2100
}
