package apportion

import (
	"math/bits"

	"github.com/linli-city/linli/models/money"
)

// splitPublic divides what sold public housing bears (art. 20 (二)): by deposits between the owners together and the sellers together, the
// owners' part by area, the sellers' part by what was deposited for each home.
func splitPublic(units []Unit, first []Step) (map[int][]Part, error) {
	var at []int
	var total, owned, sold money.Fen
	var areas, sellers []int64
	for i, u := range units {
		if !u.Public || u.Unsold {
			continue
		}
		at = append(at, i)
		total, owned, sold = total+first[i].Amount(), owned+u.Owned, sold+u.Seller
		areas, sellers = append(areas, int64(u.Area)), append(sellers, int64(u.Seller))
	}
	if len(at) == 0 {
		return nil, nil
	}
	if owned < 0 || sold < 0 || owned+sold == 0 {
		return nil, ErrDeposits
	}
	sides, err := divide(ByDeposit, total, []int64{int64(owned), int64(sold)})
	if err != nil {
		return nil, err
	}
	theirs, err := divide(OfOwners, sides[0].Amount(), areas)
	if err != nil {
		return nil, err
	}
	parts := map[int][]Part{}
	for k, i := range at {
		parts[i] = []Part{{UnitID: units[i].ID, Payer: Owner, Amount: theirs[k].Amount(), Steps: []Step{first[i], sides[0], theirs[k]}}}
	}
	if sold == 0 {
		return parts, nil
	}
	rest, err := divide(OfSellers, sides[1].Amount(), sellers)
	if err != nil {
		return nil, err
	}
	for k, i := range at {
		if sellers[k] > 0 {
			parts[i] = append(parts[i], Part{UnitID: units[i].ID, Payer: Seller, Amount: rest[k].Amount(), Steps: []Step{first[i], sides[1], rest[k]}})
		}
	}
	return parts, nil
}

// floor is total × mine ÷ whole, rounded down to the fen.
func floor(total money.Fen, mine, whole int64) money.Fen {
	if whole == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(total), uint64(mine))
	if mine == whole {
		return total
	}
	q, _ := bits.Div64(hi, lo, uint64(whole)) // mine < whole, so that the quotient is below total
	return money.Fen(q)
}

// rest is how much of a fen the floor leaves out, in hundredths, rounded down; exact reports whether that is all.
func (s Step) rest() (hundredths int64, exact bool) {
	if s.Whole == 0 || s.Mine == s.Whole {
		return 0, true
	}
	hi, lo := bits.Mul64(uint64(s.Total), uint64(s.Mine))
	_, r := bits.Div64(hi, lo, uint64(s.Whole))
	hi, lo = bits.Mul64(r, 100)
	q, left := bits.Div64(hi, lo, uint64(s.Whole))
	return int64(q), left == 0
}
