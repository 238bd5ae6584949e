package web

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`"a\u0000b\u001fc\u007f"`:       `"abc"`,
		`"a\bb\fc"`:                     `"abc"`,
		`"a\tb\nc\rd\u000a"`:            `"a\tb\nc\rd\u000a"`,
		`"a\\u0000"`:                    `"a\\u0000"`, // a backslash and letters, as somebody typed them
		`"\\\u0001\""`:                  `"\\\""`,
		`"楼\u697c\ud83d\ude00"`:         `"楼\u697c\ud83d\ude00"`,
		"\"a\u202eb\u2069c\u0085\x7f\"": `"abc"`, // as they are
		`"a\u202eb\u2066c\u0085"`:       `"abc"`, // and escaped
		`"broken\u00`:                   `"broken\u00`,
		`"broken\`:                      `"broken\`,
	} {
		if got := string(plain([]byte(in))); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// What was valid stays valid, says the same and has no control character.
func FuzzPlain(f *testing.F) {
	f.Add(`{"text":"a\u0000\\\b","n":12345678901234567}`)
	f.Add(`"\u00`)
	f.Fuzz(func(t *testing.T, in string) {
		out := plain([]byte(in))
		if json.Valid([]byte(in)) && !json.Valid(out) {
			t.Fatalf("%q became %q", in, out)
		}
		var before, after string
		if json.Unmarshal([]byte(in), &before) != nil {
			return
		}
		if err := json.Unmarshal(out, &after); err != nil {
			t.Fatal(err)
		}
		kept := func(r rune) rune {
			if r != '\t' && r != '\n' && r != '\r' && (unicode.IsControl(r) || unseen(r)) {
				return -1
			}
			return r
		}
		if want := strings.Map(kept, before); after != want {
			t.Fatalf("%q: %q, want %q", in, after, want)
		}
	})
}
