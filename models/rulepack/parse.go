package rulepack

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Share is a threshold: a fraction of a whole, reached (以上, Civil Code art. 1259) or strictly exceeded (过半数).
type Share struct {
	Num, Den int64
	Over     bool // strictly more than Num/Den
}

// Met reports whether part of whole reaches the share, by cross-multiplication. Nothing of nothing is never enough.
func (s Share) Met(part, whole int64) bool {
	if whole <= 0 {
		return false
	}
	left, right := part*s.Den, whole*s.Num
	return left > right || (!s.Over && left == right)
}

// String is "≥ 2/3" or "> 1/2".
func (s Share) String() string {
	if s.Over {
		return fmt.Sprintf("> %d/%d", s.Num, s.Den)
	}
	return fmt.Sprintf("≥ %d/%d", s.Num, s.Den)
}

// Term is a period of handling: natural hours, holidays included, or working days; one of them is 0.
type Term struct {
	Hours, WorkingDays int
}

// String is "24小时" or "7个工作日".
func (t Term) String() string {
	if t.Hours > 0 {
		return strconv.Itoa(t.Hours) + "小时"
	}
	return strconv.Itoa(t.WorkingDays) + "个工作日"
}

// bounds are the widest numbers a kind makes sense for; a value's own Min and Max narrow them.
var bounds = map[Kind][2]int64{
	Int: {0, 1_000_000_000}, Days: {0, 3650}, Years: {0, 100}, Money: {0, 1_000_000_000_00}, Rate: {0, 10_000},
}

const (
	maxText  = 500
	maxItems = 200
)

// parse reads raw as the value's kind and checks its range. It gives an int64, Share, Term, bool, string or []string,
// or an error that says in Chinese how it should be written.
func (v Value) parse(raw string) (any, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return nil, errors.New("不能为空")
	}
	switch v.Kind {
	case Int, Days, Years, Money, Rate:
		return v.parseNumber(raw)
	case Fraction:
		return parseShare(raw)
	case Clock:
		return parseTerm(raw)
	case Flag:
		switch raw {
		case "yes":
			return true, nil
		case "no":
			return false, nil
		}
		return nil, errors.New("应写 yes（是）或 no（否）")
	case Text:
		if len([]rune(raw)) > maxText || strings.ContainsAny(raw, "\r\n") {
			return nil, fmt.Errorf("应为一行文字，不超过%d个字", maxText)
		}
		if len(v.Allowed) > 0 && !slices.Contains(v.Allowed, raw) {
			return nil, errors.New("只能是：" + strings.Join(v.Allowed, "、"))
		}
		return raw, nil
	case List:
		items := splitList(raw)
		if len(items) == 0 || len(items) > maxItems {
			return nil, fmt.Errorf("应有1至%d项，一行一项", maxItems)
		}
		return items, v.fits(items)
	}
	return nil, fmt.Errorf("kind %q is unknown", v.Kind)
}

// RateWeights are the weights of response, resolution and satisfaction, in basis points of the whole.
const RateWeights = "complaint.rate_weights"

// whole is all of it in basis points.
const whole = 10_000

// ParseWeights reads three weights that make up the whole.
func ParseWeights(items []string) ([]int64, error) {
	wrong := fmt.Errorf("应写三个不小于0的整数，依次为响应率、解决率、满意率的权重，合计%d，例如“3000；3500；3500”", whole)
	if len(items) != 3 {
		return nil, wrong
	}
	weights, sum := make([]int64, 3), int64(0)
	for i, item := range items {
		n, err := strconv.ParseInt(item, 10, 64)
		if err != nil || n < 0 || n > whole {
			return nil, wrong
		}
		weights[i] = n
		sum += n
	}
	if sum != whole {
		return nil, wrong
	}
	return weights, nil
}

// fits checks what only one list has to be.
func (v Value) fits(items []string) error {
	if v.Key != RateWeights {
		return nil
	}
	_, err := ParseWeights(items)
	return err
}

func (v Value) parseNumber(raw string) (int64, error) {
	n, err := strconv.ParseInt(raw, 10, 64)
	if err != nil {
		return 0, errors.New("应写整数")
	}
	lo, hi := bounds[v.Kind][0], bounds[v.Kind][1]
	if v.Min != 0 || v.Max != 0 {
		lo, hi = v.Min, v.Max
	}
	if n < lo || n > hi {
		return 0, fmt.Errorf("应在%d至%d之间", lo, hi)
	}
	return n, nil
}

func parseShare(raw string) (Share, error) {
	wrong := errors.New("应写成“>=2/3”（含本数）或“>1/2”（超过）")
	s := Share{}
	rest, reached := strings.CutPrefix(raw, ">=")
	if !reached {
		if rest, s.Over = strings.CutPrefix(raw, ">"); !s.Over {
			return Share{}, wrong
		}
	}
	num, den, ok := strings.Cut(rest, "/")
	if !ok {
		return Share{}, wrong
	}
	var errNum, errDen error
	s.Num, errNum = strconv.ParseInt(num, 10, 64)
	s.Den, errDen = strconv.ParseInt(den, 10, 64)
	if errNum != nil || errDen != nil || s.Num <= 0 || s.Den <= 0 || s.Num > s.Den || s.Den > 1000 {
		return Share{}, wrong
	}
	return s, nil
}

func parseTerm(raw string) (Term, error) {
	if n, ok := strings.CutSuffix(raw, "wd"); ok {
		if days, err := strconv.Atoi(n); err == nil && days >= 1 && days <= 250 {
			return Term{WorkingDays: days}, nil
		}
	} else if n, ok := strings.CutSuffix(raw, "h"); ok {
		if hours, err := strconv.Atoi(n); err == nil && hours >= 1 && hours <= 720 {
			return Term{Hours: hours}, nil
		}
	}
	return Term{}, errors.New("应写成“24h”（小时，最多720）或“7wd”（工作日，最多250）")
}

func splitList(raw string) []string {
	var items []string
	for _, item := range strings.FieldsFunc(raw, func(r rune) bool { return r == '\n' || r == '；' }) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
