package web

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// formats reads JSON bodies without the control characters that pasting brings along: nobody sees them, a spreadsheet, a
// printed sheet or WeChat may choke on them, and those that turn the direction of writing make a text look like another.
func formats() map[string]huma.Format {
	f := huma.DefaultJSONFormat
	f.Unmarshal = func(data []byte, v any) error { return json.Unmarshal(plain(data), v) }
	return map[string]huma.Format{"application/json": f, "json": f}
}

// plain drops control characters except tab and line breaks. Those below U+0020 stand in JSON only as escapes (RFC 8259
// section 7).
func plain(data []byte) []byte {
	if bytes.ContainsFunc(data, unseen) {
		data = bytes.Map(func(r rune) rune {
			if unseen(r) {
				return -1
			}
			return r
		}, data)
	}
	if bytes.IndexByte(data, '\\') < 0 {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' || i+1 == len(data) {
			out = append(out, data[i])
			continue
		}
		size := 2
		if data[i+1] == 'u' {
			size = 6
		}
		escape := data[i:min(i+size, len(data))]
		if !control(escape) {
			out = append(out, escape...)
		}
		i += len(escape) - 1
	}
	return out
}

func control(escape []byte) bool {
	if len(escape) == 2 {
		return escape[1] == 'b' || escape[1] == 'f'
	}
	code, err := strconv.ParseUint(string(escape[2:]), 16, 32)
	return err == nil && len(escape) == 6 && (code < ' ' || unseen(rune(code))) && !slices.Contains([]uint64{'\t', '\n', '\r'}, code) //nolint:gosec // four hex digits
}

// unseen tells the characters that are never shown and need no escape: delete, C1 controls, bidirectional controls.
func unseen(r rune) bool {
	return r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
