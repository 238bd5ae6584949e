package log

import (
	"encoding/base64"
	"io"
	"strconv"
	"strings"
)

// Receipt is what a voter keeps of one submission: the code that names it, and the secret with which anybody who holds
// the receipt can open its commitments. The server needs neither secret nor seat to answer a check.
type Receipt struct {
	Code   string
	Secret [16]byte
	Seat   int
}

// NewReceipt draws a receipt from random.
func NewReceipt(random io.Reader, seat int) (Receipt, error) {
	r := Receipt{Seat: seat}
	var raw [symbols - 1]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return r, err
	}
	if _, err := io.ReadFull(random, r.Secret[:]); err != nil {
		return r, err
	}
	r.Code = newCode(raw)
	return r, nil
}

// URL is where the receipt is checked. Secret and seat stand behind the #, which browsers keep to themselves.
func (r Receipt) URL(base string) string {
	return strings.TrimRight(base, "/") + "/h5/ballots/" + r.Code + "#" + r.Fragment()
}

// Fragment is the secret and the seat: 22 characters, a dot, a number.
func (r Receipt) Fragment() string {
	return base64.RawURLEncoding.EncodeToString(r.Secret[:]) + "." + strconv.Itoa(r.Seat)
}

// ParseFragment reads what Fragment prints; a whole address is taken too.
func ParseFragment(text string) (secret [16]byte, seat int, ok bool) {
	if _, after, found := strings.Cut(text, "#"); found {
		text = after
	}
	head, tail, _ := strings.Cut(strings.TrimSpace(text), ".")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(head)
	seat, err2 := strconv.Atoi(tail)
	if err != nil || err2 != nil || len(raw) != len(secret) || seat < 1 {
		return secret, 0, false
	}
	return [16]byte(raw), seat, true
}

// symbols is the length of a code: 75 random bits and a check character.
const symbols = 16

// alphabet is Crockford's: no I, L, O, U, which people misread or misspell.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func newCode(raw [symbols - 1]byte) string {
	var out [symbols]byte
	acc := byte(0)
	for i, b := range raw {
		out[i] = alphabet[b&31]
		acc = double(acc) ^ b&31
	}
	out[symbols-1] = alphabet[double(acc)]
	return string(out[:])
}

// ParseCode folds what people type (spaces, dashes, small letters, O for 0, I and L for 1) and checks the last
// character: every single wrong character and every swap of two neighbours is caught.
func ParseCode(typed string) (string, bool) {
	var out []byte
	acc := byte(0)
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '-', '\u3000', '—', '－':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		at := strings.IndexRune(alphabet, r)
		if at < 0 || len(out) == symbols {
			return "", false
		}
		out = append(out, byte(r))
		acc = double(acc) ^ byte(at)
	}
	return string(out), acc == 0 && len(out) == symbols
}

// double is multiplication by x in GF(2^5) with x^5+x^2+1. Each place of a code has its own power of x.
func double(v byte) byte {
	if v <<= 1; v > 31 {
		v ^= 0b100101
	}
	return v
}

// GroupCode prints a code in fours, as people read it aloud.
func GroupCode(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}
