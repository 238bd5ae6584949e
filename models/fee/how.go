package fee

import (
	"encoding/json"
	"fmt"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/money"
)

// How is how an amount came about, in numbers: why it is ¥137.42.
type How struct {
	Kind     Kind       `json:"kind"`
	Price    Price      `json:"price,omitempty"`
	Measure  string     `json:"measure,omitempty"`
	Months   int64      `json:"months,omitempty"`
	Area     area.Milli `json:"area,omitempty"`
	Previous int64      `json:"previous,omitempty"`
	Current  int64      `json:"current,omitempty"`
	Pool     money.Fen  `json:"pool,omitempty"`
	Total    area.Milli `json:"total,omitempty"` // of all who share
	Units    int        `json:"units,omitempty"`
	Extra    bool       `json:"extra,omitempty"` // got one of the fen that were left
	Text     string     `json:"text,omitempty"`  // of the pool, or of opening arrears
}

// amount computes what the formula says. A pool's parts are divided together, see divide.
func (h How) amount() (money.Fen, error) {
	switch h.Kind {
	case PerArea:
		return h.Price.times(int64(h.Area), h.Months)
	case Fixed:
		return h.Price.times(1000, h.Months)
	case Meter:
		return h.Price.times(h.Current-h.Previous, 1)
	case Pool:
	}
	return 0, nil
}

// Words tell the formula so that it can be done again by hand.
func (h How) Words(amount money.Fen) string {
	switch h.Kind {
	case PerArea:
		return fmt.Sprintf("%s平方米 × 每平方米每月%s元 × %d个月 = %s元（四舍五入到分）", h.Area, h.Price, h.Months, amount)
	case Fixed:
		return fmt.Sprintf("每月%s元 × %d个月 = %s元", h.Price, h.Months, amount)
	case Meter:
		return fmt.Sprintf("本次读数%s − 上次读数%s = %s%s，× 每%s%s元 = %s元（四舍五入到分）", thousandths(h.Current), thousandths(h.Previous), thousandths(h.Current-h.Previous), h.Measure, h.Measure, h.Price, amount)
	case Pool:
		extra := "不足一分的舍去"
		if h.Extra {
			extra = "舍去零头后剩下的分，按零头从大到小每户加一分，这一户加了一分"
		}
		return fmt.Sprintf("%s：总额%s元 × 本户%s平方米 ÷ 参加分摊的%d户共%s平方米 = %s元（%s；各户相加正好是总额）", h.Text, h.Pool, h.Area, h.Units, h.Total, amount, extra)
	}
	return h.Text
}

func (h How) json() string {
	raw, _ := json.Marshal(h) // of numbers and texts: it cannot fail
	return string(raw)
}

// Formula reads how a bill's amount came about.
func (b *Bill) Formula() (how How) {
	_ = json.Unmarshal([]byte(b.How), &how) // written by json above
	return how
}
