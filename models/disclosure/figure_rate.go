package disclosure

import (
	"fmt"
	"math/big"

	"github.com/linli-city/linli/models/money"
)

// Rate is how much of what was charged has been collected (收缴率), from the two figures that say so.
type Rate struct {
	Codes     string
	SourceID  int64
	Name      string
	Charged   money.Fen
	Collected money.Fen
}

// Rates gives one for every pair of a notice's figures, in their order.
func Rates(figures []Figure) []Rate {
	var list []Rate
	for i := range figures {
		f := &figures[i]
		if f.Book != Collections || f.Measure != BillsCharged {
			continue
		}
		for j := range figures {
			g := &figures[j]
			if g.Book == Collections && g.Measure == BillsCollected && g.Codes == f.Codes && g.SourceID == f.SourceID && g.ToOn.Equal(f.ToOn) {
				r := Rate{Codes: f.Codes, SourceID: f.SourceID, Charged: f.Fen, Collected: g.Fen}
				t, _ := month(f.Codes)
				r.Name = t.Format("2006年1月") + "的收缴率"
				if f.SourceID != 0 {
					r.Name += fmt.Sprintf("（第%d号收费项目）", f.SourceID)
				}
				r.Name += "，截至" + f.ToOn.Format("2006年1月2日")
				list = append(list, r)
				break
			}
		}
	}
	return list
}

// Rates are those of a version's figures.
func (e *Edition) Rates() []Rate { return Rates(e.Figures) }

// Percent is the rate for reading only, two decimals, half up; empty where nothing was charged.
func (r Rate) Percent() string {
	if r.Charged <= 0 {
		return ""
	}
	charged := big.NewInt(int64(r.Charged))
	p := new(big.Int).Mul(big.NewInt(int64(max(r.Collected, 0))), big.NewInt(20_000))
	p.Add(p, charged).Div(p, charged.Lsh(charged, 1))
	whole, rest := new(big.Int).DivMod(p, big.NewInt(100), new(big.Int))
	return fmt.Sprintf("%d.%02d%%", whole, rest)
}

// Says is the rate in a sentence, with the numbers that it is of.
func (r Rate) Says() string {
	if p := r.Percent(); p != "" {
		return fmt.Sprintf("%s是%s（实收%s元，应收%s元）", r.Name, p, r.Collected, r.Charged)
	}
	return r.Name + "：没有应收，不算比率"
}
