package sheet

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/linli-city/linli/models/fault"
)

// taken keeps what a file holds.
type taken struct {
	sheets []Sheet
	lines  []Line
	merged []string
	ended  int
	skip   string
}

func (k *taken) Begin(s Sheet) bool { k.sheets = append(k.sheets, s); return s.Name != k.skip }
func (k *taken) Merged(ref string)  { k.merged = append(k.merged, ref) }
func (k *taken) End() error         { k.ended++; return nil }
func (k *taken) Line(l Line) error {
	l.Cells = append([]Cell(nil), l.Cells...)
	k.lines = append(k.lines, l)
	if len(l.Cells) > 0 && l.Cells[0].Text == "enough" {
		return ErrSkip
	}
	return nil
}

func take(t *testing.T, raw []byte, k *taken) error {
	t.Helper()
	return Read(t.Context(), bytes.NewReader(raw), int64(len(raw)), k)
}

// TestCSVAsExcelWritesIt in China: GB18030, UTF-8 with and without a mark, UTF-16.
func TestCSVAsExcelWritesIt(t *testing.T) {
	t.Parallel()
	const text = "编号,内容\n1,\"楼道灯\n不亮\"\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"utf-8": []byte(text), "with a mark": []byte("\ufeff" + text), "gb18030": gb, "utf-16": wide} {
		var k taken
		if err := take(t, raw, &k); err != nil || len(k.lines) != 2 || k.lines[1].Cells[1].Text != "楼道灯\n不亮" || k.lines[1].Number != 2 || k.ended != 1 {
			t.Errorf("%s: %+v, %v", name, k, err)
		}
	}
}

// TestAWorkbookIsWalked: hidden lines and sheets, merged cells, dates told from numbers, formulas and errors.
func TestAWorkbookIsWalked(t *testing.T) {
	t.Parallel()
	x := excelize.NewFile()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	chinese, err := x.NewStyle(&excelize.Style{CustomNumFmt: ptr(`yyyy"年"m"月"d"日"`)})
	ok(err)
	money, err := x.NewStyle(&excelize.Style{CustomNumFmt: ptr(`#,##0.00"days"[Red]`)})
	ok(err)
	ok(x.SetCellValue("Sheet1", "A1", time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)))
	ok(x.SetCellFloat("Sheet1", "B1", 46082, -1, 64))
	ok(x.SetCellStyle("Sheet1", "B1", "B1", chinese))
	ok(x.SetCellFloat("Sheet1", "C1", 46082.5, -1, 64))
	ok(x.SetCellStyle("Sheet1", "C1", "C1", money))
	ok(x.SetCellFormula("Sheet1", "D1", "1+1"))
	ok(x.SetCellStr("Sheet1", "A2", "enough"))
	ok(x.SetCellStr("Sheet1", "A3", "never read"))
	ok(x.MergeCell("Sheet1", "A3", "B4"))
	_, err = x.NewSheet("藏")
	ok(err)
	ok(x.SetSheetVisible("藏", false))
	ok(x.SetCellStr("藏", "A1", "x"))
	ok(x.SetRowVisible("藏", 1, false))
	var b bytes.Buffer
	ok(x.Write(&b))
	var k taken
	ok(take(t, b.Bytes(), &k))
	if len(k.sheets) != 2 || k.sheets[0].Hidden || !k.sheets[1].Hidden || k.sheets[0].Of != 2 || len(k.lines) != 3 || k.ended != 1 {
		t.Fatalf("%+v", k)
	}
	one := k.lines[0].Cells
	if at, known := one[0].Time(k.sheets[0], time.UTC); !known || !one[0].Date || at.Format(time.DateTime) != "2026-03-01 09:30:00" {
		t.Errorf("a moment: %v %v %+v", at, known, one[0])
	}
	if at, known := one[1].Time(k.sheets[0], time.UTC); !known || !one[1].Date || at.Format(time.DateOnly) != "2026-03-01" {
		t.Errorf("a day in Chinese: %v %+v", at, one[1])
	}
	if one[2].Date || one[2].Plain() != "46082.5" || !one[3].Formula {
		t.Errorf("money and a formula: %+v %+v", one[2], one[3])
	}
	if !k.lines[2].Hidden {
		t.Error("a hidden line is not told")
	}
	k = taken{skip: "Sheet1"}
	if ok(take(t, b.Bytes(), &k)); len(k.lines) != 1 {
		t.Errorf("a sheet that was not wanted: %+v", k.lines)
	}
}

func ptr(s string) *string { return &s }

// TestMomentsOfOldMacs count from 1904; what is no day between 1990 and 2100 is none.
func TestMomentsOfOldMacs(t *testing.T) {
	t.Parallel()
	number := func(s string) Cell { return Cell{Text: s, Number: true} }
	if at, ok := number("44620.25").Time(Sheet{From1904: true}, time.UTC); !ok || at.Format(time.DateTime) != "2026-03-01 06:00:00" {
		t.Errorf("%v %v", at, ok)
	}
	for _, c := range []Cell{number("-1"), number("12"), number("1e9"), number("x"), {Text: "46082"}} {
		if at, ok := c.Time(Sheet{}, time.UTC); ok {
			t.Errorf("%+v is %v", c, at)
		}
	}
}

func TestReferencesAndTexts(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string][2]int{"A2:B3": {2, 3}, "$A$2:$AB$30": {2, 30}, "C7": {7, 7}, "A3:A2": {0, 0}, "": {0, 0}, "A:B": {0, 0}, "A1:B2:C3": {0, 0}} {
		if first, last := Rows(ref); [2]int{first, last} != want {
			t.Errorf("%q: %d to %d", ref, first, last)
		}
	}
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"} {
		if got := Letter(i); got != want {
			t.Errorf("%d is %s", i, got)
		}
	}
	if got := Clean(" Ａ１\u200b\t栋　"); got != "A1 栋" {
		t.Errorf("%q", got)
	}
	if got := Visible("一（1）\r\n二\u202e"); got != "一（1）\n二" {
		t.Errorf("%q", got)
	}
}

func TestWhatIsNoSpreadsheet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw  []byte
		want *fault.Fault
	}{"old": {append([]byte{0xD0, 0xCF, 0x11, 0xE0}, 0, 0, 0, 0), ErrOld}, "page": {[]byte("\ufeff <html>"), ErrHTML}, "zeros": {make([]byte, 20), ErrBroken}, "half a zip": {[]byte("PK\x03\x04xxxx"), ErrBroken},
		"an open quote": {[]byte("a,\"b\n"), ErrBroken}} {
		if err := take(t, c.raw, &taken{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
