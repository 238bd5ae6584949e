package wording

import "testing"

type judged struct {
	found  []string // the text has it
	passes []string // an honest text
}

func (j judged) check(t *testing.T, what string, judge func(string) string) {
	t.Helper()
	for _, text := range j.found {
		if judge(text) == "" {
			t.Errorf("%s: %q passes", what, text)
		}
	}
	for _, text := range j.passes {
		if w := judge(text); w != "" {
			t.Errorf("%s: %q is refused for %q", what, text, w)
		}
	}
}

// TestThreatsOfALetter: a letter about fees does not speak of what is cut, barred or hung up, whatever the words (Civil Code art. 944).
func TestThreatsOfALetter(t *testing.T) {
	t.Parallel()
	judged{[]string{"停水", "停 水", "停，水", "断·电", "停－电", "拉 闸", "门禁", "关闭水阀", "停止供电", "停止供应自来水", "不缴费的关闭水阀、停止供电、不发门卡、公布名单", "中断供气", "切断电源", "暂停供水", "将停止对该户的供水服务", "不再提供热水", "关停您家的电梯使用", "水阀将被关闭",
		"掐断网络", "拆除电表", "限制用水", "限制用电", "不发门卡", "不予办理门卡", "停用门卡", "注销门禁卡", "门卡一律停用", "门禁卡将消磁", "冻结一卡通", "取消停车证", "业主卡失效", "车辆不予放行", "不让车辆进", "不让进小区", "公布名单", "张贴欠费名单", "欠费名单将张贴在大门口", "公示欠费业主姓名", "在群里曝光房号", "断您家的水", "停\u200b水", "停止供水", "(停)(水)", "停.水.停.电", "列入黑名单并公布"},
		[]string{"到物业服务中心扫码或转账，账号见收费公示", "请在收到这份催告之日起15日内交清", "这份催告只送给您本人，不公开张贴。如果已经交了，请告诉我们，我们会更正。", "可以依照《民法典》第九百四十四条第二款，提起诉讼或者申请仲裁", "核对清楚以前，不会再为这张账单催您。", "一时有困难：在“缴费”里选“申请暂缓”", "水费3.2元一吨，电梯运行费每月10元", "请不用理会", "周一至周五9:00-17:00，户名某物业公司", "我们不会公布名单", "不得公布业主姓名"},
	}.check(t, "a letter", Threat)
}

// TestWhatIsRepairedIsAnnounced: a notice for many may say that water stops for works; it may not say so to those who have not paid.
func TestWhatIsRepairedIsAnnounced(t *testing.T) {
	t.Parallel()
	judged{[]string{"不缴费的关闭水阀、停止供电、不发门卡、公布名单", "欠费用户将停水", "3月底前未缴物业费的，停止供电。", "逾期不交物业费，门卡停用", "物业费逾期不交。我公司将停水停电", "请按时缴费。\n拖欠的业主不发门卡", "到期未交费的车辆不予放行", "欠费户名单将在公告栏公布", "公布拖欠物业费的业主名单", "欠 费 的 停 水", "没有交物业费的，检修以后不恢复供水，停水处理", "拒交物业费的取消停车证", "不按时缴费的限制用电", "请于3月底前缴清物业费，逾期将停水停电", "请尽快交物业费，否则停用门卡", "物业费3月底截止，逾期停水", "欠费的门禁卡将注销", "没交钱的断您家的水"},
		[]string{"3月5日检修停水", "3月5日检修停水，请提前储水。", "因水箱清洗，3月5日8时至18时停水", "供电局计划停电通知：3月5日停止供电4小时", "燃气公司改造管网，暂停供气一天", "电梯年检，3月5日停用电梯", "门禁系统升级，请重新办理门卡", "公布候选人名单", "公示业主代表名单，有异议的请在7日内提出", "3月5日检修停水。请还没有交物业费的业主到服务中心缴纳。", "因施工停电。逾期未交物业费的，请尽快交纳。", "收费率92%，欠费合计3万元", "请未缴费的业主尽快缴费，有困难的可以申请暂缓", "施工期间禁止进入", "尚未交付的房屋停水", "消防演练，停用电梯",
			"欠缴的物业费正在催收；我们不公布欠费业主名单", "门禁系统升级。\n请没有交物业费的业主尽快交纳", "公示新一届委员名单。\n欠费合计3万元", "服务标准有欠缺，停水时间较长，抱歉"},
	}.check(t, "a notice", Pressure)
}

// TestAPriceListHoldsOutNothing: what is done for a fee is told, what is cut without it is not.
func TestAPriceListHoldsOutNothing(t *testing.T) {
	t.Parallel()
	judged{[]string{"不缴费的关闭水阀、停止供电、不发门卡、公布名单", "逾期停水", "到期未交停用门卡", "停止供电", "关闭水阀", "不发门卡", "物业合同第八条：欠费的公布名单", "限制用水"},
		[]string{"保洁每天一次，门岗全天有人，绿化每月修剪", "停水停电提前24小时通知", "门禁系统每月维护", "二次供水水箱每半年清洗一次，清洗停水提前三天公告", "电梯年检暂停使用电梯提前公告", "门卡丢失的，挂失后注销门卡", "公示服务人员姓名和照片", "物业服务合同第八条", "逾期按合同约定处理"},
	}.check(t, "a price list", Offer)
}

