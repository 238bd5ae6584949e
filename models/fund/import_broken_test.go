package fund_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/sheet"
)

// book writes a spreadsheet as Excel does: numbers as numbers, texts as texts, cells merged where asked.
func (w *keeping) book(rows [][]any, merged ...string) string {
	w.t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, row := range rows {
		w.ok(f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	for _, ref := range merged {
		a, b, _ := strings.Cut(ref, ":")
		w.ok(f.MergeCell("Sheet1", a, b))
	}
	var b bytes.Buffer
	w.ok(f.Write(&b))
	return b.String()
}

var headed = []any{"楼幢", "房号", "建筑面积", "余额（元）", "售房单位余额", "首期交存额", "售房单位"}

// TestABrokenListSaysWhereAndWhat: whatever clerks and banks do to a spreadsheet, the answer names the line and what to do, or reads it right.
func TestABrokenListSaysWhereAndWhat(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	line := func(number string, fen any) []any { return []any{"1幢", number, 88.5, fen} }
	for name, x := range map[string]struct {
		rows   [][]any
		merged []string
		bank   string
		row    int    // 0 for a list without faults
		says   string // also of what is noted
	}{
		"an amount over two units": {[][]any{headed, line("101", 300), line("201", nil)}, []string{"D2:D3"}, "300", 2, "取消合并"},
		"an amount over two kinds": {[][]any{headed, {"1幢", "101", 88.5, 300, nil}}, []string{"D2:E2"}, "300", 2, "取消合并"},
		"a building over its units": {[][]any{{"清单"}, headed, line("101", 300), {nil, "201", 90, 5}, {"合计", nil, nil, 305}}, []string{"A1:G1", "A3:A4", "A5:C5"},
			"305", 0, ""},
		"texts":               {[][]any{headed, line("101", "300.10"), line("201", "１，０００．０５")}, nil, "1300.15", 0, ""},
		"words":               {[][]any{headed, line("101", "叁佰元整")}, nil, "300", 2, "改成以元为单位的数字"},
		"wrong thousands":     {[][]any{headed, line("101", "1,2345.00")}, nil, "12345", 2, "千位"},
		"thousands":           {[][]any{headed, line("101", "1,234.00")}, nil, "1234", 0, ""},
		"full-width numbers":  {[][]any{headed, line("１０１", "３００")}, nil, "300", 0, ""},
		"twice":               {[][]any{headed, line("101", 1), line("201", 1), line("1单元101", 1)}, nil, "3", 4, "第2行已经有了"},
		"a formula":           {[][]any{headed, line("101", 1), {"合计", nil, nil, "#N/A"}}, nil, "1", 3, "改成以元为单位的数字"},
		"a wrong sum":         {[][]any{headed, line("101", 1), {"1幢小计", nil, nil, 2}}, nil, "1", 3, "漏户"},
		"a wrong total":       {[][]any{headed, line("101", 1), {"合计", nil, nil, 2}}, nil, "1", 3, "漏户"},
		"another balance":     {[][]any{headed, line("101", 1)}, nil, "2", -1, "请核对填写的余额"},
		"an area in words":    {[][]any{headed, {"1幢", "101", "约90", 1}}, nil, "1", 2, "平方米数"},
		"signed by the clerk": {[][]any{headed, line("101", 1), line("201", nil), {"制表人：王某"}}, nil, "1", 0, ""},
		"of nobody":           {[][]any{headed, line("101", nil)}, nil, "1", -1, "没有一户填了余额"},
	} {
		v := w.checks(w.book(x.rows, x.merged...), x.bank)
		if (x.row == 0) != (v.State == "checked") {
			t.Errorf("%s: %s %+v", name, v.State, v.Found.Faults)
			continue
		}
		found := x.row == 0
		for _, f := range v.Found.Faults {
			found = found || f.Row == max(x.row, 0) && strings.Contains(f.Reason, x.says)
		}
		if !found {
			t.Errorf("%s: line %d and %q are not in %+v", name, x.row, x.says, v.Found.Faults)
		}
	}
}

// TestSixtyThousandBadLines are counted, and as many named as a person reads.
func TestSixtyThousandBadLines(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	var list strings.Builder
	list.WriteString(heading)
	for i := range 60_000 {
		fmt.Fprintf(&list, "9幢,%d,90,一百元\n", i)
	}
	v := w.checks(list.String(), "1")
	if v.State != "faulty" || v.Found.FaultCount != 60_001 || len(v.Found.Faults) != 1000 || v.Found.Rows != 60_000 || v.Found.Faults[999].Row != 1002 || len(v.Found.Notes) != 200 {
		t.Errorf("%s, %d faults of %d lines, %d named, the last %+v", v.State, v.Found.FaultCount, v.Found.Rows, len(v.Found.Faults), v.Found.Faults[len(v.Found.Faults)-1])
	}
	list.Reset()
	list.WriteString(heading + strings.Repeat("\n", 200_001))
	_, err := w.CheckList(t.Context(), w.clerk, fund.ImportCheck{EstateID: w.Estate.ID, FileID: w.upload(list.String() + "1幢,101,90,1\n"), AsOf: day(t, "2026-02-28"), Bank: 1})
	if err != nil { // blank lines of a CSV are no lines
		w.refused("more lines than are read", err, sheet.ErrTooLarge)
	}
}

// TestAMonthOfEqualAmounts is matched in the time that its length takes, each line once.
func TestAMonthOfEqualAmounts(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	var list strings.Builder
	const lines = 60_000
	for i := range lines {
		fmt.Fprintf(&list, "2026-01-%02d,1.00,,S%d\n", i%28+1, i)
	}
	id, err := w.month("2026-01-01", 0, 100*lines, list.String())
	w.ok(err)
	v, err := w.FindMonth(t.Context(), w.clerk, id, 0, 10)
	w.ok(err)
	if len(v.Differences) != 10 || v.Differences[0].Kind != fund.OnlyBank || v.Differences[0].BankFen != money.Fen(100) {
		t.Errorf("%+v", v.Differences)
	}
}

// TestAStatementsMergedAmountsAreNamed with the line and what to do.
func TestAStatementsMergedAmountsAreNamed(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	raw := w.book([][]any{cells(fund.StatementTitles()), {"2026-01-05", 1, nil, "A1"}, {"2026-01-06", nil, nil, "A2"}}, "B2:B3")
	_, err := w.UploadMonth(t.Context(), w.clerk, fund.NewMonth{EstateID: w.Estate.ID, Month: day(t, "2026-01-01"), FileID: w.upload(raw), Closing: 100})
	w.refused("merged amounts", err, fund.ErrBadStatement)
	if err == nil || !strings.Contains(fmt.Sprint(fault.Of(err).Fields), "取消合并") {
		t.Errorf("%+v", fault.Of(err))
	}
}

// TestATemplateIsTheListItAsksFor: filled with the units that have no sub-account, it is read as it stands.
func TestATemplateIsTheListItAsksFor(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.pays("1", "2026-01-05", fund.LaterDeposit, 100)
	blanks, err := w.ListBlanks(t.Context(), w.clerk, w.Estate.ID)
	w.ok(err)
	if len(blanks) != len(w.Units)-1 {
		t.Fatalf("%+v", blanks)
	}
	rows := [][]any{cells(fund.ListTitles())}
	for i, b := range blanks {
		var fen any
		if i == 0 {
			fen = 12.5
		}
		rows = append(rows, []any{b.Building, b.Entrance, b.Number, b.Area.String(), fen})
	}
	v := w.checks(w.book(rows), "12.50")
	if v.State != "checked" || v.Found.Rows != 1 || v.Found.Unknown != 0 || v.Found.AreaDiffers != 0 || v.Found.Empty != len(blanks)-1 {
		t.Errorf("%s %+v", v.State, v.Found)
	}
	if _, err = w.ListBlanks(t.Context(), w.Officer(w.Committee, org.Chair), w.Estate.ID); err == nil {
		t.Error("a committee that does not keep the account has its list")
	}
}

func cells(titles []string) []any {
	row := make([]any, len(titles))
	for i, x := range titles {
		row[i] = x
	}
	return row
}
