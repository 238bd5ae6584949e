package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

func kind(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "xlsx"
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return "ole"
	case bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff \r\n\t"), []byte("<")):
		return "html"
	}
	return "csv"
}

// readCSV reads UTF-8 (with or without a mark), UTF-16 with a mark, and GB18030, which Excel writes in China.
func readCSV(src io.ReaderAt, size int64, t Taker) error {
	text, err := decoded(src, size)
	if err != nil {
		return err
	}
	r := csv.NewReader(&lines{r: text})
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	if !t.Begin(Sheet{Name: "CSV", Of: 1}) {
		return nil
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t.End()
		}
		if errors.Is(err, ErrTooLarge) {
			return err
		}
		if err != nil {
			return ErrBroken.Saying("CSV 的引号不成对，请用 Excel 另存为 .xlsx 再上传")
		}
		line, _ := r.FieldPos(0)
		row := make([]Cell, len(cells))
		for i, s := range cells {
			row[i] = Cell{Text: s}
		}
		err = t.Line(Line{Number: line, Cells: row})
		if errors.Is(err, ErrSkip) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// maxLine is how many bytes a line of CSV may have; the reader holds all its cells.
const maxLine = 256 << 10

// lines ends a file in which one line, with the line breaks inside quotes, is longer than any line of a spreadsheet.
type lines struct {
	r      io.Reader
	n      int
	quoted bool
}

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for _, b := range p[:n] {
		l.n++
		switch {
		case b == '"':
			l.quoted = !l.quoted
		case b == '\n' && !l.quoted:
			l.n = 0
		}
		if l.n > maxLine {
			return 0, ErrTooLarge.Saying("有一行太长，请只保留需要的列，或用 Excel 另存为 .xlsx 再上传")
		}
	}
	return n, err
}

func decoded(src io.ReaderAt, size int64) (io.Reader, error) {
	all := io.NewSectionReader(src, 0, size)
	head := make([]byte, 3)
	n, _ := src.ReadAt(head, 0)
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return io.NewSectionReader(src, 3, size-3), nil
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return transform.NewReader(all, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	}
	ok, err := isUTF8(io.NewSectionReader(src, 0, size))
	if err != nil || ok {
		return all, err
	}
	return transform.NewReader(all, simplifiedchinese.GB18030.NewDecoder()), nil
}

// isUTF8 reads a whole file in pieces, carrying a character that a piece cuts in two.
func isUTF8(r io.Reader) (bool, error) {
	buf, kept := make([]byte, 64<<10), 0
	for {
		n, err := r.Read(buf[kept:])
		data := buf[:kept+n]
		for len(data) > 0 {
			c, size := utf8.DecodeRune(data)
			if c == utf8.RuneError && size == 1 {
				if !utf8.FullRune(data) && err == nil {
					break
				}
				return false, nil
			}
			if c == 0 {
				return false, ErrBroken
			}
			data = data[size:]
		}
		kept = copy(buf, data)
		if errors.Is(err, io.EOF) {
			return kept == 0, nil
		}
		if err != nil {
			return false, err
		}
	}
}
