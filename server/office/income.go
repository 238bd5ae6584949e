package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func incomeRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "公共收益", web.Staff)
	web.Handle(g, web.Op{ID: "officeShowIncome", Method: http.MethodGet, Path: "/estates/{id}/income", Summary: "公共收益：合同、结算、余额，和没有说明清楚的地方", Action: org.ReadIncome}, hall.ShowIncome(d.Income))
	web.Handle(g, web.Op{ID: "officeListIncomeLines", Method: http.MethodGet, Path: "/estates/{id}/income/lines", Summary: "公共收益的每一笔收入和成本，新的在前", Action: org.ReadIncome}, hall.ListIncomeLines(d.Income))
	web.Handle(g, web.Op{ID: "officeRecordContract", Method: http.MethodPost, Path: "/estates/{id}/income/contracts", Summary: "登记一份广告、停车、场地等合同，附合同（document）", Action: org.KeepIncome, Rate: workRate, Status: http.StatusCreated}, recordContract(d))
	web.Handle(g, web.Op{ID: "officeEndContract", Method: http.MethodPost, Path: "/income-contracts/{id}/end", Summary: "登记合同提前结束和原因：另一个人复核以后才算，以后不再应收", Action: org.KeepIncome, Rate: workRate}, endContract(d))
	web.Handle(g, web.Op{ID: "officeDecideContractEnd", Method: http.MethodPost, Path: "/income-contracts/{id}/end-decision", Summary: "复核合同的提前结束：登记的人不能自己复核", Action: org.ApproveIncome, Rate: workRate}, decideEnd(d))
	web.Handle(g, web.Op{ID: "officeRecordIncomeLine", Method: http.MethodPost, Path: "/estates/{id}/income/lines", Summary: "登记一笔收入或成本，附凭据（document）；同时记账", Action: org.KeepIncome, Rate: workRate, Status: http.StatusCreated}, recordIncomeLine(d))
	web.Handle(g, web.Op{ID: "officeAddIncomePapers", Method: http.MethodPost, Path: "/income-lines/{id}/files", Summary: "给一笔收入或成本补凭据（document）", Action: org.KeepIncome, Rate: workRate}, addIncomePapers(d))
	web.Handle(g, web.Op{ID: "officeStrikeIncomeLine", Method: http.MethodPost, Path: "/income-lines/{id}/strike", Summary: "冲销一笔记错的：由另一个人办，写明哪里错了；单位里没有别人的，等社区核对（waits）", Action: org.KeepIncome, Rate: workRate}, strikeIncomeLine(d))
	web.Handle(g, web.Op{ID: "officeDecideIncomeStrike", Method: http.MethodPost, Path: "/income-lines/{id}/strike-decision", Summary: "社区核对一笔等待冲销的：同意就冲销，不同意就保留", Action: org.ApproveIncome, Rate: workRate}, decideStrike(d))
	web.Handle(g, web.Op{ID: "officeProposeSettlement", Method: http.MethodPost, Path: "/estates/{id}/income/settlements", Summary: "结算一段时间：数字取自账上，按本小区的比例算出应转入维修资金的数", Action: org.KeepIncome, Rate: workRate, Status: http.StatusCreated}, proposeSettlement(d))
	web.Handle(g, web.Op{ID: "officeDecideSettlement", Method: http.MethodPost, Path: "/income-settlements/{id}/decision", Summary: "业委会负责人或社区复核结算：同意（同时结账）或写明原因退回；提出的人不能自己复核", Action: org.ApproveIncome, Rate: workRate}, decideSettlement(d))
	web.Handle(g, web.Op{ID: "officePayOverIncome", Method: http.MethodPost, Path: "/income-settlements/{id}/payment", Summary: "登记已转入维修资金专户：日期和银行流水号；两本账同时记", Action: org.ApproveIncome, Rate: workRate}, payOverIncome(d))
}

type madeOutput struct {
	Body struct {
		ID int64 `json:"id"`
	}
}

