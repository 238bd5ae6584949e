package orders_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/linli-city/linli/models/hotline/orders"
	"github.com/linli-city/linli/models/sheet"
)

func read(t testing.TB, raw []byte) ([]orders.Order, []orders.Layout, []orders.Fault, error) {
	t.Helper()
	var list []orders.Order
	layouts, faults, _, err := orders.Read(context.Background(), bytes.NewReader(raw), int64(len(raw)), func(o orders.Order) error {
		list = append(list, o)
		return nil
	})
	return list, layouts, faults, err
}

// workbook builds an export as a hotline's system writes it: a title over the heading, numbers as text, a date.
func workbook(t testing.TB, spoil func(*excelize.File)) []byte {
	t.Helper()
	x := excelize.NewFile()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(x.SetCellStr("Sheet1", "A1", "12345热线转办工单（3月）"))
	must(x.MergeCell("Sheet1", "A1", "H1"))
	must(x.SetSheetRow("Sheet1", "A2", &[]any{"序号", "*工单编号", "来电时间", "诉求人", "联系电话", "诉求内容：", "办理单位", "办理结果"}))
	must(x.SetSheetRow("Sheet1", "A3", &[]any{1, "DY20260301001", time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC), "张三", "139 0000 1234（本人）", "消防通道被\n私家车占满", "", ""}))
	must(x.SetSheetRow("Sheet1", "A4", &[]any{2, "DY20260301002", "2026年3月1日 10:05", "匿名", "无", "楼下饭店油烟很大", "", ""}))
	if spoil != nil {
		spoil(x)
	}
	var b bytes.Buffer
	must(x.Write(&b))
	return b.Bytes()
}

// TestAnExportIsReadAsItIs: other headings, a title above, dates stored as numbers, phones with words around them.
func TestAnExportIsReadAsItIs(t *testing.T) {
	t.Parallel()
	list, layouts, faults, err := read(t, workbook(t, nil))
	if err != nil || len(faults) > 0 || len(list) != 2 {
		t.Fatalf("%+v %+v %v", list, faults, err)
	}
	one, two := list[0], list[1]
	if one.Number != "DY20260301001" || one.Name != "张三" || one.Phone != "13900001234" || one.Text != "消防通道被\n私家车占满" || one.Received.UTC().Format(time.RFC3339) != "2026-03-01T01:30:00Z" {
		t.Errorf("first: %+v at %v", one, one.Received)
	}
	if two.Name != "" || two.Phone != "" || two.Received.UTC().Format(time.RFC3339) != "2026-03-01T02:05:00Z" || two.Open {
		t.Errorf("second: %+v", two)
	}
	if got := layouts[0]; len(got.Above) != 1 || got.Above[0][0] != "12345热线转办工单（3月）" || got.Results[orders.ResultOffice] != 6 || got.Results[orders.ResultText] != 7 || got.Results[orders.ResultNumber] != 8 {
		t.Errorf("layout %+v", got)
	}
	if one.Cells[0] != "1" || one.Cells[2] != "2026-03-01 09:30:00" || one.Cells[4] != "139 0000 1234（本人）" {
		t.Errorf("cells %q", one.Cells)
	}
}

// TestTheBookGoesBackInItsColumns: the same lines, with the results in the hotline's own empty columns and behind them.
func TestTheBookGoesBackInItsColumns(t *testing.T) {
	t.Parallel()
	list, layouts, _, _ := read(t, workbook(t, func(x *excelize.File) { _ = x.SetCellStr("Sheet1", "G4", "城管局") }))
	book := orders.NewBook()
	if err := book.Sheet(layouts[0]); err != nil {
		t.Fatal(err)
	}
	var results [orders.Results]string
	results[orders.ResultText], results[orders.ResultOffice], results[orders.ResultNumber] = "=HYPERLINK(1)", "消防部门", "T1"
	for _, o := range list {
		if err := book.Order(o.Cells, results); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := book.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := x.GetRows("Sheet1")
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d lines, %v", len(rows), err)
	}
	// Somebody at the hotline had filled their own office column, so ours stands behind the rest.
	if rows[1][6] != "办理单位" || rows[3][6] != "城管局" || rows[2][6] != "" || rows[1][8] != "投诉平台受理编号" || rows[1][9] != "承办单位" || rows[2][9] != "消防部门" || rows[2][7] != "=HYPERLINK(1)" {
		t.Errorf("%q", rows)
	}
	if f, _ := x.GetCellFormula("Sheet1", "H3"); f != "" {
		t.Errorf("a formula: %s", f)
	}
}

