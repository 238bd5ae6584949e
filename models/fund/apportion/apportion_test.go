package apportion_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/money"
)

// printed is what an official notice of a use of the fund printed.
type printed struct {
	ID     string
	Budget string
	Heads  int
	Area   string
}

// homes makes as many areas as heads that sum to a whole.
func homes(r *rand.Rand, heads int, whole area.Milli) []apportion.Unit {
	units := make([]apportion.Unit, heads)
	left := whole
	for i := range units {
		units[i] = apportion.Unit{ID: int64(i + 1), Area: left}
		if i < heads-1 {
			mean := left / area.Milli(heads-i)
			units[i].Area = mean/2 + area.Milli(r.Int64N(int64(mean)))
		}
		left -= units[i].Area
	}
	return units
}

func sum(parts []apportion.Part) (total money.Fen) {
	for _, p := range parts {
		total += p.Amount
	}
	return total
}

// TestPrintedBudgets divides budgets as official notices print them over homes that sum to the printed area: every fen has its place, and no
// home is more than a fen away from its exact share.
func TestPrintedBudgets(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/leshan.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []printed
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range cases {
		budget, err := money.Parse(c.Budget)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := area.Parse(c.Area)
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			units := homes(r, c.Heads, whole)
			parts, err := apportion.Split(budget, units)
			if err != nil {
				t.Fatal(err)
			}
			if len(parts) != c.Heads || sum(parts) != budget {
				t.Fatalf("%s: %d parts sum to %s, want %d and %s", c.ID, len(parts), sum(parts), c.Heads, budget)
			}
			for i, p := range parts {
				near(t, p.Amount, budget, int64(units[i].Area), int64(whole))
			}
		}
	}
}

// near reckons an exact share apart from the code that is tested.
func near(t *testing.T, got, total money.Fen, mine, whole int64) {
	t.Helper()
	exact := big.NewRat(0, 1).SetFrac(big.NewInt(0).Mul(big.NewInt(int64(total)), big.NewInt(mine)), big.NewInt(whole))
	off := exact.Sub(exact, big.NewRat(int64(got), 1))
	if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
		t.Fatalf("%s of %s for %d/%d is %s fen off", got, total, mine, whole, off.FloatString(4))
	}
}

// TestPartsSum holds for any mix of sold, unsold and public homes: the parts are the whole, none is negative, who has not sold pays alone,
// and owners of public housing together bear what their deposits are of all deposits.
func TestPartsSum(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		units := make([]apportion.Unit, 1+r.IntN(60))
		for i := range units {
			units[i] = apportion.Unit{ID: int64(i), Area: area.Milli(1 + r.Int64N(200_000)), Unsold: r.IntN(5) == 0, Public: r.IntN(3) == 0}
			if units[i].Public {
				units[i].Owned, units[i].Seller = money.Fen(1+r.Int64N(900_000)), money.Fen(r.Int64N(3_000_000))
			}
		}
		cost := money.Fen(1 + r.Int64N(50_000_000))
		parts, err := apportion.Split(cost, units)
		if err != nil {
			t.Fatal(err)
		}
		if sum(parts) != cost {
			t.Fatalf("parts sum to %s, not %s", sum(parts), cost)
		}
		check(t, units, parts)
	}
}

func check(t *testing.T, units []apportion.Unit, parts []apportion.Part) {
	t.Helper()
	var owned, sold, owners, bears money.Fen
	for _, u := range units {
		if u.Public && !u.Unsold {
			owned, sold = owned+u.Owned, sold+u.Seller
		}
	}
	for _, p := range parts {
		u := units[p.UnitID]
		last := p.Steps[len(p.Steps)-1]
		if p.Amount < 0 || p.Amount != last.Amount() || !strings.HasSuffix(p.Explain(), p.Amount.String()+"元。") {
			t.Fatalf("%+v: %s", p, p.Explain())
		}
		want := map[bool]apportion.Payer{true: apportion.Seller, false: apportion.Developer}[u.Public]
		switch {
		case u.Unsold && p.Payer != want, !u.Unsold && !u.Public && p.Payer != apportion.Owner:
			t.Fatalf("%+v pays as %s", u, p.Payer)
		case u.Public && !u.Unsold:
			bears += p.Amount
			if p.Payer == apportion.Owner {
				owners += p.Amount
			}
		}
	}
	if owned+sold > 0 {
		near(t, owners, bears, int64(owned), int64(owned+sold))
	}
}

// TestSentence is what a resident reads.
func TestSentence(t *testing.T) {
	t.Parallel()
	parts, err := apportion.Split(100_00, []apportion.Unit{{ID: 1, Area: 88_500}, {ID: 2, Area: 90_250}, {ID: 3, Area: 88_500, Unsold: true}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"费用100.00元按建筑面积分摊，您家88.50㎡，列支范围共267.25㎡，100.00×88.50÷267.25=33.1150…元，舍去不足1分的部分后，余下的2分里您家分到1分（舍去部分大的先得，相同的按房号先后），应承担33.12元。",
		"费用100.00元按建筑面积分摊，您家90.25㎡，列支范围共267.25㎡，100.00×90.25÷267.25=33.7698…元，舍去不足1分的部分后，余下的2分里您家分到1分（舍去部分大的先得，相同的按房号先后），应承担33.77元。",
		"",
	}
	for i, w := range want {
		if got := parts[i].Explain(); w != "" && got != w {
			t.Errorf("%d:\n%s\nwant\n%s", i, got, w)
		}
	}
	if parts[2].Payer != apportion.Developer || !strings.Contains(parts[2].Explain(), "这套未售房屋88.50㎡") {
		t.Error(parts[2].Explain())
	}
}

// TestRefusals are what nobody can divide.
func TestRefusals(t *testing.T) {
	t.Parallel()
	one := []apportion.Unit{{ID: 1, Area: 1000}}
	for name, c := range map[string]struct {
		cost  money.Fen
		units []apportion.Unit
		want  error
	}{
		"nothing to pay": {0, one, apportion.ErrCost}, "nobody": {1, nil, apportion.ErrNoUnits}, "no area": {1, []apportion.Unit{{ID: 1}}, apportion.ErrNoArea},
		"no deposits": {1, []apportion.Unit{{ID: 1, Area: 1, Public: true}}, apportion.ErrDeposits},
	} {
		if _, err := apportion.Split(c.cost, c.units); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
