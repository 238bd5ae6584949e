package orders

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/linli-city/linli/models/sheet"
)

// Template is a spreadsheet with the headings that are read, for a hotline that exports none. Every column is text, so
// that long numbers keep their digits.
func Template() ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	const name = "12345工单"
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	for i, list := range names {
		col := sheet.Letter(i)
		if err := f.SetColStyle(name, col, text); err != nil {
			return nil, err
		}
		if err := f.SetColWidth(name, col, col, 18); err != nil {
			return nil, err
		}
		if err := f.SetCellStr(name, col+"1", list[0]); err != nil {
			return nil, err
		}
		if err := f.SetCellStyle(name, col+"1", col+"1", bold); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

// Book writes worksheets with their orders and results as texts: what begins with "=" stays what somebody wrote.
type Book struct {
	file  *excelize.File
	at    Layout
	rows  *excelize.StreamWriter
	next  int
	first bool
}

// NewBook begins a spreadsheet.
func NewBook() *Book { return &Book{file: excelize.NewFile(), first: true} }

// Sheet begins a worksheet as it was: the lines above its heading, and the heading with what is appended.
func (b *Book) Sheet(l Layout) error {
	if err := b.flush(); err != nil {
		return err
	}
	name := b.name(l.Name)
	if b.first {
		b.first = false
		if err := b.file.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else if _, err := b.file.NewSheet(name); err != nil {
		return err
	}
	var err error
	if b.rows, err = b.file.NewStreamWriter(name); err != nil {
		return err
	}
	b.at, b.next = l, 1
	if err := b.rows.SetColWidth(1, width(l), 18); err != nil {
		return err
	}
	for _, line := range l.Above {
		if err := b.write(line); err != nil {
			return err
		}
	}
	head := make([]string, width(l))
	copy(head, l.Heading)
	for r, at := range l.Results {
		if at < len(l.Heading) {
			continue
		}
		head[at] = resultNames[r][0]
		if slices.Contains(l.Heading, head[at]) {
			head[at] += "（投诉平台）"
		}
	}
	return b.write(head)
}

// name makes a worksheet's name that a spreadsheet may have and that is not taken.
func (b *Book) name(s string) string {
	s = strings.Trim(first(strings.NewReplacer(":", "", "\\", "", "/", "", "?", "", "*", "", "[", "", "]", "").Replace(s), 25), "'")
	if i, err := b.file.GetSheetIndex(s); s == "" || err != nil || (i >= 0 && !b.first) {
		s = fmt.Sprintf("%s %d", s, len(b.file.GetSheetList())+1)
	}
	return strings.TrimSpace(s)
}

func width(l Layout) int {
	n := len(l.Heading)
	for _, at := range l.Results {
		n = max(n, at+1)
	}
	return n
}

// Order writes one order's line with its results.
func (b *Book) Order(cells []string, results [Results]string) error {
	line := make([]string, width(b.at))
	copy(line, cells)
	for r, at := range b.at.Results {
		line[at] = results[r]
	}
	return b.write(line)
}

func (b *Book) write(line []string) error {
	cells := make([]any, len(line))
	for i, s := range line {
		if s != "" {
			cells[i] = s
		}
	}
	err := b.rows.SetRow(fmt.Sprintf("A%d", b.next), cells)
	b.next++
	return err
}

func (b *Book) flush() error {
	if b.rows == nil {
		return nil
	}
	return b.rows.Flush()
}

// Bytes ends the spreadsheet.
func (b *Book) Bytes() ([]byte, error) {
	defer func() { _ = b.file.Close() }()
	if err := b.flush(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err := b.file.Write(&out)
	return out.Bytes(), err
}
