package roster

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/sheet"
)

const heads = "幢号,单元,房号,建筑面积,面积来源,用途,状态,交付,业主姓名,证件号码,手机号,份额\n"

func read(t testing.TB, raw []byte) ([]Row, []CellFault, error) {
	t.Helper()
	var rows []Row
	_, faults, err := Read(t.Context(), bytes.NewReader(raw), int64(len(raw)), "x", func(r Row) error {
		rows = append(rows, r)
		return nil
	})
	return rows, faults, err
}

func TestCSVInEveryEncoding(t *testing.T) {
	t.Parallel()
	text := heads + "1幢,2单元,３０１,\"１，０８８．５\",测绘,商业,已售,是,测试甲," + samplePaper(1) + ",138 0013 8000,1/2\n" +
		"1,2,301,\"1,088.5\",测绘,商业,已售,是,测试乙," + samplePaper(2) + ",,50%\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{"UTF-8": text, "UTF-8 with a mark": "\ufeff" + text, "GB18030": gbk, "UTF-16": utf16} {
		rows, faults, err := read(t, []byte(raw))
		if err != nil || len(faults) > 0 || len(rows) != 1 {
			t.Errorf("%s: %d units, %v, %v", name, len(rows), faults, err)
			continue
		}
		r := rows[0]
		if r.Building != "1" || r.Entrance != "2" || r.Number != "301" || r.Area != 1_088_500 || r.AreaSource != "survey" || r.Use != "commercial" || len(r.Owners) != 2 {
			t.Errorf("%s: %+v", name, r)
		}
		if o := r.Owners[0]; o.Phone != "13800138000" || o.ShareNum != 1 || o.ShareDen != 2 || r.Owners[1].ShareDen != 2 {
			t.Errorf("%s: owners %+v", name, r.Owners)
		}
	}
}

// TestEveryBadCellIsListed: each bad cell with its place and reason, and no unit given that has one.
func TestEveryBadCellIsListed(t *testing.T) {
	t.Parallel()
	good := "1,1,%s,88.5,登记,住宅,已售,是,测试甲,,,\n"
	for name, c := range map[string]struct{ lines, column, reason string }{
		"three decimals is the most":   {"1,1,1,88.1234,登记,住宅,已售,是,甲,,,\n", "D 建筑面积", "三位小数"},
		"no area":                      {"1,1,1,,登记,住宅,已售,是,甲,,,\n", "D 建筑面积", "为空"},
		"a comma in the wrong place":   {"1,1,1,\"88,5\",登记,住宅,已售,是,甲,,,\n", "D 建筑面积", "逗号"},
		"a source that is none":        {"1,1,1,88,目测,住宅,已售,是,甲,,,\n", "E 面积来源", "登记、测绘、合同"},
		"no building":                  {",1,1,88,登记,住宅,已售,是,甲,,,\n", "A 幢号", "请填幢号"},
		"sold without an owner":        {"1,1,1,88,登记,住宅,已售,是,,,,\n", "I 业主姓名", "要填业主姓名"},
		"two owners in one cell":       {"1,1,1,88,登记,住宅,已售,是,甲、乙,,,\n", "I 业主姓名", "一行只写一个"},
		"a wrong check digit":          {"1,1,1,88,登记,住宅,已售,是,甲,110101199003070000,,\n", "J 证件号码", "校验码"},
		"a phone of ten digits":        {"1,1,1,88,登记,住宅,已售,是,甲,,1380013800,\n", "K 手机号", "11位"},
		"shares that make no whole":    {"1,1,1,88,登记,住宅,已售,是,甲,,,1/2\n1,1,1,88,登记,住宅,已售,是,乙,,,1/3\n", "L 份额", "等于1"},
		"a share missing":              {"1,1,1,88,登记,住宅,已售,是,甲,,,1/2\n1,1,1,88,登记,住宅,已售,是,乙,,,\n", "L 份额", "要都填"},
		"lines of a unit that differ":  {"1,1,1,88,登记,住宅,已售,是,甲,,,\n1,1,1,89,登记,住宅,已售,是,乙,,,\n", "D 建筑面积", "填的不一样"},
		"a unit that stood before":     {"1,1,1,88,登记,住宅,已售,是,甲,,,\n1,1,2,88,登记,住宅,已售,是,丙,,,\n1,1,1,88,登记,住宅,已售,是,乙,,,\n", "C 房号", "已经有了"},
		"something beyond the heading": {"1,1,1,88,登记,住宅,已售,是,甲,,,,多出来\n", "M", "表头右边"},
	} {
		rows, faults, err := read(t, []byte(heads+c.lines+fmt.Sprintf(good, "901")))
		if err != nil || len(faults) != 1 || faults[0].Column != c.column || !strings.Contains(faults[0].Reason, c.reason) {
			t.Errorf("%s: faults %+v, %v", name, faults, err)
		}
		if len(rows) == 0 || rows[len(rows)-1].Number != "901" {
			t.Errorf("%s: the good unit after it is lost", name)
		}
	}
}

