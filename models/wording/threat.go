package wording

import (
	"regexp"
	"strings"
)

// threats are what nobody who asks for a fee may hold out: water, power, gas, heat and the way home are never cut for it (Civil Code
// art. 944, paragraph 3).
var threats = []string{"停水", "断水", "限水", "停电", "断电", "限电", "拉闸", "停气", "断气", "停燃气", "断燃气", "停热", "停暖", "断网", "门禁", "禁止进入", "不准进", "不让进", "禁止出入", "锁门", "锁车", "停用电梯", "停电梯"}

// What is cut, and how; a card that is not given, or gives no way any more; and names that are hung up. A verb and what it is done to stand in one
// part of a sentence, either of them first.
const (
	cut     = `(?:停止|中断|关闭|关停|关掉|关断|切断|暂停|终止|断开|掐断|掐掉|剪断|限制|停供|断供|停掉|停了|断掉|断了|封停|封闭|封掉|拆除|拆掉|拆走|卸掉|锁闭|不再|不予|不给|拒绝|禁止)`
	supply  = `(?:供应?水|供应?电|供应?气|供应?暖|供应?热|用水|用电|用气|自来水|生活用水|水阀|水闸|水表|水源|水管|阀门|电闸|电表|电源|总闸|空开|空气开关|燃气|天然气|煤气|暖气|热水|水电|宽带|网络|电梯|楼道灯)`
	refuse  = `(?:不发|不办|不给|不予|不再|停发|停办|停用|注销|冻结|取消|收回|禁用|消磁|消卡|删除|拒绝|暂停|停止|作废|锁定|限制|屏蔽|拉黑)`
	passage = `(?:门卡|门禁|梯卡|电梯卡|楼宇卡|业主卡|住户卡|出入证|出入卡|通行证|通行卡|停车证|停车卡|停车权限|车牌识别|人脸|刷脸|一卡通|钥匙|开门权限|通行权限|出入权限)`
	hang    = `(?:公布|公示|公开|张贴|张榜|曝光|通报|上墙|登报|挂出|发布|发到)`
	names   = `(?:名单|姓名|名字|房号|门牌|黑榜|黑名单|失信|照片)`
	some    = `[^。；！？;!?\n]`
	near    = `[^，。；！？,;!?\n]`
)

// Patterns of threats, as far as no list of words names them.
var (
	cutting = regexp.MustCompile(cut + some + `{0,8}` + supply + `|` + supply + some + `{0,4}(?:停止|中断|关闭|关停|关掉|切断|停掉|断掉|停供|断供|掐断|拆除|封停|关了|关上|进行限制|加以限制)|(?:锁|封|拆|关)(?:了|住|上|掉)?(?:您|你|其|他)?家?的?(?:水表|电表|水阀|水闸|电闸|气表|燃气阀)|不(?:予|给|让|能|准|再)?(?:购电|购水|购气|卖电|卖水|充电|充水)(?:[^费]|$)`)
	barring = regexp.MustCompile(refuse + some + `{0,6}` + passage + `|` + passage + some + `{0,6}(?:不发|不办|不予|停发|停用|注销|冻结|取消|收回|禁用|消磁|失效|作废|锁定|屏蔽|关闭|限制)|(?:收回|取消|停用|锁住)` + near + `{0,6}(?:车位|停车位)`)
	shaming = regexp.MustCompile(hang + near + `{0,10}` + names + `|贴` + near + `{0,6}名单|` + names + near + `{0,6}(?:公布|公示|公开|张贴|张榜|曝光|通报|上墙|登报|挂出)`)
	leaving = regexp.MustCompile(`不予?放行|不(?:给|让|准|许)(?:你|您|其|他们?|车辆?|业主|住户)?(?:进|出|通行|停车)|不抬杆|限制` + near + `{0,6}(?:进入|出入|通行)|禁止(?:车辆|其|业主|住户)?(?:通行|停放|入内)|断[您你其]?[家户]?的?[水电气网]`)
	not     = regexp.MustCompile(`(?:不|不会|不得|不能|不可|不要|不应|不准|不许|禁止|严禁|从不|不再|绝不|决不)(?:因此|因欠费|公开|随意|擅自|对外|以此|再|会)?$`)
)

