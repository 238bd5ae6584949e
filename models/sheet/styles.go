package sheet

import (
	"archive/zip"
	"encoding/xml"
	"strconv"
	"strings"
)

// maxStyles bounds the styles of a workbook; Excel itself ends at 65,490.
const maxStyles = 70_000

// dateStyles reads which of a workbook's cell styles show a number as a day or a time (ECMA-376 part 1, 18.8.30).
func dateStyles(f *zip.File) ([]bool, error) {
	if f == nil {
		return nil, nil
	}
	custom := map[int]bool{}
	var styles []bool
	p, err := open(f, maxMeta)
	if err != nil {
		return nil, err
	}
	defer func() { _ = p.Close() }()
	cells := false
	for {
		t, err := p.token()
		if err != nil {
			return styles, ended(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			id, _ := strconv.Atoi(attr(e, "numFmtId"))
			switch e.Name.Local {
			case "numFmt":
				if len(custom) < maxStyles {
					custom[id] = showsDate(attr(e, "formatCode"))
				}
			case "cellXfs":
				cells = true
			case "xf":
				if cells && len(styles) < maxStyles {
					styles = append(styles, builtInDate(id) || custom[id])
				}
			}
		case xml.EndElement:
			cells = cells && e.Name.Local != "cellXfs"
		}
	}
}

// builtInDate knows the formats that stand in no file, with those of Chinese Excel.
func builtInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// showsDate reports whether a format code has a part of a day or a time outside of quotes, brackets and escapes.
func showsDate(code string) bool {
	skip, end := false, rune(0)
	for _, r := range strings.ToLower(code) {
		switch {
		case skip:
			skip = false
		case end != 0:
			if r == end {
				end = 0
			}
		case r == '\\' || r == '_' || r == '*':
			skip = true
		case r == '"':
			end = '"'
		case r == '[':
			end = ']'
		case strings.ContainsRune("ymdhs", r):
			return true
		}
	}
	return false
}
