package roster

import (
	"bytes"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"github.com/linli-city/linli/models/sheet"
)

// Template is the spreadsheet to fill in: the headings with their choices, and a sheet that explains them.
func Template() ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	const name = "业主名册"
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	style, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 49})
	if err != nil {
		return nil, err
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // text, so that long numbers keep their digits
	if err != nil {
		return nil, err
	}
	for i, t := range titles {
		col := sheet.Letter(i)
		if err := f.SetColStyle(name, col, text); err != nil {
			return nil, err
		}
		if err := f.SetCellStr(name, col+"1", t); err != nil {
			return nil, err
		}
		if err := f.SetCellStyle(name, col+"1", col+"1", style); err != nil {
			return nil, err
		}
	}
	for col, list := range map[column][]string{colSource: {"登记", "测绘", "合同"}, colUse: {"住宅", "商业", "车位", "储藏室", "其他"}, colSold: {"已售", "未售"}, colDelivered: {"是", "否"}, colRepresentative: {"是"}} {
		v := excelize.NewDataValidation(true)
		v.Sqref = fmt.Sprintf("%s2:%s100000", sheet.Letter(int(col)), sheet.Letter(int(col)))
		if err := v.SetDropList(list); err != nil {
			return nil, err
		}
		if err := f.AddDataValidation(name, v); err != nil {
			return nil, err
		}
	}
	if err := notes(f); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

// notesSheet explains the template; it is skipped when the file comes back.
const notesSheet = "填写说明"

func notes(f *excelize.File) error {
	if _, err := f.NewSheet(notesSheet); err != nil {
		return err
	}
	for i, line := range []string{
		"一行写一个业主。一套房屋有几个业主，就写几行，幢号、单元、房号照抄，要相邻。",
		"建筑面积填平方米，最多三位小数，例如 88.5。面积来源：登记、测绘或合同。",
		"份额写成 1/2 或 50%，各业主相加等于 1；共同共有的都留空。",
		"未售的房屋，状态填“未售”，业主留空。",
		"证件号码用来确认两套房屋是不是同一组业主；没有证件号码的，不会与别的房屋合并。",
		"不要用公式，不要合并单元格，不要隐藏行。写错的地方，上传后会逐个列出来，不会导入一半。",
	} {
		if err := f.SetCellStr(notesSheet, fmt.Sprintf("A%d", i+1), line); err != nil {
			return err
		}
	}
	return f.SetColWidth(notesSheet, "A", "A", 100)
}

// WriteSample writes a roster of so many units with made-up people, for measuring.
func WriteSample(w io.Writer, units int) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	s, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	head := make([]any, columns)
	for i, t := range titles {
		head[i] = t
	}
	if err := s.SetRow("A1", head); err != nil {
		return err
	}
	line := 2
	for n := range units {
		owners := 1
		if n%5 == 0 {
			owners = 2
		}
		for o := range owners {
			share := ""
			if owners == 2 {
				share = "1/2"
			}
			row := []any{strconvI(1 + n/400), strconvI(1 + n/100%4), fmt.Sprintf("%d%02d", 1+n/4%25, 1+n%4), fmt.Sprintf("%d.%02d", 60+n%90, n%100), "登记", "住宅", "已售", "是",
				fmt.Sprintf("样例%d", n*2+o), samplePaper(n*2 + o), fmt.Sprintf("199%08d", n*2+o), share, "", ""}
			if err := s.SetRow(fmt.Sprintf("A%d", line), row); err != nil {
				return err
			}
			line++
		}
	}
	if err := s.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

func strconvI(n int) string { return fmt.Sprint(n) }

// samplePaper makes a number with a right check digit in a region that does not exist.
func samplePaper(n int) string {
	body := fmt.Sprintf("99%04d1990%02d%02d%03d", n/1000/336%10000, 1+n/1000/28%12, 1+n/1000%28, n%1000)
	for _, last := range "0123456789X" {
		if s := body + string(last); idCard(s) {
			return s
		}
	}
	return ""
}
