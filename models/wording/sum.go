package wording

import (
	"regexp"
	"strings"
)

const (
	figure  = `[0-9][0-9,，.]*`
	chinese = `[零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟几数]`
	inWords = chinese + `+[多余来]?`
	measure = `年月日号期幢栋楼层单户人名位个项笔次份条张处台部只盏套间座辆%％‰米㎡平吨度天周季届页章款点时分秒家种块根棵扇把组批起例车成倍届所门票度字升瓦克公片面副本支篇株场轮班岁`
)

// money finds an amount of money with its unit. festive are words that begin as one.
var (
	money   = regexp.MustCompile(`(?i)(?:人民币|RMB|CNY)[ :：]*[0-9零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖]|[¥￥]` + `[0-9]|` + figure + `[多余来]?[十百千万亿]*[kw美港欧日]?(?:元|圆|块钱|分钱|RMB|CNY)|` + figure + `(?:块|角)(?:[^\p{Han}]|$|[每一整左多])|` + inWords + `[美港欧日]?(?:元|圆|块钱|角钱|分钱)|[一二三四五六七八九两几数]?[十百千万]` + chinese + `*[多余来]?块(?:[^\p{Han}]|$|[每一整左多])|` + figure + `/(?:㎡|m2|平)`)
	scaled  = regexp.MustCompile(`(?:` + figure + `|[一二三四五六七八九十百千两]+)[多余来]?[万亿]`)
	festive = []string{"元旦", "元宵", "元月", "元年", "元素", "元件", "元器件", "元气", "元老", "圆满", "圆桌", "圆形", "圆心", "圆柱", "圆明", "圆通", "圆梦", "多元", "公元", "二元制", "二元结构", "一元化", "单元"}
	gaps    = regexp.MustCompile(`([0-9零〇一二三四五六七八九十百千万亿两几数¥￥])[ \t]+|[ \t]+([元圆块角分十百千万亿])`)
)

// flat is a text in which a number stands beside its unit.
func flat(text string) string {
	plain := without(strings.ReplaceAll(narrow(text, false), "￥", "¥"), festive...)
	return gaps.ReplaceAllString(plain, "$1$2")
}

// Sum is the first amount of money of a text: in yuan, jiao or fen, in whatever digits, "120 万元" and "六千元" as well; empty where there is none.
func Sum(text string) string {
	plain := flat(text)
	if found := money.FindString(plain); found != "" {
		return found
	}
	for _, at := range scaled.FindAllStringIndex(plain, -1) { // 120万 of what, if it does not say
		if r := first(plain[at[1]:]); r == 0 || strings.ContainsRune("，。；、,;）)\n ", r) {
			return plain[at[0]:at[1]]
		}
	}
	return ""
}

func first(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// What is counted in accounts, and a number beside it.
const kinds = `(?:收入|支出|收支|花费|花去|花掉|花了|花|支付|付款|付出|付了|付|结余|余额|剩余|盈余|结存|净收益|收益|亏损|进账|入账|到账|出账|用去|用掉|用了|开支|开销|成本|费用|合计|总计|共计|累计|总额|共|余|剩|收)`

var (
	beside  = regexp.MustCompile(kinds + `(?:了|去|掉|为|是|有|约|达到?|近|超过|不到|大约|计|人民币|[:：=]|[ \t]){0,4}(` + figure + `[十百千万亿]*|[一二三四五六七八九两几][十百千万亿]` + chinese + `*|十` + chinese + `*)`)
	ahead   = regexp.MustCompile(`(?:^|[^0-9.,第])([0-9][0-9,.]{2,}|[0-9.]+[百千万亿]+)的?(?:收入|支出|结余|花费|余额|盈余|收益)`)
	between = regexp.MustCompile(`^(?:[-~～—–至到]|、|和|或)[0-9零一二三四五六七八九十]+`)
	item    = regexp.MustCompile(`^[.、)）．][^0-9]`)
	plainly = regexp.MustCompile(`^(?:19|20)[0-9]{2}$`)
)

// BareSum is the first number of an account that says no unit but stands beside what it counts, such as 收入6千 or 结余5,880; empty where there
// is none. Days, clauses, buildings, things that are counted and the numbers of a list are none.
func BareSum(text string) string {
	plain := flat(text)
	for _, at := range beside.FindAllStringSubmatchIndex(plain, -1) {
		number := strings.TrimRight(plain[at[2]:at[3]], ".,，")
		rest := plain[at[2]+len(number):]
		if m := between.FindString(rest); m != "" {
			rest = rest[len(m):]
		}
		r := first(rest)
		switch {
		case r != 0 && strings.ContainsRune(measure, r) && !strings.HasPrefix(rest, "分别"):
		case len(number) <= 2 && item.MatchString(rest):
		case plainly.MatchString(number) && r != 0 && !strings.ContainsRune("，。；,;\n ", r):
		default:
			return plain[at[0] : at[2]+len(number)]
		}
	}
	for _, at := range ahead.FindAllStringSubmatchIndex(plain, -1) {
		if !plainly.MatchString(plain[at[2]:at[3]]) {
			return plain[at[2]:at[1]]
		}
	}
	return ""
}
