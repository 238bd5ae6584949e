package log

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
)

// Sum is the SHA-256 of a file in lower-case hexadecimal, as sha256sum prints it.
type Sum [32]byte

// String is the hexadecimal.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// MarshalText prints s as String does.
func (s Sum) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText prints.
func (s *Sum) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(s)) {
		return errFormat("不是 SHA-256 的十六进制")
	}
	_, err := hex.Decode(s[:], text)
	return err
}

// encode is the one way in which a bundle writes JSON: indented for people where it is a file of its own.
func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(v)
	return b.Bytes(), err
}

// decode reads JSON and refuses everything that encode would not have written: unknown or doubled fields, another order
// or spacing, another spelling of a number or a letter.
func decode(raw []byte, indent string, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return errFormat("不是规范的 JSON")
	}
	again, err := encode(into, indent)
	if err != nil || !bytes.Equal(again, raw) {
		return errFormat("写法不规范：有多余、重复、改动的字段，或顺序、空格不对")
	}
	return nil
}

// scanJSON reads one line of a file that is not large.
func scanJSON[T any](line []byte) (v T, ok bool) {
	ok = decode(line, "", &v) == nil
	return v, ok
}