func made(id int64, err error) (*madeOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &madeOutput{}
	out.Body.ID = id
	return out, nil
}

// yuanIn reads an amount of a request.
func yuanIn(text, field string) (money.Fen, error) {
	f, err := money.Parse(text)
	if err != nil {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "body." + field, Reason: err.Error()})
	}
	return f, nil
}

type contractInput struct {
	IDPath
	Body struct {
		Kind      string  `json:"kind" enum:"advertising,parking,venue,other" doc:"advertising 广告；parking 停车；venue 场地；other 其他"`
		Title     string  `json:"title" doc:"出租或经营的是什么"`
		Party     string  `json:"party" doc:"对方单位；对方是个人的只写“个人”"`
		Basis     string  `json:"basis,omitempty" doc:"业主共同决定的文号或说明；没有的先空着，会列入没有说明清楚的"`
		StartsOn  string  `json:"starts_on" format:"date"`
		EndsOn    string  `json:"ends_on" format:"date"`
		Amount    string  `json:"amount" doc:"每期金额，元"`
		Months    int     `json:"period_months" doc:"每几个月付一次；一次付清的填0"`
		FileIDs   []int64 `json:"file_ids,omitempty" maxItems:"10" doc:"合同，先上传（document）"`
		ClientRef string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

func recordContract(d Deps) func(context.Context, org.Actor, *contractInput) (*madeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *contractInput) (*madeOutput, error) {
		b := in.Body
		amount, err := yuanIn(b.Amount, "amount")
		if err != nil {
			return nil, err
		}
		from, err := dateIn(b.StartsOn, "body.starts_on")
		if err != nil {
			return nil, err
		}
		to, err := dateIn(b.EndsOn, "body.ends_on")
		if err != nil {
			return nil, err
		}
		return made(d.Income.RecordContract(ctx, a, income.NewContract{EstateID: in.ID, Kind: b.Kind, Title: b.Title, Party: b.Party, Basis: b.Basis, StartsOn: from, EndsOn: to, Amount: amount, PeriodMonths: b.Months,
			FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputKey: web.InputHash(in.ID, b)}))
	}
}

type endContractInput struct {
	IDPath
	Body struct {
		On     string `json:"on" format:"date" doc:"最后一天"`
		Reason string `json:"reason"`
	}
}

func decideEnd(d Deps) func(context.Context, org.Actor, *decideEndInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *decideEndInput) (*web.Empty, error) {
		return &web.Empty{}, d.Income.DecideEnd(ctx, a, in.ID, in.Body.Approve, in.Body.Text)
	}
}

type decideEndInput struct {
	IDPath
	Body struct {
		Approve bool   `json:"approve"`
		Text    string `json:"text,omitempty" doc:"退回的，写明原因"`
	}
}

func endContract(d Deps) func(context.Context, org.Actor, *endContractInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *endContractInput) (*web.Empty, error) {
		on, err := dateIn(in.Body.On, "body.on")
		if err != nil {
			return nil, err
		}
		return &web.Empty{}, d.Income.EndContract(ctx, a, in.ID, on, in.Body.Reason)
	}
}