// TestBadCellsAreAllNamed by column, line and what to do; never with somebody's name or phone.
func TestBadCellsAreAllNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil          func(*excelize.File)
		column, reason string
	}{
		"no number":            {func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "B4", "") }, "B *工单编号", "没有工单编号"},
		"a number as a float":  {func(f *excelize.File) { _ = f.SetCellFloat("Sheet1", "B4", 20260301000000012, 0, 64) }, "B *工单编号", "文本"},
		"the same number":      {func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "B4", "DY20260301001") }, "B *工单编号", "“Sheet1”第3行"},
		"a short text":         {func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "F4", "吵") }, "F 诉求内容:", "太短"},
		"a formula":            {func(f *excelize.File) { _ = f.SetCellFormula("Sheet1", "F4", "A1") }, "F 诉求内容:", "公式"},
		"a phone that is none": {func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "E4", "12345") }, "E 联系电话", "电话"},
		"a day that is none":   {func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "C4", "上周三") }, "C 来电时间", "2026-03-02"},
		"merged orders":        {func(f *excelize.File) { _ = f.MergeCell("Sheet1", "D3", "D4") }, "D3:D4", "合并"},
		"a filtered line":      {func(f *excelize.File) { _ = f.SetRowVisible("Sheet1", 4, false) }, "", "隐藏"},
		"more than headed":     {func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "K4", "备注") }, "K", "表头"},
		"a summary sheet":      {func(f *excelize.File) { _, _ = f.NewSheet("统计"); _ = f.SetCellStr("统计", "A1", "合计") }, "", "不是工单的工作表"},
		"two text columns":     {func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "I2", "诉求内容") }, "I 诉求内容", "两列"},
	} {
		_, _, faults, err := read(t, workbook(t, c.spoil))
		if err != nil || len(faults) != 1 || faults[0].Column != c.column || !strings.Contains(faults[0].Reason, c.reason) || strings.Contains(faults[0].Value, "139") {
			t.Errorf("%s: %+v, %v", name, faults, err)
		}
	}
}

// TestWhatHotlinesWrite: phones, secrecy and moments in the ways in which they come.
func TestWhatHotlinesWrite(t *testing.T) {
	t.Parallel()
	const head = "工单编号,诉求内容,联系电话,是否保密,办理时限\n"
	for line, want := range map[string]struct {
		phone, due string
		open       bool
	}{
		"1,楼道灯不亮了,+8613900001234,否,2026-03-09":        {"13900001234", "2026-03-09T15:59:59Z", true},
		"1,楼道灯不亮了,0854-8223344,是,2026/3/9 17:00":      {"0854-8223344", "2026-03-09T09:00:00Z", false},
		"1,楼道灯不亮了,139****1234,,2026.3.9":              {"", "2026-03-09T15:59:59Z", false},
		"1,楼道灯不亮了,8223344/139-0000-1234,,":            {"13900001234", "", false},
		"1,楼道灯不亮了,未知,不保密,2026年3月9日17时30分":             {"", "2026-03-09T09:30:00Z", true},
		"1,楼道灯不亮了,王某13900001234,,2026-03-09 17:00:00": {"13900001234", "2026-03-09T09:00:00Z", false},
	} {
		list, _, faults, err := read(t, []byte(head+line+"\n"))
		if err != nil || len(faults) > 0 || len(list) != 1 {
			t.Errorf("%s: %+v %v", line, faults, err)
			continue
		}
		due := ""
		if list[0].Due != nil {
			due = list[0].Due.UTC().Format(time.RFC3339)
		}
		if got := list[0]; got.Phone != want.phone || due != want.due || got.Open != want.open {
			t.Errorf("%s: %q %q %v", line, got.Phone, due, got.Open)
		}
	}
}