func TestFaultsHidePeople(t *testing.T) {
	t.Parallel()
	_, faults, _ := read(t, []byte(heads+"1,1,1,88,登记,住宅,已售,是,甲,110101199003070000,1380013800x,\n"))
	for _, f := range faults {
		if strings.Contains(f.Value, "199003") || strings.Contains(f.Value, "001380") {
			t.Errorf("a fault shows %q", f.Value)
		}
	}
	if len(faults) != 2 {
		t.Errorf("%d faults", len(faults))
	}
}

// workbook builds one from cells; f may spoil it.
func workbook(t testing.TB, cells map[string]any, f func(*excelize.File)) []byte {
	t.Helper()
	x := excelize.NewFile()
	for i, h := range strings.Split(strings.TrimSpace(heads), ",") {
		if err := x.SetCellStr("Sheet1", sheet.Letter(i)+"1", h); err != nil {
			t.Fatal(err)
		}
	}
	for at, v := range cells {
		if err := x.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	if f != nil {
		f(x)
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unitCells() map[string]any {
	return map[string]any{"A2": 3, "B2": 1, "C2": 502, "D2": 88.5, "E2": "登记", "F2": "住宅", "G2": "已售", "H2": "是", "I2": "测试甲", "K2": 13800138000}
}

func TestXLSXNumbersAreReadAsExcelShowsThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[float64]string{88.5: "88.50", 0.1 + 0.2: "0.30", 100.123: "100.123", 1.1e2: "110.00"} {
		c := unitCells()
		c["D2"] = in
		rows, faults, err := read(t, workbook(t, c, nil))
		if err != nil || len(faults) > 0 || len(rows) != 1 || rows[0].Area.String() != want {
			t.Errorf("%v: %v %v %v", in, rows, faults, err)
			continue
		}
		if r := rows[0]; r.Building != "3" || r.Number != "502" || r.Owners[0].Phone != "13800138000" {
			t.Errorf("numbers as text: %+v", r)
		}
	}
	c := unitCells()
	c["J2"] = 110101199003070019.0
	if _, faults, _ := read(t, workbook(t, c, nil)); len(faults) != 1 || !strings.Contains(faults[0].Reason, "文本") {
		t.Errorf("an ID number stored as a float: %v", faults)
	}
}

func TestXLSXTrapsAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil  func(*excelize.File)
		column string
		reason string
	}{
		"a formula":        {func(f *excelize.File) { _ = f.SetCellFormula("Sheet1", "D2", "80+8.5") }, "D 建筑面积", "公式"},
		"merged cells":     {func(f *excelize.File) { _ = f.MergeCell("Sheet1", "A2", "A3") }, "A2:A3", "合并"},
		"a hidden row":     {func(f *excelize.File) { _ = f.SetRowVisible("Sheet1", 2, false) }, "", "隐藏"},
		"a hidden sheet":   {func(f *excelize.File) { _, _ = f.NewSheet("旧"); _ = f.SetSheetVisible("旧", false) }, "", "隐藏"},
		"an unknown title": {func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "M1", "车牌") }, "M", "没有这一列"},
	} {
		_, faults, err := read(t, workbook(t, unitCells(), c.spoil))
		if err != nil || len(faults) != 1 || faults[0].Column != c.column || !strings.Contains(faults[0].Reason, c.reason) {
			t.Errorf("%s: %+v, %v", name, faults, err)
		}
	}
}

