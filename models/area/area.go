// Package area is floor area in integers: thousandths of a square metre, as published notices print it.
// No float ever holds an area. It imports the standard library only.
package area

import (
	"errors"
	"fmt"
	"strings"
)

// Milli is an area in 0.001 m².
type Milli int64

// Max is the largest area Parse accepts for one property: ten million square metres.
const Max = Milli(10_000_000_000)

// Errors of Parse; each is a reason that a clerk can act on.
var (
	ErrEmpty     = errors.New("面积为空")
	ErrFormat    = errors.New("面积不是数字")
	ErrDecimals  = errors.New("面积最多三位小数")
	ErrNotPlus   = errors.New("面积必须大于零")
	ErrTooLarge  = errors.New("面积过大，请核对单位是否为平方米")
	ErrThousands = errors.New("面积的千位分隔逗号位置不对")
)

// Parse reads square metres in decimal ("88.5", "1,088.123") with at most three decimals.
// Grouping commas are taken only where thousands are grouped correctly, so "88,5" is an error and not 885.
func Parse(s string) (Milli, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, ErrEmpty
	}
	if s[0] == '-' {
		return 0, ErrNotPlus
	}
	whole, frac, dotted := strings.Cut(s, ".")
	if dotted && frac == "" {
		return 0, ErrFormat
	}
	whole, err := ungroup(whole)
	if err != nil {
		return 0, err
	}
	for _, part := range []string{whole, frac} {
		for _, r := range part {
			if r < '0' || r > '9' {
				return 0, ErrFormat
			}
		}
	}
	if whole == "" {
		return 0, ErrFormat
	}
	if trimmed := strings.TrimRight(frac, "0"); len(trimmed) > 3 {
		return 0, ErrDecimals
	} else {
		frac = (trimmed + "000")[:3]
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 8 {
		return 0, ErrTooLarge
	}
	var v Milli
	for _, r := range whole + frac {
		v = v*10 + Milli(r-'0')
	}
	switch {
	case v == 0:
		return 0, ErrNotPlus
	case v > Max:
		return 0, ErrTooLarge
	}
	return v, nil
}

func ungroup(whole string) (string, error) {
	groups := strings.Split(whole, ",")
	if len(groups) == 1 {
		return whole, nil
	}
	for i, g := range groups {
		if (i == 0 && (len(g) < 1 || len(g) > 3)) || (i > 0 && len(g) != 3) {
			return "", ErrThousands
		}
	}
	return strings.Join(groups, ""), nil
}

// String prints square metres with two decimals, three when the third is not zero.
func (m Milli) String() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	if m%10 == 0 {
		return fmt.Sprintf("%s%d.%02d", sign, m/1000, m%1000/10)
	}
	return fmt.Sprintf("%s%d.%03d", sign, m/1000, m%1000)
}