func TestWrongFilesAreRefused(t *testing.T) {
	t.Parallel()
	hidden := workbook(t, func(f *excelize.File) {
		_, _ = f.NewSheet("字典") // what fills the choices of a column
		_ = f.SetCellStr("字典", "A1", "投诉")
		_ = f.SetSheetVisible("字典", false)
	})
	if list, _, faults, err := read(t, hidden); err != nil || len(faults) > 0 || len(list) != 2 {
		t.Errorf("a hidden list of choices: %+v %v", faults, err)
	}
	many := "工单编号,诉求内容\n" + strings.Repeat("x,楼道灯不亮了\n", 20_001)
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"no heading": {[]byte("a,b\n" + strings.Repeat("1,2\n", 20)), orders.ErrHeader}, "nothing": {nil, orders.ErrHeader}, "only a heading": {[]byte("工单编号,诉求内容\n"), orders.ErrEmpty},
		"too many": {[]byte(many), orders.ErrTooLarge}, "a page": {[]byte("<html></html>"), sheet.ErrHTML}, "old": {append([]byte{0xD0, 0xCF, 0x11, 0xE0}, make([]byte, 600)...), sheet.ErrOld},
	} {
		if _, _, _, err := read(t, c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOrdinaryExportsAreTaken: two columns of one kind, fractions of seconds, terms in days, callers who are only 业主.
func TestOrdinaryExportsAreTaken(t *testing.T) {
	t.Parallel()
	raw := "工单编号,创建时间,受理时间,来电号码,联系电话,办理时限,来电人,诉求内容\nA1,2026-03-01 08:00:00,2026-03-02 09:30:15.0,13900001234,8223344,5个工作日,业主,楼道灯不亮了" + strings.Repeat("\n,,,,,,,", 25_000) + "\n"
	list, _, faults, err := read(t, []byte(raw))
	if err != nil || len(faults) > 0 || len(list) != 1 {
		t.Fatalf("%+v %v", faults, err)
	}
	if o := list[0]; o.Phone != "8223344" || o.Name != "" || o.Due != nil || o.Received.UTC().Format(time.RFC3339) != "2026-03-02T01:30:15Z" {
		t.Errorf("%+v received %v", o, o.Received)
	}
}

// TestNumbersThatWereCut are no numbers: all orders of a day would become one.
func TestNumbersThatWereCut(t *testing.T) {
	t.Parallel()
	big := workbook(t, func(f *excelize.File) { _ = f.SetCellFloat("Sheet1", "B4", 2.0260301e19, -1, 64) })
	for name, raw := range map[string][]byte{"in a CSV": []byte("工单编号,诉求内容\n2.02603E+17,楼道灯不亮了\n"), "in a workbook": big} {
		if list, _, faults, err := read(t, raw); err != nil || len(faults) != 1 || !strings.Contains(faults[0].Reason, "末几位") {
			t.Errorf("%s: %+v %+v %v", name, list, faults, err)
		}
	}
}

// TestFaultsNameNobody: where columns have shifted, a name or a phone stands in a column of days.
func TestFaultsNameNobody(t *testing.T) {
	t.Parallel()
	_, _, faults, err := read(t, []byte("工单编号,来电时间,办理时限,是否保密,诉求内容\nA1,张三,13912345678,李四,楼道灯不亮了\n"))
	if err != nil || len(faults) != 3 {
		t.Fatal(faults, err)
	}
	for _, f := range faults {
		if f.Value != "" {
			t.Errorf("%+v", f)
		}
	}
}

// TestASmallFileIsNoLargeOne: one text that stands in thousands of cells is counted as often as it stands.
func TestASmallFileIsNoLargeOne(t *testing.T) {
	t.Parallel()
	x := excelize.NewFile()
	_ = x.SetSheetRow("Sheet1", "A1", &[]any{"工单编号", "诉求内容"})
	long := strings.Repeat("吵", 2000)
	for i := range 100 {
		row := []any{fmt.Sprint("A", i)}
		for range 100 {
			row = append(row, long)
		}
		_ = x.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+2), &row)
	}
	head := make([]any, 101)
	for i := range head {
		head[i] = fmt.Sprint("列", i)
	}
	head[0], head[1] = "工单编号", "诉求内容"
	_ = x.SetSheetRow("Sheet1", "A1", &head)
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := read(t, b.Bytes()); !errors.Is(err, orders.ErrTooLarge) {
		t.Errorf("%d bytes: %v", b.Len(), err)
	}
}

// TestTheTemplateIsRead by the reader that it is made for.
func TestTheTemplateIsRead(t *testing.T) {
	t.Parallel()
	raw, err := orders.Template()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := read(t, raw); !errors.Is(err, orders.ErrEmpty) {
		t.Errorf("the empty template: %v", err)
	}
}

// FuzzRead: whatever a file holds, reading ends, no order with a fault comes out, and every line fits its layout.
func FuzzRead(f *testing.F) {
	f.Add([]byte("工单编号,诉求内容,联系电话\nA1,楼道灯不亮了,13900001234\n"))
	f.Add(workbook(f, nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, layouts, _, err := read(t, raw)
		if err != nil {
			return
		}
		for _, o := range list {
			if o.Number == "" || o.Sheet >= len(layouts) && len(layouts) > 0 || slices.Contains([]string{"-", "/"}, o.Phone) {
				t.Errorf("%+v", o)
			}
		}
	})
}
