package disclosure

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Estates are compared with others of their kind: as many homes, and charged the same way. The kinds are fixed, so that no two groups
// differ by one estate; figures are shown from mostKnown+1 estates on, in quartiles that are rounded, the same for every reader, and never
// with a name, a smallest or a largest. They are worked out once a month: whoever publishes on a day moves no number on that day. All that goes
// in is what anybody may read already: standing public notices whose figures were read from closed books, the price list, and days late.
//
// The decade in which an estate was built is not in the register and parts nobody.

// Compared is what is compared.
type Compared string

// What is compared.
const (
	PriceByArea  Compared = "price"  // ten-thousandths of a yuan for a square metre and month
	IncomeByHome Compared = "income" // fen a home and year
	FundByArea   Compared = "fund"   // fen a square metre at the end of the year
	Collected    Compared = "rate"   // tenths of a percent: paid of what was billed in the year
	DaysLate     Compared = "late"   // days, on average over what was due in the year
)

// Comparisons are all of them in the order of a page, with the step to which a class is rounded and how to read them.
var Comparisons = []struct {
	Compared
	Name  string
	Unit  string
	Means string
	step  int64
	one   int64 // how much of the value is one of the unit
}{
	{PriceByArea, "物业费单价", "元（每平方米每月）", "住宅每平方米每月的物业费，按价目表", 1000, 10_000},
	{IncomeByHome, "公共收益", "元（每户每年）", "全年公共收益收入，除以住宅户数", 1000, 100},
	{FundByArea, "维修资金结余", "元（每平方米）", "年底维修资金专户余额，除以登记的总面积", 100, 100},
	{Collected, "物业费收缴率", "%", "全年缴费，除以全年应收", 10, 10},
	{DaysLate, "公开晚了几天", "天", "全年到期的应公开事项，平均每项晚了几天；按时公开的算0天", 1, 1},
}

// mostKnown is how many other estates there are at least in a class that is shown.
const mostKnown = 5

// sizes are the kinds by how many homes an estate has: fewer than the number. They are the product's own and say nothing of any rule.
var sizes = []struct {
	below int64
	code  string
	name  string
}{{1, "", ""}, {300, "s", "300户以下"}, {1000, "m", "300至999户"}, {2000, "l", "1000至1999户"}, {1 << 62, "xl", "2000户以上"}}

// classOf is the kind of an estate; empty where it has no homes in the register or nobody has confirmed how it is charged.
func classOf(homes int64, charging string) string {
	if charging == "" || homes < 1 {
		return ""
	}
	for _, s := range sizes {
		if homes < s.below {
			return s.code + "/" + charging
		}
	}
	return ""
}

// className is a kind as people read it.
func className(class string, names map[string]string) string {
	size, charging, _ := strings.Cut(class, "/")
	for _, s := range sizes {
		if s.code == size && size != "" {
			return s.name + "、" + names[charging]
		}
	}
	return ""
}

// ComparedMonth is when comparisons were worked out last, and the year that they are about.
type ComparedMonth struct {
	MonthOn time.Time `gorm:"primaryKey;type:date"`
	Year    int
	DoneAt  time.Time
}

// TableName names the table.
func (ComparedMonth) TableName() string { return "comparison_rounds" }

// ComparedValue is an estate's own, as it was published; nil where it has published nothing that can be compared.
type ComparedValue struct {
	EstateID int64    `gorm:"primaryKey;autoIncrement:false"`
	Measure  Compared `gorm:"primaryKey"`
	Class    string
	Value    *int64
}

// TableName names the table.
func (ComparedValue) TableName() string { return "comparison_values" }

// ComparedClass is what a kind of estates has, in rounded quartiles.
type ComparedClass struct {
	Class   string   `gorm:"primaryKey"`
	Measure Compared `gorm:"primaryKey"`
	Estates int64
	Lower   int64
	Middle  int64
	Upper   int64
}

// TableName names the table.
func (ComparedClass) TableName() string { return "comparison_classes" }

// quartiles of at least one value, between neighbours in proportion, rounded to a step.
func quartiles(values []int64, step int64) (lower, middle, upper int64) {
	list := slices.Clone(values)
	slices.Sort(list)
	at := func(q int64) int64 {
		i, part := int64(len(list)-1)*q/4, int64(len(list)-1)*q%4
		v := list[i] * 4
		if part > 0 {
			v += (list[i+1] - list[i]) * part
		}
		return rounded(v, 4*step) * step
	}
	return at(1), at(2), at(3)
}

// rounded divides, halves up.
func rounded(n, by int64) int64 {
	q, r := n/by, n%by
	if r < 0 {
		q, r = q-1, r+by
	}
	if 2*r >= by {
		q++
	}
	return q
}

// Written is a value in the unit of its measure, with as many decimals as it has.
func Written(value, one int64) string {
	sign := ""
	if value < 0 {
		sign, value = "-", -value
	}
	if one == 1 {
		return fmt.Sprintf("%s%d", sign, value)
	}
	text := fmt.Sprintf("%s%d.%0*d", sign, value/one, len(fmt.Sprint(one))-1, value%one)
	whole, frac, _ := strings.Cut(text, ".")
	if frac = strings.TrimRight(frac, "0"); frac == "" {
		return whole
	}
	return whole + "." + frac
}
