package file

import "bytes"

// Reencode gives the fuzzer what an upload goes through.
func Reencode(raw []byte) ([]byte, error) {
	out, _, _, err := reencode(bytes.NewReader(raw))
	return out, err
}
