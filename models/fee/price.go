package fee

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"

	"github.com/linli-city/linli/models/money"
)

// Price is yuan in ten-thousandths, as tariffs of water and power are written.
type Price int64

// maxPrice is a million yuan.
const maxPrice = Price(10_000_000_000)

// ErrPrice says that a text is no price.
var ErrPrice = errors.New("价格应为数字，单位是元，最多四位小数")

// ParsePrice reads yuan with at most four decimals: "1.35", "0.4558".
func ParsePrice(s string) (Price, error) {
	whole, frac, dotted := strings.Cut(strings.TrimSpace(s), ".")
	if whole == "" || len(whole) > 7 || dotted && frac == "" || len(frac) > 4 || strings.Trim(whole+frac, "0123456789") != "" {
		return 0, ErrPrice
	}
	n := Price(0)
	for _, r := range whole + (frac + "0000")[:4] {
		n = n*10 + Price(r-'0')
	}
	if n > maxPrice {
		return 0, ErrPrice
	}
	return n, nil
}

// String writes yuan with two to four decimals.
func (p Price) String() string {
	s := fmt.Sprintf("%d.%04d", p/10000, p%10000)
	for range 2 {
		s = strings.TrimSuffix(s, "0")
	}
	return s
}

// thousandths writes a reading without trailing zeros.
func thousandths(n int64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%03d", n/1000, n%1000), "0"), ".")
}

// times is the price of some thousandths, each so many times; half a fen counts as one.
func (p Price) times(milli int64, months int64) (money.Fen, error) {
	return money.Share(money.Fen(p), milli*months, 100_000)
}

// floorShare is a part of a pool before the fen that are left are given out.
func floorShare(pool money.Fen, part, whole int64) money.Fen {
	hi, lo := bits.Mul64(uint64(pool), uint64(part))
	q, _ := bits.Div64(hi, lo, uint64(whole)) // a part is at most the whole, and a pool less than 2^63
	return money.Fen(q)
}
