package fee

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/sheet"
	"github.com/linli-city/linli/models/store"
)

// meterList reads a spreadsheet of readings.
type meterList struct {
	at     []int
	looked int
	rows   []meterRow
}

type meterRow struct {
	row                     int
	unit, prev, now, reason string
}

func (s *Service) readMeters(ctx context.Context, actor org.Actor, rule int64, period time.Time, fileID int64) (*meterList, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	if period.Day() != 1 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "period", Reason: "期间从某个月的1日开始"})
	}
	if err := s.db.View(ctx, func(tx *store.Tx) error { _, err := own[Rule](tx, actor, rule); return err }); err != nil {
		return nil, err
	}
	src, size, _, done, err := s.files.OpenFees(ctx, actor, fileID)
	if err != nil {
		return nil, err
	}
	defer done()
	return readMeterList(ctx, src, size)
}

func readMeterList(ctx context.Context, src io.ReaderAt, size int64) (*meterList, error) {
	l := &meterList{}
	if err := sheet.Read(ctx, src, size, l); err != nil {
		return nil, err
	}
	if len(l.rows) == 0 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "file", Reason: "没有读到内容：表头要有“房号”“本次读数”这两列；可以先下载抄表单再填"})
	}
	return l, nil
}

// Begin takes each visible worksheet until one held rows.
func (l *meterList) Begin(s sheet.Sheet) bool {
	l.at, l.looked = nil, 0
	return !s.Hidden && len(l.rows) == 0
}

// Merged cells are read as they stand.
func (l *meterList) Merged(string) {}

// End of a worksheet.
func (l *meterList) End() error { return nil }

// Line takes a row. One without a reading is left out: its unit is named as missing.
func (l *meterList) Line(line sheet.Line) error {
	if sheet.Blank(line.Cells) {
		return nil
	}
	text := func(i int) string {
		if i = l.at[i]; i < 0 || i >= len(line.Cells) {
			return ""
		}
		return sheet.Clean(line.Cells[i].Plain())
	}
	if l.at == nil {
		if l.looked++; l.looked > headWithin {
			return sheet.ErrSkip
		}
		at := slices.Repeat([]int{-1}, len(MeterHead))
		for i, c := range line.Cells {
			if col := slices.Index(MeterHead, strings.Trim(sheet.Clean(c.Text), "* :")); col >= 0 {
				at[col] = i
			}
		}
		if at[0] >= 0 && at[2] >= 0 {
			l.at = at
		}
		return nil
	}
	if len(l.rows) >= maxImported {
		return fault.ErrInvalid.With(fault.Field{Path: "file", Reason: fmt.Sprintf("一次最多%d行，请分成几个文件", maxImported)})
	}
	if text(2) != "" {
		l.rows = append(l.rows, meterRow{row: line.Number, unit: clip(text(0), 100), prev: text(1), now: text(2), reason: text(3)})
	}
	return nil
}

// milli reads a number of at most three decimals in thousandths, without a float. A spreadsheet keeps 12.3 as 12.300000000000001.
func milli(s string) (int64, bool) {
	whole, frac, _ := strings.Cut(strings.ReplaceAll(s, ",", ""), ".")
	up := int64(0)
	if len(frac) >= 9 {
		switch frac[3:8] {
		case "00000":
			frac = frac[:3]
		case "99999":
			frac, up = frac[:3], 1
		}
	}
	frac = strings.TrimRight(frac, "0")
	if len(whole) == 0 || len(whole) > 9 || len(frac) > 3 {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+(frac + "000")[:3], 10, 63)
	return int64(n) + up, err == nil
}
