package web

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// formats reads JSON bodies without the control characters that pasting brings along: nobody sees them, and a
// spreadsheet, a printed sheet or WeChat may choke on them.
func formats() map[string]huma.Format {
	f := huma.DefaultJSONFormat
	f.Unmarshal = func(data []byte, v any) error { return json.Unmarshal(plain(data), v) }
	return map[string]huma.Format{"application/json": f, "json": f}
}

// plain drops the escapes of control characters except tab and line breaks. JSON has them only as escapes (RFC 8259
// section 7).
func plain(data []byte) []byte {
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
	return err == nil && len(escape) == 6 && (code < ' ' || code == 0x7f) && !slices.Contains([]uint64{'\t', '\n', '\r'}, code)
}
