// Package apportion divides what a repair costs among those who pay for it (住宅专项维修资金管理办法, Order 165, arts 20 and 21): values in,
// values out. Every line carries the numbers that it came from, so that it explains itself.
package apportion

import (
	"errors"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/money"
)

// Payer is whose money a part is.
type Payer string

// The payers.
const (
	Owner     Payer = "owner"     // 业主
	Developer Payer = "developer" // 建设单位: of what it has not sold (art. 21)
	Seller    Payer = "seller"    // 公有住房售房单位: its share of sold public housing (art. 20), all of what it has not sold (art. 21)
)

// PayerNames are the payers as people read them.
var PayerNames = map[Payer]string{Owner: "业主", Developer: "建设单位", Seller: "公有住房售房单位"}

// Unit is a property of the scope. Owned and Seller are what the owner and the seller of public housing deposited for it, in fen.
type Unit struct {
	ID     int64
	Area   area.Milli
	Unsold bool
	Public bool
	Owned  money.Fen
	Seller money.Fen
}

// Rule is by what something is divided.
type Rule string

// The rules in their order.
const (
	ByArea    Rule = "area"        // over all properties of the scope
	ByDeposit Rule = "deposit"     // what sold public housing bears, between its owners together and the sellers together
	OfOwners  Rule = "public_area" // the owners' part, over sold public housing
	OfSellers Rule = "seller"      // the sellers' part, by what each deposited
	ByDays    Rule = "days"        // of an income, by the balances at the end of each day, added up
)

// Step is one division: Mine of Whole of Total. Base is the part rounded down to the fen, Extra whether one of the fen that were left went here.
type Step struct {
	Rule  Rule      `json:"rule"`
	Total money.Fen `json:"total"`
	Mine  int64     `json:"mine"`
	Whole int64     `json:"whole"`
	Base  money.Fen `json:"base"`
	Extra bool      `json:"extra,omitempty"`
	Left  int64     `json:"left"` // fen that were left over in this division
}

// Amount is what the step gives.
func (s Step) Amount() money.Fen {
	if s.Extra {
		return s.Base + 1
	}
	return s.Base
}

// Part is what one account pays.
type Part struct {
	UnitID int64
	Payer  Payer
	Amount money.Fen
	Steps  []Step
}

// Errors of Split; each is a reason that a clerk can act on.
var (
	ErrCost     = errors.New("费用要大于零")
	ErrNoUnits  = errors.New("列支范围里没有房屋")
	ErrNoArea   = errors.New("列支范围里有的房屋没有面积，请先补登面积")
	ErrDeposits = errors.New("列支范围里有售后公房，但没有业主和售房单位交存维修资金的记录，不能按交存比例分摊；请先登记交存金额")
)

// Remainder is the rule that is printed with each result.
const Remainder = "每份先舍去不足1分的部分，余下的分按舍去部分从大到小各加1分，相同的按房号先后"

// Split divides a cost in fen: first by area to each property; what sold public housing bears, by deposits between the owners and the sellers,
// and the owners' part by area again. Units come in the order of their numbers, which decides between equal remainders. The parts come
// in that order, of each unit the owner's before the seller's, and sum to the cost.
// Faults: ErrCost, ErrNoUnits, ErrNoArea, ErrDeposits, money.ErrWeights.
func Split(cost money.Fen, units []Unit) ([]Part, error) {
	if cost <= 0 {
		return nil, ErrCost
	}
	if len(units) == 0 {
		return nil, ErrNoUnits
	}
	areas := make([]int64, len(units))
	for i, u := range units {
		if u.Area <= 0 {
			return nil, ErrNoArea
		}
		areas[i] = int64(u.Area)
	}
	first, err := divide(ByArea, cost, areas)
	if err != nil {
		return nil, err
	}
	public, err := splitPublic(units, first)
	if err != nil {
		return nil, err
	}
	parts := make([]Part, 0, len(units))
	for i, u := range units {
		if own, ok := public[i]; ok {
			parts = append(parts, own...)
			continue
		}
		payer := Owner
		switch {
		case u.Unsold && u.Public:
			payer = Seller
		case u.Unsold:
			payer = Developer
		}
		parts = append(parts, Part{UnitID: u.ID, Payer: payer, Amount: first[i].Amount(), Steps: first[i : i+1 : i+1]})
	}
	return parts, nil
}

// Days divides an income over the sub-accounts by what each weighs: its balances in fen at the end of each day, added up (Order 165 art. 27).
// The weights come in the order of doors, which decides between equal remainders.
// Faults: money.ErrWeights.
func Days(total money.Fen, weights []int64) ([]Step, error) { return divide(ByDays, total, weights) }

// divide is money.Split with the numbers of each part.
func divide(rule Rule, total money.Fen, weights []int64) ([]Step, error) {
	parts, err := money.Split(total, weights)
	if err != nil {
		return nil, err
	}
	var whole int64
	for _, w := range weights {
		whole += w
	}
	steps := make([]Step, len(weights))
	left := total
	for i, w := range weights {
		base := floor(total, w, whole)
		steps[i] = Step{Rule: rule, Total: total, Mine: w, Whole: whole, Base: base, Extra: parts[i] > base}
		left -= base
	}
	for i := range steps {
		steps[i].Left = int64(left)
	}
	return steps, nil
}
