package area

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Milli
		err  error
	}{
		{"88.5", 88_500, nil},
		{"88.123", 88_123, nil},
		{"88.1230", 88_123, nil},
		{"1,088.12", 1_088_120, nil},
		{" 007 ", 7_000, nil},
		{"88.1234", 0, ErrDecimals},
		{"88,5", 0, ErrThousands},
		{"1,0885", 0, ErrThousands},
		{"", 0, ErrEmpty},
		{"0", 0, ErrNotPlus},
		{"0.000", 0, ErrNotPlus},
		{"-3", 0, ErrNotPlus},
		{"1e3", 0, ErrFormat},
		{"88.", 0, ErrFormat},
		{".5", 0, ErrFormat},
		{"八十八", 0, ErrFormat},
		{"99999999999", 0, ErrTooLarge},
	} {
		got, err := Parse(c.in)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("Parse(%q) = %d, %v; want %d, %v", c.in, got, err, c.want, c.err)
		}
	}
}

func TestParseReadsWhatStringPrints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Milli(rapid.Int64Range(1, int64(Max)).Draw(t, "area"))
		if got, err := Parse(m.String()); err != nil || got != m {
			t.Fatalf("Parse(%q) = %d, %v; want %d", m.String(), got, err, m)
		}
	})
}
