package committee_test

import (
	"testing"

	"github.com/linli-city/linli/models/committee"
)

// TestWhatMayBeTheOwners: each matter of article 278 is found however plainly it is put, and what a committee does every day is not.
func TestWhatMayBeTheOwners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	theirs := []string{
		"制定业主大会议事规则", "把议事规则第9条改为网上表决", "修订管理规约里养狗的规定", "小区公约增加停车条款", // (1) (2)
		"补选两名业委会委员", "免去王某的委员职务", "撤换业主委员会成员", // (3)
		"解除与现物业公司的合同，由甲公司进场服务", "另聘一家物业服务企业", "和老物业到期不再续签", "选 聘 新的管理人", "选“聘”新的服务单位", "提高物业费到每平方米一元八角", "停车费涨到五元", // (4)
		"动用维修基金修屋面", "大修基金里支取八万元修3幢屋面", "使用维修资金换水泵", "屋面漏水用维修资金修", "维修资金账户，支付八万元", "从大修资金中拿出三万", "维修基金8万元修3幢屋面", // (5)
		"筹集维修资金", "每户分摊五百元修大门", "向业主补交大修基金", "续交专项维修资金", // (6)
		"在2单元装一部电梯", "加装电梯", "更换3号电梯", "改建门卫室", "拆除东边围墙", "新建自行车棚", // (7)
		"把中心绿地改成停车场", "架空层用作仓库", "改变会所用途", "利用屋顶设点收费", "引进快递柜", "外墙租给商家", "从公共收益支出两万元", "消防通道改成停车位", // (8)
		"出售公共车库", "以小区名义贷款", // (9)
	}
	ours := []string{
		"督促物业维修电梯", "检查公共收益账", "公示维修资金使用情况", "督促物业公司修好门禁", "请物业公开使用维修资金的情况", "核对公共收益收支明细", "督促公布停车费账目", "宣传管理规约",
		"推选业委会主任", "推选副主任委员", "清理楼道小广告", "清理占用消防通道停车的车辆", "拆除违章搭建的车棚", "督促物业安装电梯监控", "装修垃圾不得进电梯", "更换业委会办公室的锁",
		"督促更换电梯钢丝绳", "印章由李委员保管", "修剪绿化，补种草坪", "更换损坏的路灯，督促物业公司维修", "登记出租房里的住户", "检查电梯年检", "向社区报告业主的意见", "监督物业服务合同的履行", "清理占用车位的杂物",
	}
	words := func(text string) string {
		t.Helper()
		id, err := w.Call(t.Context(), w.people[0], w.agenda(committee.NewItem{Matter: "supervise", Title: "一项议题", Text: text}))
		if err != nil {
			t.Fatal(err)
		}
		v, err := w.FindMeeting(t.Context(), w.people[0], id)
		if err != nil {
			t.Fatal(err)
		}
		return v.Items[0].Words
	}
	for _, text := range theirs {
		if words(text) == "" {
			t.Errorf("%s: nobody has to look", text)
		}
	}
	for _, text := range ours {
		if got := words(text); got != "" {
			t.Errorf("%s: %s", text, got)
		}
	}
}
