// Package tally counts owners' decisions and says what they come to (Civil Code art. 278 and what the packs hold for other
// days): participation and consent in heads and in area, strictly and with the clause of silence, for motions, motions of
// several options and elections, and for published numbers of which some are missing. It is pure: values in, values out;
// integers and cross-multiplication only, no clock, no database. Every threshold comes from a rule pack.
package tally

import (
	"encoding/json"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
)

// Most bounds heads and area (in 0.001 m²) of a scope, so that no product with a pack's fraction overflows.
const Most = 1_000_000_000_000_000

// Faults of counting. Their fields name what is wrong.
var (
	ErrInput    = fault.New(fault.Invalid, "tally.input", "表决数字有误，请按提示修改")
	ErrMatter   = fault.New(fault.Invalid, "tally.matter", "没有这种表决事项")
	ErrRules    = fault.New(fault.Invalid, "tally.rules", "表决规则不完整，不能计票")
	ErrQuestion = fault.New(fault.Invalid, "tally.question", "议题的选项或规则有误")
	ErrChoice   = fault.New(fault.Invalid, "tally.choice", "表决意见不在这项议题的选项里")
	ErrScope    = fault.New(fault.Invalid, "tally.scope", "表决权名册有误，不能计票")
	ErrNoSeat   = fault.New(fault.NotFound, "tally.no_seat", "这个票权不在表决权名册里")
	ErrTwice    = fault.New(fault.Conflict, "tally.twice", "同一个票权有两张计票的表决票")
	ErrSilence  = fault.New(fault.Invalid, "tally.silence", "未投票的票权名单有误")
)

// Metres is an area as JSON shows it: square metres in a decimal string, never a number that a reader may round.
type Metres area.Milli

// String is the area in square metres.
func (m Metres) String() string { return area.Milli(m).String() }

// MarshalText writes "88.50".
func (m Metres) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads at most three decimals.
func (m *Metres) UnmarshalText(text []byte) error {
	n, why := parseMetres(string(text))
	if why != nil {
		return ErrInput.Saying(why.zh)
	}
	*m = Metres(n)
	return nil
}

// Amount is what some seats weigh: their heads and their area.
type Amount struct {
	Heads int64
	Area  area.Milli
}

type amountJSON struct {
	Heads int64  `json:"heads"`
	Area  Metres `json:"area"`
}

// MarshalJSON writes the area as a decimal string.
func (a Amount) MarshalJSON() ([]byte, error) {
	return json.Marshal(amountJSON{a.Heads, Metres(a.Area)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Amount) UnmarshalJSON(raw []byte) error {
	var j amountJSON
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	a.Heads, a.Area = j.Heads, area.Milli(j.Area)
	return nil
}

func (a Amount) plus(b Amount) Amount { return Amount{a.Heads + b.Heads, a.Area + b.Area} }

func (a Amount) minus(b Amount) Amount { return Amount{a.Heads - b.Heads, a.Area - b.Area} }
