package rulepack

import (
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
)

// Kind is what a value holds.
type Kind string

// The kinds of values, and how each is written.
const (
	Int      Kind = "int"      // 5
	Days     Kind = "days"     // 15: calendar days
	Years    Kind = "years"    // 5
	Money    Kind = "money"    // 1250: fen
	Rate     Kind = "rate"     // 5000: basis points, 10000 is all of it
	Fraction Kind = "fraction" // ">=2/3" (以上) or ">1/2" (过半数)
	Clock    Kind = "clock"    // "24h": natural hours; "7wd": working days
	Flag     Kind = "flag"     // yes or no
	Text     Kind = "text"     // one line, from Allowed if that is given
	List     Kind = "list"     // lines, or items separated by "；"
)

// Supplier says who may supply a value that the law leaves open.
type Supplier string

// The suppliers.
const (
	ByBureau   Supplier = "bureau"   // the housing bureau enters it from a local rule
	ByRules    Supplier = "rules"    // the rules of procedure or the covenant of the estate
	ByContract Supplier = "contract" // the service contract
)

// SupplierNames are the suppliers as people read them.
var SupplierNames = map[Supplier]string{ByBureau: "住建局", ByRules: "本小区的议事规则或管理规约", ByContract: "本小区的物业服务合同"}

// Faults of values.
var (
	ErrUnset    = fault.New(fault.Conflict, "rule.unset", "本地规则未配置")
	ErrUnknown  = fault.New(fault.NotFound, "rule.unknown", "没有这个规则名称")
	ErrBadValue = fault.New(fault.Invalid, "rule.bad_value", "填写的规则值不符合要求")
	ErrNotLocal = fault.New(fault.Forbidden, "rule.not_local", "这个数值由国家法律规定，本地不能改动")
)

// Value is one number, period or choice of law with its source.
type Value struct {
	Key        string
	Title      string
	Kind       Kind
	Raw        string // canonical text; empty while Unset
	Unset      bool   // the law is silent and nobody has supplied it: never zero, none or unlimited
	Reference  bool   // 参考: published practice, until the bureau confirms its own
	Local      bool   // may be overlaid by a local value
	Article    string
	Source     string
	Checked    string // how far the wording was checked: "text", "secondary" or "memory"
	Note       string
	Blocks     string // what cannot go on while it is unset
	SuppliedBy Supplier
	Allowed    []string // the only texts allowed
	Min, Max   int64    // bounds of numbers; both 0 means the kind's own
	Demo       bool     // 演示值: shown beside the value wherever it is
	Pack       string   // stamp of the pack it comes from
	LocalID    int64    // the local value that replaced it, or 0
	Effective  calendar.Date
}

// need gives ErrUnset, naming the value, what it stops and who may supply it.
func (v Value) need() error {
	if !v.Unset {
		return nil
	}
	say := "本地规则未配置：" + v.Title
	if v.Blocks != "" {
		say += "。因此暂时不能" + v.Blocks
	}
	if who := SupplierNames[v.SuppliedBy]; who != "" {
		say += "。请由" + who + "提供后再办"
	}
	return ErrUnset.Saying(say).With(fault.Field{Path: v.Key, Reason: "未配置"})
}

func (v Value) check() error {
	if v.Title == "" || v.Kind == "" {
		return errors.New("title and kind are required")
	}
	if v.Unset {
		if v.Raw != "" || v.Blocks == "" || SupplierNames[v.SuppliedBy] == "" || !v.Local {
			return errors.New("an unset value has no value, is local, and says what it blocks and who supplies it")
		}
		return nil
	}
	if v.Article == "" || v.Source == "" {
		return errors.New("article and source are required")
	}
	switch v.Checked {
	case "text", "secondary", "memory":
	default:
		return fmt.Errorf("checked is %q", v.Checked)
	}
	if _, err := v.parse(v.Raw); err != nil {
		return err
	}
	return nil
}
