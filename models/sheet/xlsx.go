package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// Bounds on what a small file may unpack to.
const (
	maxStrings = 192 << 20 // bytes of XML
	maxTexts   = 64 << 20  // bytes of text in it
	maxCount   = 4_000_000 // texts
	maxSheets  = 768 << 20 // bytes of XML of all worksheets
	maxGiven   = 256 << 20 // bytes of text given out: one shared text may stand in a million cells
	maxMeta    = 4 << 20
	maxToken   = 1 << 20   // the parser holds a token whole
	maxText    = 128 << 10 // bytes of a cell; Excel ends at 32,767 characters
	maxParts   = 5000
	maxNamed   = 50 // worksheets
	maxColumns = 200
)

type sheetRef struct{ name, state, path string }

// readXLSX walks the worksheets of a workbook as a stream: hundreds of thousands of rows never stand in memory.
func readXLSX(ctx context.Context, src io.ReaderAt, size int64, t Taker) error {
	if n, err := parts(src, size); err != nil || n > maxParts {
		return ErrTooLarge
	}
	z, err := zip.NewReader(src, size)
	if err != nil {
		return ErrBroken
	}
	files := map[string]*zip.File{}
	for _, f := range z.File {
		files[strings.TrimPrefix(f.Name, "/")] = f
	}
	sheets, from1904, err := workbook(files)
	if err != nil {
		return err
	}
	strs, err := sharedStrings(files["xl/sharedStrings.xml"])
	if err != nil {
		return err
	}
	dates, err := dateStyles(files["xl/styles.xml"])
	if err != nil {
		return err
	}
	left, given, seen := int64(maxSheets), int64(maxGiven), map[string]bool{}
	for _, s := range sheets {
		if seen[s.path] { // a hundred names for one large part
			return ErrTooLarge
		}
		seen[s.path] = true
		if !t.Begin(Sheet{Name: s.name, Hidden: s.state != "" && s.state != "visible", Of: len(sheets), From1904: from1904}) {
			continue
		}
		err := readSheet(ctx, files[s.path], &left, &walker{strs: strs, dates: dates, t: t, left: &given})
		if err == nil {
			err = t.End()
		}
		if err != nil && !errors.Is(err, ErrSkip) {
			return err
		}
	}
	return nil
}

// parts counts the entries of the archive's directory before it is read: a small file can list millions.
func parts(src io.ReaderAt, size int64) (int, error) {
	entry := []byte("PK\x01\x02")
	buf, n := make([]byte, 256<<10), 0
	for at := int64(0); at < size; at += int64(len(buf) - len(entry) + 1) {
		k, err := src.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		n += bytes.Count(buf[:k], entry)
	}
	return n, nil
}

// part is one part of the package as it is read.
type part struct {
	xml    *xml.Decoder
	source *bounded
	io.Closer
}

// open reads a part of the package, bounded.
func open(f *zip.File, most int64) (*part, error) {
	if f == nil {
		return nil, ErrBroken
	}
	r, err := f.Open()
	if err != nil {
		return nil, ErrBroken
	}
	b := &bounded{r: r, left: most, token: maxToken}
	d := xml.NewDecoder(b)
	d.Strict = true
	return &part{xml: d, source: b, Closer: r}, nil
}

// bounded ends a part that unpacks to more than a spreadsheet can need, as a whole or in one token.
type bounded struct {
	r     io.Reader
	left  int64
	token int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 || b.token <= 0 {
		return 0, ErrTooLarge
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	b.token -= n
	return n, err
}

// token reads the next token; a damaged part is ErrBroken, its end io.EOF.
func (p *part) token() (xml.Token, error) {
	p.source.token = maxToken
	t, err := p.xml.RawToken()
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return t, err
	case errors.Is(err, ErrTooLarge):
		return nil, ErrTooLarge
	}
	return nil, ErrBroken
}

// ended is nil at the end of a part.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func workbook(files map[string]*zip.File) (sheets []sheetRef, from1904 bool, err error) {
	targets := map[string]string{}
	err = each(files["xl/_rels/workbook.xml.rels"], func(e xml.StartElement) {
		if e.Name.Local == "Relationship" {
			t := attr(e, "Target")
			if !strings.HasPrefix(t, "/") {
				t = path.Join("xl", t)
			}
			targets[attr(e, "Id")] = strings.TrimPrefix(t, "/")
		}
	})
	if err != nil {
		return nil, false, err
	}
	err = each(files["xl/workbook.xml"], func(e xml.StartElement) {
		switch {
		case e.Name.Local == "sheet" && len(sheets) < maxNamed:
			sheets = append(sheets, sheetRef{name: attr(e, "name"), state: attr(e, "state"), path: targets[attr(e, "id")]})
		case e.Name.Local == "workbookPr":
			from1904 = attr(e, "date1904") == "1" || attr(e, "date1904") == "true"
		}
	})
	if err == nil && len(sheets) == 0 {
		err = ErrBroken
	}
	return sheets, from1904, err
}

func each(f *zip.File, do func(xml.StartElement)) error {
	p, err := open(f, maxMeta)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	for {
		t, err := p.token()
		if err != nil {
			return ended(err)
		}
		if e, ok := t.(xml.StartElement); ok {
			do(e)
		}
	}
}

// stringTable keeps all shared strings in one piece of memory.
type stringTable struct {
	text []byte
	ends []uint32
}

func (s *stringTable) at(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return string(s.text[from:s.ends[i]]), true
}

func sharedStrings(f *zip.File) (*stringTable, error) {
	s := &stringTable{}
	if f == nil {
		return s, nil
	}
	p, err := open(f, maxStrings)
	if err != nil {
		return nil, err
	}
	defer func() { _ = p.Close() }()
	inText, phonetic := false, false
	for {
		t, err := p.token()
		if err != nil {
			return s, ended(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			inText = inText || t.Name.Local == "t"
			phonetic = phonetic || t.Name.Local == "rPh"
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "rPh":
				phonetic = false
			case "si":
				from := uint32(0)
				if len(s.ends) > 0 {
					from = s.ends[len(s.ends)-1]
				}
				if len(s.text)-int(from) > maxText {
					return nil, errCell
				}
				s.ends = append(s.ends, uint32(len(s.text))) //nolint:gosec // bounded by maxTexts
				if len(s.ends) > maxCount || len(s.text) > maxTexts {
					return nil, ErrTooLarge
				}
			}
		case xml.CharData:
			if inText && !phonetic {
				s.text = append(s.text, t...)
			}
		}
	}
}

// errCell is the fault of a cell that no person has written.
var errCell = ErrTooLarge.Saying("有一个单元格的内容太长，请删减后再上传")
