package log

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// Hash is 32 bytes of SHA-256.
type Hash [sha256.Size]byte

// String is standard base64, as every file of a bundle prints hashes.
func (h Hash) String() string { return base64.StdEncoding.EncodeToString(h[:]) }

// MarshalText prints h as String does.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText prints.
func (h *Hash) UnmarshalText(text []byte) error {
	got, ok := parseHash(text)
	if !ok {
		return errFormat("哈希值不是 32 字节的 base64")
	}
	*h = got
	return nil
}

var strict = base64.StdEncoding.Strict()

// parseHash refuses base64 with stray bits at the end, which would be a second spelling of one hash.
func parseHash(text []byte) (h Hash, ok bool) {
	if len(text) != 44 {
		return h, false
	}
	var out [33]byte
	n, err := strict.Decode(out[:], text)
	return Hash(out[:32]), err == nil && n == len(h)
}

// fields collects what is hashed: the tag and every part with its length before it, so that no two lists of parts
// have the same bytes.
type fields []byte

func newFields(buf []byte, tag string) fields { return fields(buf[:0]).text(tag) }

func (f fields) bytes(b []byte) fields {
	return append(binary.BigEndian.AppendUint32(f, uint32(len(b))), b...)
}

func (f fields) text(s string) fields {
	return append(binary.BigEndian.AppendUint32(f, uint32(len(s))), s...)
}

func (f fields) number(n int64) fields {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(f, 8), uint64(n))
}

func (f fields) sum() Hash { return sha256.Sum256(f) }
