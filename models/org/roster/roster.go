// Package roster reads an owners' roster (业主名册) from XLSX and CSV, row by row in bounded memory, and lists every bad
// cell. It knows no database.
package roster

import (
	"context"
	"io"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/sheet"
)

// Row is one unit with its owners, from one or several lines.
type Row struct {
	Sheet      string
	Line       int // of the unit's first line
	Building   string
	Entrance   string
	Number     string
	Area       area.Milli
	AreaSource string // register, survey, contract
	Use        string // residential, commercial, parking, storage, other
	Sold       bool
	Delivered  bool
	Owners     []Owner
}

// Owner is one owner of a unit. ShareDen 0 means that no share is written: joint ownership.
type Owner struct {
	Name           string
	IDNumber       string
	Phone          string
	ShareNum       int64
	ShareDen       int64
	Representative bool
	Line           int
}

// CellFault is one bad cell: where it is, and what to do about it. Value is masked where it is personal.
type CellFault struct {
	Sheet  string
	Line   int
	Column string // letter and heading: "D 建筑面积"
	Value  string
	Reason string
}

// Summary counts what was read.
type Summary struct {
	Sheets, Units, Owners int
	Faults                int // all of them; the list ends at maxFaults
}

const (
	maxRows   = 400_000
	maxFaults = 1000
	maxCell   = 500 // characters
	maxOwners = 200 // of a unit
)

// Faults of whole files.
var (
	ErrTooLarge = fault.New(fault.Invalid, "roster.too_large", "名册太大，一次最多 40 万行，请按楼幢分开导入")
	ErrEmpty    = fault.New(fault.Invalid, "roster.empty", "表格里没有业主记录，请下载模板填写后再上传")
	ErrHeader   = fault.New(fault.Invalid, "roster.header", "没有找到表头，请保留模板的第一行（幢号、房号、建筑面积……）")
)

// Read gives every unit to yield, in the order of the file, and lists the bad cells. Units with a bad cell are not
// given. yield's error ends the reading and is returned as it is.
// Faults: ErrTooLarge, ErrEmpty, ErrHeader, and those of sheet.Read.
func Read(ctx context.Context, src io.ReaderAt, size int64, _ string, yield func(Row) error) (Summary, []CellFault, error) {
	c := newCollector(ctx, yield)
	err := sheet.Read(ctx, src, size, c)
	if err != nil {
		return c.sum, c.faults, err
	}
	if c.sum.Sheets == 0 {
		return c.sum, c.faults, ErrHeader
	}
	if c.lines == 0 && len(c.faults) == 0 {
		return c.sum, c.faults, ErrEmpty
	}
	return c.sum, c.faults, nil
}