// TestDebtorsAreNotNamed: a door and a debt do not stand in one notice, however the door is written; totals by building may.
func TestDebtorsAreNotNamed(t *testing.T) {
	t.Parallel()
	judged{[]string{"1幢1单元101欠费300元", "1幢1单元101室拖欠物业费", "3-2-501未缴", "３－２－５０１未缴", "3—2—501 尚未交", "502室欠费", "502户欠费", "欠费名单：\n1-1-101\n1-1-102", "以下住户未交物业费：1幢101、2幢203", "一幢一单元一〇一欠费", "三栋二单元五零一室没交", "五〇二室拖欠", "1号楼2单元501 欠", "A座1203未缴物业费", "1#501欠费", "1 幢 1 单元 101 室 未 缴", "3栋 502 拖欠6个月", "3-502欠费", "请502的业主交纳拖欠的物业费", "1203房欠费", "1幢1单元101户欠缴", "一百零一室未交", "1单元101 逾期未缴费", "B-1-302少交200元", "催缴：2幢3单元1102", "1幢1单元201室只交了100元", "12栋3单元5未交"},
		[]string{"3幢欠费合计12000元", "3幢1单元欠费合计300元", "1幢1单元3户未缴", "3幢共502户，欠费合计3万元", "全小区502户，其中未缴20户", "1幢1单元101室漏水，已修好", "2026-3-15前未缴的请尽快缴纳", "26-3-15以后欠费的", "请未交物业费的业主到物业服务中心（3幢102室）缴纳", "缴费地点：1幢101室，请还没有交的业主前来", "欠费的请打0854-8221234或400-820-8820", "1-3月欠费合计", "3幢2026年欠费合计", "未缴的请到3幢101室物业办公室办理", "1幢1单元2楼的灯坏了，欠修", "1-12号楼欠费比例8%", "共205家商户，未缴3家", "还有101户未缴"},
	}.check(t, "debtors", Debtor)
}

// TestSums: money with its unit, in whatever digits; days of festivals and counted things are none.
func TestSums(t *testing.T) {
	t.Parallel()
	judged{[]string{"使用 356,000.00 元", "120 万元", "六千元", "３５６元", "3 5 6 元", "¥120", "￥１２０", "人民币120", "RMB 120", "120rmb", "每月每平方米1.5元", "一百二十万元", "几千元", "数万元", "3块钱", "花了5块。", "预算120万", "预算120 万，分三年", "12.5万余元", "1.2亿元", "五角钱", "两元", "120元/月", "１２０　万元", "5角。", "1,000.00元", "壹万贰仟元", "20元整"},
		[]string{"元旦放假通知", "2027元旦放假", "2027 元旦放假", "1幢1单元", "圆满完成", "3块展板", "120万户", "5角星", "三角地绿化", "多元共治", "公元2026年", "2026年3月5日", "共12盏灯", "第944条", "1.5万平方米", "0854-8221234", "二元结构", "一角花园", "一块绿地"},
	}.check(t, "sums", Sum)
}

// TestNumbersBesideWhatTheyCount: an account's number without its unit is a sum all the same.
func TestNumbersBesideWhatTheyCount(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"共收入6千，花去120，结余5,880", "收入6千", "花去120", "结余5,880", "结余：5880", "支出 120", "合计12000", "余120。", "共花120", "收入为6000.50", "收入六千", "花去一百二", "付了300，", "5880的结余", "3千收入", "总计约2万", "支付５００", "收入=6000", "结余2026。", "共计 1200"} {
		if BareSum(text) == "" {
			t.Errorf("%q passes", text)
		}
	}
	for _, text := range []string{"收入和支出见下表", "收入2026年1月入账", "共12盏灯", "支出凭证12张", "合计6笔", "收入：1. 电梯广告 2. 停车", "支出1、更换灯", "收入1-3月的", "收入1至3月", "公共收益2026年第一季度", "共120户", "2026收入", "余下3幢在四月更换", "付款按第5条", "共六千户", "收入（1）广告", "收入2025、2026两年", "共同决定", "花3天换完", "一月公共收益收支", "电梯广告和临时停车的收入，用于更换楼道灯。", "结余截至2026年3月31日", "收入用于更换12台水泵", "支出3项", "共100%"} {
		if w := BareSum(text); w != "" {
			t.Errorf("%q is refused for %q", text, w)
		}
	}
}

// TestHiddenDoors: what an act has decided is published without the homes that it names.
func TestHiddenDoors(t *testing.T) {
	t.Parallel()
	if got := HideDoors("同意起诉拖欠物业费的1幢1单元101、3-2-501和502室，3幢合计不公布"); got != "同意起诉拖欠物业费的某户、某户和某户，3幢合计不公布" {
		t.Error(got)
	}
}

// TestDoors: of a label, which names no home whatever it tells.
func TestDoors(t *testing.T) {
	t.Parallel()
	judged{[]string{"1幢1单元201室只交了", "3-2-501", "502室的停车费", "其中1幢101"}, []string{"一月收入", "其中停车", "3幢电梯广告", "3幢2单元屋面维修", "2026年收入", "1-3月支出", "第3号项目", "一月底结余", "1号楼电梯大修"}}.check(t, "labels", Door)
}