type incomeLineInput struct {
	IDPath
	Body struct {
		ContractID int64   `json:"contract_id,omitempty" minimum:"0" doc:"属于哪份合同"`
		Sort       string  `json:"sort" enum:"receipt,cost" doc:"receipt 收入；cost 成本"`
		Amount     string  `json:"amount" doc:"元"`
		On         string  `json:"on" format:"date" doc:"收到或支出的日期"`
		Party      string  `json:"party" doc:"对方单位；对方是个人的只写“个人”"`
		Text       string  `json:"text" doc:"是什么钱"`
		FileIDs    []int64 `json:"file_ids,omitempty" maxItems:"10" doc:"发票、收据、回单，先上传（document）"`
		ClientRef  string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

func recordIncomeLine(d Deps) func(context.Context, org.Actor, *incomeLineInput) (*madeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *incomeLineInput) (*madeOutput, error) {
		b := in.Body
		amount, err := yuanIn(b.Amount, "amount")
		if err != nil {
			return nil, err
		}
		on, err := dateIn(b.On, "body.on")
		if err != nil {
			return nil, err
		}
		return made(d.Income.RecordLine(ctx, a, income.NewLine{EstateID: in.ID, ContractID: b.ContractID, Sort: income.Sort(b.Sort), Amount: amount, On: on, Party: b.Party, Text: b.Text, FileIDs: b.FileIDs,
			ClientRef: b.ClientRef, InputKey: web.InputHash(in.ID, b)}))
	}
}

type incomePapersInput struct {
	IDPath
	Body struct {
		FileIDs []int64 `json:"file_ids" minItems:"1" maxItems:"10" doc:"发票、收据、回单，先上传（document）"`
	}
}

func addIncomePapers(d Deps) func(context.Context, org.Actor, *incomePapersInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *incomePapersInput) (*web.Empty, error) {
		return &web.Empty{}, d.Income.AddPapers(ctx, a, in.ID, in.Body.FileIDs)
	}
}

type strikeInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason"`
	}
}

type strikeOutput struct {
	Body struct {
		Waits bool `json:"waits" doc:"还要等社区核对"`
	}
}

func strikeIncomeLine(d Deps) func(context.Context, org.Actor, *strikeInput) (*strikeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *strikeInput) (out *strikeOutput, err error) {
		out = &strikeOutput{}
		out.Body.Waits, err = d.Income.StrikeLine(ctx, a, in.ID, in.Body.Reason)
		return out, err
	}
}

type decideStrikeInput struct {
	IDPath
	Body struct {
		Approve bool `json:"approve"`
	}
}

func decideStrike(d Deps) func(context.Context, org.Actor, *decideStrikeInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *decideStrikeInput) (*web.Empty, error) {
		return &web.Empty{}, d.Income.DecideStrike(ctx, a, in.ID, in.Body.Approve)
	}
}

type settlementInput struct {
	IDPath
	Body struct {
		From string `json:"from" format:"date"`
		To   string `json:"to" format:"date" doc:"最晚昨天"`
	}
}

type settlementOutput struct{ Body hall.Settlement }

func proposeSettlement(d Deps) func(context.Context, org.Actor, *settlementInput) (*settlementOutput, error) {
	return func(ctx context.Context, a org.Actor, in *settlementInput) (*settlementOutput, error) {
		from, err := dateIn(in.Body.From, "body.from")
		if err != nil {
			return nil, err
		}
		to, err := dateIn(in.Body.To, "body.to")
		if err != nil {
			return nil, err
		}
		x, err := d.Income.Propose(ctx, a, in.ID, from, to)
		if err != nil {
			return nil, err
		}
		return &settlementOutput{Body: hall.OfSettlement(*x)}, nil
	}
}

type decideSettlementInput struct {
	IDPath
	Body struct {
		Approve bool   `json:"approve"`
		Text    string `json:"text,omitempty" doc:"退回的，写明原因"`
	}
}

func decideSettlement(d Deps) func(context.Context, org.Actor, *decideSettlementInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *decideSettlementInput) (*web.Empty, error) {
		return &web.Empty{}, d.Income.Decide(ctx, a, in.ID, in.Body.Approve, in.Body.Text)
	}
}

type payOverInput struct {
	IDPath
	Body struct {
		On      string `json:"on" format:"date" doc:"银行转账的日期"`
		BankRef string `json:"bank_ref" doc:"银行流水号"`
	}
}

func payOverIncome(d Deps) func(context.Context, org.Actor, *payOverInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *payOverInput) (*web.Empty, error) {
		on, err := dateIn(in.Body.On, "body.on")
		if err != nil {
			return nil, err
		}
		return &web.Empty{}, d.Income.PayOver(ctx, a, in.ID, on, in.Body.BankRef)
	}
}
