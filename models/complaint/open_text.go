package complaint

import (
	"regexp"
	"strings"
)

// What numbers are made of when people write them: any script's digits, circled ones, and Chinese ones, small and capital.
const (
	digit   = `\p{N}`
	numeral = `[\p{N}零一二三四五六七八九十百幺壹贰叁肆伍陆柒捌玖拾佰]`
	between = `[-－—–_./／*＊,，、·•~ 　()（）]{0,2}` // what is put between the groups of a number
	dash    = `[-－—–#＃]`
	house   = `(单元|幢|栋|号楼|座|楼|梯|[#＃])`
)

// leads are what in a text leads to a person: numbers to call, of papers, accounts and cars, e-mail addresses, and the
// number on somebody's door. Offices and complainants write them; a stranger has no use for them. A number too many is
// taken out rather than one too few.
var leads = func() []leadText {
	var list []leadText
	for _, l := range [][2]string{
		{`[\w.+-]+@[\w-]+(\.[\w-]+)+`, "***"},
		// An identity card's as a whole first: the next line would leave its two ends.
		{digit + `{15,}[XxＸｘ]?`, "***"},
		// A mobile number, however it is grouped and in whatever numerals.
		{`[1１①一幺壹]` + between + `[3-9３-９③-⑨三四五六七八九叁肆伍陆柒捌玖](` + between + numeral + `){9}`, "***"},
		{digit + `{7,}[XxＸｘ]?`, "***"},
		{`[〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{7,}`, "***"},
		{`[0０]` + digit + `{2,3}` + between + digit + `{7,8}`, "***"},
		{`(?i)(QQ|微信|weixin|wechat|vx|扣扣)(号码|号)?([:：是 　]{0,3})[A-Za-z0-9_-]{5,20}`, "${1}${2}${3}***"},
		{`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-zＡ-Ｚ][·•. 　-]?[A-Za-z0-9]{5,6}`, "***"},
		// Doors: building-entrance-door, building-door, whatever follows a building, and a room by its name.
		{`(^|[^\p{N}])(` + numeral + `{1,3}` + dash + numeral + `{1,3}` + dash + `)` + numeral + `{1,4}`, "${1}${2}***"},
		{house + `([ 　]*` + dash + `?)` + numeral + `{1,3}` + dash + numeral + `{1,4}`, "${1}${2}***"},
		{`(^|[^\p{N}\p{L}-]|\p{Han})(` + digit + `{1,3}` + dash + `)` + digit + `{3,4}([^\p{N}年元块米平吨度]|$)`, "${1}${2}***${3}"},
		{house + `([ 　]*)(` + digit + `{3,4}|` + numeral + `{3,5})([^\p{N}年]|$)`, "${1}${2}***${4}"},
		{`(楼上|楼下|隔壁|对门|住在|住)([ 　]*)[1-9]` + digit + `?0[1-9]([^\p{N}年元块米平吨度]|$)`, "${1}${2}***${3}"},
		{`(^|[^\p{N}])[1-9]` + digit + `?0[1-9](的)?(业主|住户|邻居|家)`, "${1}***${2}${3}"},
		{`[A-Za-zＡ-Ｚａ-ｚ]?` + digit + `{1,4}[ 　]*(室|号房|号户|房间)`, "***${1}"},
		{`(^|[^\p{N}])[1-9]` + digit + `?0[1-9]户`, "${1}***户"}, // 502户 is a door, 300户 are households
		{`(^|[^\w])[A-Za-z]-?[1-9]` + digit + `?0[1-9]([^\p{N}]|$)`, "${1}***${2}"},
	} {
		list = append(list, leadText{regexp.MustCompile(l[0]), l[1]})
	}
	return list
}()

type leadText struct {
	pattern *regexp.Regexp
	instead string
}

// ForAnybody takes out of a text what leads to a person; other texts that go to many are held against it.
func ForAnybody(text string) string { return forAnybody(text) }

// forAnybody takes out of a text what leads to a person.
func forAnybody(text string) string {
	for _, l := range leads {
		text = l.pattern.ReplaceAllString(text, l.instead)
	}
	return strings.ReplaceAll(text, "******", "***")
}
