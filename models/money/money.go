// Package money is money in integers: fen, as every bill and statement is in the end. No float ever holds an amount, and what is divided
// is divided so that the parts are the whole. It imports the standard library only.
package money

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// Fen is an amount in fen, a hundredth of a yuan.
type Fen int64

// Max is the largest amount Parse accepts: a hundred billion yuan.
const Max = Fen(10_000_000_000_000)

// Errors of Parse and Split; each is a reason that a clerk can act on.
var (
	ErrEmpty     = errors.New("金额为空")
	ErrFormat    = errors.New("金额不是数字")
	ErrDecimals  = errors.New("金额最多两位小数，单位是元")
	ErrTooLarge  = errors.New("金额过大，请核对单位是否为元")
	ErrThousands = errors.New("金额的千位分隔逗号位置不对")
	ErrWeights   = errors.New("分摊的份额不能为负数，合计要大于零")
)

// Parse reads yuan in decimal ("137.42", "-5", "1,088.00") with at most two decimals. Grouping commas are taken only where thousands
// are grouped correctly, so "88,5" is an error and not 885.
func Parse(s string) (Fen, error) {
	s = strings.TrimSpace(s)
	minus := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if s == "" {
		return 0, ErrEmpty
	}
	whole, frac, dotted := strings.Cut(s, ".")
	if dotted && frac == "" {
		return 0, ErrFormat
	}
	whole, err := ungroup(whole)
	if err != nil {
		return 0, err
	}
	trimmed := strings.TrimRight(frac, "0")
	if whole == "" || strings.Trim(whole+frac, "0123456789") != "" {
		return 0, ErrFormat
	}
	if len(trimmed) > 2 {
		return 0, ErrDecimals
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 12 {
		return 0, ErrTooLarge
	}
	n := Fen(0)
	for _, r := range whole + (trimmed + "00")[:2] {
		n = n*10 + Fen(r-'0')
	}
	if n > Max {
		return 0, ErrTooLarge
	}
	if minus {
		n = -n
	}
	return n, nil
}

func ungroup(s string) (string, error) {
	parts := strings.Split(s, ",")
	for i, p := range parts {
		if i > 0 && len(p) != 3 || i == 0 && len(parts) > 1 && (p == "" || len(p) > 3) {
			return "", ErrThousands
		}
	}
	return strings.Join(parts, ""), nil
}

// String writes yuan with two decimals and without grouping: "137.42", "-0.05".
func (f Fen) String() string {
	sign, n := "", uint64(f)
	if f < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// Split divides total by weights so that the parts sum to it exactly. Each part is first rounded down, and the fen that are left go one
// by one to the largest remainders, among equal ones to the earlier. A negative total is divided like the positive one. All weights zero
// with a total of zero gives zeros.
// Faults: ErrWeights.
func Split(total Fen, weights []int64) ([]Fen, error) {
	var sum uint64
	for _, w := range weights {
		if w < 0 {
			return nil, ErrWeights
		}
		next, carry := bits.Add64(sum, uint64(w), 0)
		if carry != 0 {
			return nil, ErrWeights
		}
		sum = next
	}
	parts := make([]Fen, len(weights))
	if total == 0 {
		return parts, nil
	}
	if sum == 0 {
		return nil, ErrWeights
	}
	whole := magnitude(total)
	left := whole
	rests := make([]uint64, len(weights))
	for i, w := range weights {
		hi, lo := bits.Mul64(whole, uint64(w))
		q, r := bits.Div64(hi, lo, sum) // hi < sum, because w <= sum
		if w != 0 && uint64(w) == sum {
			q, r = whole, 0
		}
		parts[i], rests[i] = Fen(q), r
		left -= q
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rests[a] > rests[b]:
			return -1
		case rests[a] < rests[b]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] { // fewer are left than have a remainder
		parts[i]++
	}
	if total < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts, nil
}

// Share is numerator/denominator of an amount, half a fen away from zero: a rate of 3000 in 10000, a price by area.
// Faults: ErrWeights for a denominator that is not positive, ErrTooLarge.
func Share(f Fen, numerator, denominator int64) (Fen, error) {
	if denominator <= 0 || numerator < 0 {
		return 0, ErrWeights
	}
	hi, lo := bits.Mul64(magnitude(f), uint64(numerator))
	if hi >= uint64(denominator) {
		return 0, ErrTooLarge
	}
	q, r := bits.Div64(hi, lo, uint64(denominator))
	if r >= uint64(denominator)-r {
		q++
	}
	if q > uint64(Max) {
		return 0, ErrTooLarge
	}
	if f < 0 {
		return -Fen(q), nil
	}
	return Fen(q), nil
}

func magnitude(f Fen) uint64 {
	if f < 0 {
		return -uint64(f)
	}
	return uint64(f)
}
