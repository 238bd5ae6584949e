package public

import (
	"context"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/server/web"
)

// licence is under what anybody may use the files.
const licence = "本数据来自各小区公示栏上任何人都可以看的公示和应公开事项。可以免费复制、使用、转载和再加工，请注明来源和下载日期；改动过的要说明改动。数据里没有个人信息，请不要和别的资料合起来辨认个人。数以公示原文为准。"

// column is a column of a file: its name in CSV, its key in JSON, and what is in it.
type column struct {
	Key    string `json:"key" doc:"JSON 里的名称"`
	Name   string `json:"name" doc:"CSV 里的列名"`
	Means  string `json:"means"`
	Number bool   `json:"number,omitempty"`
}

var figureColumns = []column{
	{"estate_id", "小区编号", "系统里的小区编号", true}, {"estate", "小区", "小区名称", false},
	{"notice", "公示编号", "数在哪一份公示里", false}, {"publisher", "发布单位", "", false}, {"published_on", "发布日期", "现在这一版的发布日期", false}, {"version", "版本", "现在是第几版；改过的旧版不在文件里，已撤回的公示也不在", true},
	{"form", "内容种类", "收支情况表、维修资金情况表、维修项目决算、审计报告或工作报告", false}, {"book", "账册", "fee 物业费，income 公共收益，fund 维修资金，project 维修项目公示过的数，collection 物业费收缴", false},
	{"label", "名称", "发布单位给这个数起的名称", false}, {"asks", "取数口径", "哪本账、哪些科目、收入支出还是结余、只算哪些来源；哪个维修项目的哪个数；哪个月的账单", false}, {"measure", "口径", "received 收入，spent 支出，balance 结余，net_received 收入净额，net_spent 支出净额，stated 列明的金额，charged 应收，collected 实收；收缴率是同一个月、同一天的实收除以应收", false},
	{"from", "从", "结余没有", false}, {"to", "到", "含这一天", false}, {"amount", "金额", "元，两位小数；从结过账的账簿、公示过的维修项目或结过账的账单里取的，不是手写的", true},
}

var dutyColumns = []column{
	{"estate_id", "小区编号", "系统里的小区编号", true}, {"estate", "小区", "小区名称", false}, {"code", "代码", "应公开事项的代码", false}, {"title", "事项", "", false}, {"sphere", "类别", "事务或财务", false},
	{"owed_by", "由谁公开", "单位名称", false}, {"period", "哪一期", "一件事引起的没有", false}, {"due", "最晚公开", "本地没有规定期限的不在文件里", false}, {"state", "状态", "", false},
	{"days_late", "逾期天数", "没有公开的算到今天，晚公开的算到公开那天", true}, {"published_on", "公开日期", "", false},
}

type dataFile struct {
	Path    string   `json:"path"`
	About   string   `json:"about"`
	Columns []column `json:"columns"`
}

type dataOutput struct {
	Body struct {
		Licence string     `json:"licence"`
		Files   []dataFile `json:"files"`
	}
}

func describeData(context.Context, *web.Empty) (*dataOutput, error) {
	out := &dataOutput{}
	out.Body.Licence = licence
	for _, as := range []string{".csv", ".json"} {
		out.Body.Files = append(out.Body.Files, dataFile{"/public/v1/estates/{id}/figures" + as, "一个小区公开过的收支数", figureColumns}, dataFile{"/public/v1/figures" + as, "全市各小区公开过的收支数，按公示编号", figureColumns},
			dataFile{"/public/v1/duties" + as + "?year=", "全市一年里到期的应公开事项，按日期", dutyColumns})
	}
	return out, nil
}

type comparisonRow struct {
	Measure disclosure.Compared `json:"measure" doc:"price 单价，income 公共收益，fund 维修资金结余，rate 收缴率，late 公开晚了几天"`
	Name    string              `json:"name"`
	Unit    string              `json:"unit"`
	Means   string              `json:"means" doc:"怎么算的"`
	Own     string              `json:"own,omitempty" doc:"本小区；没有公开过可以比较的数时没有"`
	Estates int64               `json:"estates,omitempty" doc:"同类里有多少小区公开过，含本小区；不到6个的没有，也没有下面三个数"`
	Lower   string              `json:"lower,omitempty" doc:"四分之一的小区不超过它；取整"`
	Middle  string              `json:"middle,omitempty" doc:"中位数；取整"`
	Upper   string              `json:"upper,omitempty" doc:"四分之三的小区不超过它；取整"`
	Says    string              `json:"says" doc:"可以朗读的一句话"`
}

type comparisonOutput struct {
	Body struct {
		EstateID int64           `json:"estate_id"`
		Estate   string          `json:"estate"`
		Year     int             `json:"year,omitempty" doc:"比的是哪一年"`
		On       string          `json:"on,omitempty" doc:"哪一天算的；每月算一次"`
		Class    string          `json:"class,omitempty" doc:"同类：户数和收费方式都一样的小区"`
		Why      string          `json:"why,omitempty" doc:"为什么没有比较"`
		Rows     []comparisonRow `json:"rows"`
	}
}

func showComparison(d Deps) func(context.Context, *EstatePath) (*comparisonOutput, error) {
	return func(ctx context.Context, in *EstatePath) (*comparisonOutput, error) {
		c, err := d.Board.ComparisonPublic(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out := &comparisonOutput{}
		out.Body.EstateID, out.Body.Estate, out.Body.Year, out.Body.Class, out.Body.Why, out.Body.Rows = c.EstateID, c.Estate, c.Year, c.Class, c.Why, []comparisonRow{}
		if c.Year != 0 {
			out.Body.On = web.Time(c.DoneAt).Format("2006-01-02")
		}
		for _, r := range c.Rows {
			out.Body.Rows = append(out.Body.Rows, comparisonRow{r.Measure, r.Name, r.Unit, r.Means, r.Own, r.Estates, r.Lower, r.Middle, r.Upper, r.Says()})
		}
		return out, nil
	}
}
