package web

import (
	"bytes"
	"time"

	"github.com/xuri/excelize/v2"
)

// Sheet is an XLSX file with one sheet, written row by row so that a long list does not stand in memory as cells. Texts
// are written as texts: what begins with "=" stays what somebody wrote and is never a formula.
type Sheet struct {
	file *excelize.File
	rows *excelize.StreamWriter
	next int
}

// SheetOutput is the answer of a download.
type SheetOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// NewSheet begins a sheet with its head and the widths of its columns, in characters.
func NewSheet(name string, head []string, widths []float64) (*Sheet, error) {
	f := excelize.NewFile()
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	rows, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	for i, w := range widths {
		if err := rows.SetColWidth(i+1, i+1, w); err != nil {
			return nil, err
		}
	}
	if err := rows.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	s := &Sheet{file: f, rows: rows, next: 1}
	cells := make([]any, len(head))
	for i, h := range head {
		cells[i] = h
	}
	return s, s.Add(cells...)
}

// Add writes a row. Times are written as people in Shanghai read them; nil times are empty.
func (s *Sheet) Add(cells ...any) error {
	for i, c := range cells {
		switch at := c.(type) {
		case time.Time:
			cells[i] = at.In(zone).Format("2006-01-02 15:04")
		case *time.Time:
			cells[i] = ""
			if at != nil {
				cells[i] = at.In(zone).Format("2006-01-02 15:04")
			}
		}
	}
	cell, err := excelize.CoordinatesToCellName(1, s.next)
	if err != nil {
		return err
	}
	s.next++
	return s.rows.SetRow(cell, cells)
}

// Output ends the sheet and gives it as a download; the name is of plain letters.
func (s *Sheet) Output(name string) (*SheetOutput, error) {
	defer func() { _ = s.file.Close() }()
	if err := s.rows.Flush(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := s.file.Write(&b); err != nil {
		return nil, err
	}
	return &SheetOutput{ContentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Disposition: `attachment; filename="` + name + `.xlsx"`, Body: b.Bytes()}, nil
}