// unsaid are names that are kept; never is what a text says that nobody does, up to the end of that part of the sentence.
var (
	unsaid = regexp.MustCompile(`不(?:予|会|得|能|再)?(?:公布|公示|公开|张贴|通报)|隐去`)
	never  = regexp.MustCompile(`(?:不得|不能|不会|不可以?|不应当?|不准|不允许|不许|禁止|严禁|从不|绝不|决不)(?:因为?|以|采取|通过|用|擅自|随意|将|把|再|对)[^，。；,;！？]{0,16}`)
)

// Threat is the first part of a text that holds out what a letter about fees may not speak of, whatever the reason; empty where none does. Spaces
// and signs between the characters hide nothing.
func Threat(text string) string {
	plain := joined(text)
	closed := without(plain, "，", "。", "、", "；", ",", ";")
	closed = strings.ReplaceAll(closed, "，", "") // a comma within a word hides it no more than a space
	for _, w := range threats {
		if strings.Contains(closed, w) {
			return w
		}
	}
	return pattern(plain)
}

// pattern finds a verb and what it is done to. What a text says is not done holds out nothing.
func pattern(plain string) string {
	for _, re := range []*regexp.Regexp{cutting, barring, leaving, shaming} {
		for _, at := range re.FindAllStringIndex(plain, -1) {
			if not.MatchString(plain[:at[0]]) || unsaid.MatchString(plain[at[0]:at[1]]) {
				continue
			}
			return plain[at[0]:at[1]]
		}
	}
	return ""
}

// works are why water or power may really stop: a sentence that gives such a reason, and does not speak of who has not paid, announces it.
var works = regexp.MustCompile(`检修|年检|维修|抢修|维护|施工|改造|更换|清洗|消毒|保养|调试|检测|检查|测试|管网|爆管|水箱|水池|泵|故障|事故|计划停|供电局|供电公司|电网|自来水公司|供水公司|水务|燃气公司|供热|停电通知|停水通知|消防|演练|高温|暴雨|冰冻|装修|电动车|充电|防汛|疫情|安全|储水|蓄水|备水|停[水电]期间|停[水电]时间`)

// Pressure is the first part of a text for many that holds out something for a fee: the text speaks of who has not paid, and a sentence of it of
// water, power, gas or the way home that are cut, or of names that are hung up. A sentence about works alone is what it says. Empty where there
// is none: what has to be repaired may be announced.
func Pressure(text string) string {
	if Owing(text) == "" {
		return ""
	}
	for _, s := range sentences(text) {
		owes := Owing(s) != ""
		s = never.ReplaceAllString(joined(s), "，")
		if w := Threat(s); w != "" && (owes || !works.MatchString(s)) {
			if !owes && shaming.MatchString(w) { // a list of something else
				continue
			}
			if w == "门禁" && !owes {
				continue
			}
			return w
		}
	}
	return ""
}

// sentences parts a text where one thing ends; what is between is judged together.
func sentences(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("。！？!?\n", r) })
}

// lost are other reasons for which a card gives no way any more.
var lost = regexp.MustCompile(`挂失|丢失|遗失|补办|损坏|换卡|退租|搬离|搬走|入住|登记`)

// late is what follows a day that has passed.
var late = regexp.MustCompile(`逾期|到期未|到期不|过期未|过期不`)

// Offer is the first part of what a company says that it does for a fee, on its price list, that holds out the loss of it: whoever reads a price
// list reads what follows if they do not pay. That water and power may stop, are announced and repaired, is a service. Empty where there is none.
func Offer(text string) string {
	if w := Pressure(text); w != "" {
		return w
	}
	for _, s := range sentences(text) {
		if w := Threat(s); w != "" && late.MatchString(joined(s)) {
			return w
		}
		if w := pattern(joined(s)); w != "" && !works.MatchString(s) && !lost.MatchString(s) && (!shaming.MatchString(w) || Owing(s) != "") {
			return w
		}
	}
	return ""
}
