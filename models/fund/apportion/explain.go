package apportion

import (
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/money"
)

// Explain says in one sentence how a part came to its amount, in the words of whoever pays it.
func (p Part) Explain() string {
	if len(p.Steps) == 0 {
		return ""
	}
	who := "您家"
	switch p.Payer {
	case Developer:
		who = "这套未售房屋"
	case Seller:
		who = "售房单位的这套房屋"
	}
	var b strings.Builder
	first := p.Steps[0]
	fmt.Fprintf(&b, "费用%s元按建筑面积分摊，%s%s㎡，列支范围共%s㎡，%s×%s÷%s=%s元", first.Total, who, area.Milli(first.Mine), area.Milli(first.Whole), first.Total, area.Milli(first.Mine), area.Milli(first.Whole), first.exactly())
	if len(p.Steps) == 3 {
		sides, mine := p.Steps[1], p.Steps[2]
		fmt.Fprintf(&b, "；范围内的售后公房一共分到%s元，按交存资金的比例（%s元占%s元）由%s承担%s元", sides.Total, money.Fen(sides.Mine), money.Fen(sides.Whole), together(p.Payer), sides.Amount())
		if mine.Rule == OfOwners {
			fmt.Fprintf(&b, "，再按建筑面积%s×%s÷%s=%s元", mine.Total, area.Milli(mine.Mine), area.Milli(mine.Whole), mine.exactly())
		} else {
			fmt.Fprintf(&b, "，再按为各套房屋交存的金额%s×%s÷%s=%s元", mine.Total, money.Fen(mine.Mine), money.Fen(mine.Whole), mine.exactly())
		}
	}
	last := p.Steps[len(p.Steps)-1]
	fmt.Fprintf(&b, "%s，应承担%s元。", last.leftover(who), p.Amount)
	return b.String()
}

// leftover says where the fen went that rounding down left.
func (s Step) leftover(who string) string {
	switch {
	case s.Extra:
		return fmt.Sprintf("，舍去不足1分的部分后，余下的%d分里%s分到1分（舍去部分大的先得，相同的按房号先后）", s.Left, who)
	case s.Left > 0:
		return fmt.Sprintf("，不足1分的部分舍去（余下的%d分由舍去部分更大的住户各分1分）", s.Left)
	}
	return ""
}

// ExplainDays says how a part of an income came to its amount. A weight is read as yuan: what stood at the end of each day, added up.
func (s Step) ExplainDays(who string) string {
	return fmt.Sprintf("%s每天的余额相加是%s元，各户相加是%s元，%s×%s÷%s=%s元%s，分得%s元。", who, money.Fen(s.Mine), money.Fen(s.Whole), s.Total, money.Fen(s.Mine), money.Fen(s.Whole), s.exactly(), s.leftover(who), s.Amount())
}

func together(p Payer) string {
	if p == Seller {
		return "售房单位"
	}
	return "业主"
}

// exactly prints a share in yuan with what is below a fen: "137.4163", and a sign that there is more.
func (s Step) exactly() string {
	r, exact := s.rest()
	text := s.Base.String()
	switch {
	case !exact:
		text += fmt.Sprintf("%02d…", r)
	case r > 0:
		text += strings.TrimRight(fmt.Sprintf("%02d", r), "0")
	}
	return text
}