func TestWrongFilesAreRefused(t *testing.T) {
	t.Parallel()
	whole := workbook(t, unitCells(), nil)
	for name, c := range map[string]struct {
		raw  []byte
		want *fault.Fault
	}{
		"old .xls":         {append([]byte{0xD0, 0xCF, 0x11, 0xE0}, make([]byte, 600)...), sheet.ErrOld},
		"a page":           {[]byte("<html><table></table>"), sheet.ErrHTML},
		"half a workbook":  {whole[:len(whole)/2], sheet.ErrBroken},
		"no heading":       {[]byte("a,b,c\n1,2,3\n" + strings.Repeat("x,y,z\n", 20)), ErrHeader},
		"only the heading": {[]byte(heads), ErrEmpty},
		"nothing":          {nil, ErrHeader},
		"zeros":            {make([]byte, 100), sheet.ErrBroken},
	} {
		if _, _, err := read(t, c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// spoilt copies a workbook with one part changed.
func spoilt(t testing.TB, raw []byte, part string, change func([]byte) []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == part {
			text = change(text)
		}
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestASmallFileThatUnpacksToALargeOne is refused before it stands in memory.
func TestASmallFileThatUnpacksToALargeOne(t *testing.T) {
	t.Parallel()
	whole := workbook(t, unitCells(), nil)
	blanks := strings.Repeat(" ", 4<<20)
	onSheet := func(old, with string) []byte {
		return spoilt(t, whole, "xl/worksheets/sheet1.xml", func(x []byte) []byte {
			if !bytes.Contains(x, []byte(old)) {
				t.Fatalf("no %s", old)
			}
			return bytes.Replace(x, []byte(old), []byte(with), 1)
		})
	}
	var entries bytes.Buffer
	z := zip.NewWriter(&entries)
	for i := range 6000 {
		if _, err := z.Create(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"blanks after the rows":  onSheet("</sheetData>", "</sheetData>"+blanks),
		"a long attribute":       onSheet("<sheetData>", `<sheetData x="`+blanks+`">`),
		"one cell in many parts": onSheet("<v>", "<v>"+strings.Repeat(strings.Repeat(" ", 1000)+"<!---->", 2000)),
		"a string":               spoilt(t, whole, "xl/sharedStrings.xml", func(x []byte) []byte { return bytes.Replace(x, []byte("<t>"), []byte("<t>"+blanks), 1) }),
		"thousands of parts":     entries.Bytes(),
		"a line of commas":       []byte(heads + strings.Repeat(",", 1<<20)),
		"commas between breaks":  []byte(heads + strings.Repeat("\"\n\",", 1<<18)),
	} {
		if _, _, err := read(t, raw); !errors.Is(err, sheet.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnOwnerStandsOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines string
		want  int
	}{
		"pasted again":        {"1,1,1,88,登记,住宅,已售,是,甲,,13800138000,\n1,1,1,88,登记,住宅,已售,是,甲,,13800138000,\n", 1},
		"the same paper":      {"1,1,1,88,登记,住宅,已售,是,甲,11010519491231002X,,\n1,1,1,88,登记,住宅,已售,是,甲,11010519491231002X,13800138000,\n", 1},
		"two of one name":     {"1,1,1,88,登记,住宅,已售,是,甲,,13800138000,\n1,1,1,88,登记,住宅,已售,是,甲,,13800138001,\n", 0},
		"a formula as number": {"1,1,=1+1,88,登记,住宅,已售,是,甲,,,\n", 1},
		"a formula as name":   {"1,1,1,88,登记,住宅,已售,是,@SUM(A1),,,\n", 1},
		"a basement":          {"1,1,-101,88,登记,车位,已售,是,甲,,,\n", 0},
	} {
		if _, faults, err := read(t, []byte(heads+c.lines)); err != nil || len(faults) != c.want {
			t.Errorf("%s: %+v, %v", name, faults, err)
		}
	}
	rows, _, err := read(t, []byte(heads+"1,1,1,88,登记,住宅,已售,是,\u202e甲\u2066乙,,,\n"))
	if err != nil || len(rows) != 1 || rows[0].Owners[0].Name != "甲乙" {
		t.Errorf("characters that turn the writing: %+v, %v", rows, err)
	}
}

func TestTemplateIsReadBack(t *testing.T) {
	t.Parallel()
	raw, err := Template()
	if err != nil {
		t.Fatal(err)
	}
	if _, faults, err := read(t, raw); !errors.Is(err, ErrEmpty) || len(faults) > 0 {
		t.Errorf("the empty template: %v, %v", faults, err)
	}
}

func TestSampleHasNoFaults(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteSample(&b, 5000); err != nil {
		t.Fatal(err)
	}
	rows, faults, err := read(t, b.Bytes())
	if err != nil || len(faults) > 0 || len(rows) != 5000 {
		t.Errorf("%d units, %d faults (%v), %v", len(rows), len(faults), faults[:min(3, len(faults))], err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(heads + "1,1,1,88,登记,住宅,已售,是,甲,,,\n"))
	f.Add([]byte("\xff\xfe1\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows, _, _ := read(t, raw)
		for _, r := range rows {
			if r.Area <= 0 || r.Building == "" || r.Number == "" {
				t.Errorf("a bad unit came through: %+v", r)
			}
		}
	})
}
