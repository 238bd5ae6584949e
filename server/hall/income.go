package hall

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// IncomeContract is what is let of the common parts.
type IncomeContract struct {
	ID        int64   `json:"id"`
	Kind      string  `json:"kind" doc:"advertising 广告；parking 停车；venue 场地；other 其他"`
	KindName  string  `json:"kind_name"`
	Title     string  `json:"title"`
	Party     string  `json:"party" doc:"对方单位；个人只写“个人”"`
	Basis     string  `json:"basis,omitempty" doc:"业主共同决定的依据；没有写的会列入“没有说明清楚”"`
	StartsOn  string  `json:"starts_on"`
	EndsOn    string  `json:"ends_on"`
	Amount    string  `json:"amount" doc:"每期金额，元"`
	Months    int     `json:"period_months" doc:"每几个月一期；0 为一次付清"`
	EndedOn   string  `json:"ended_on,omitempty" doc:"提前结束"`
	EndReason string  `json:"end_reason,omitempty"`
	EndingOn  string  `json:"ending_on,omitempty" doc:"有人登记了提前结束，等另一个人复核；复核以前合同照常"`
	Due       string  `json:"due" doc:"到今天应收，元"`
	Received  string  `json:"received" doc:"已收，元"`
	FileIDs   []int64 `json:"file_ids" doc:"合同，用“打开文件的限时链接”查看"`
}

// Settlement is what a period left over and what of it goes to the fund.
type Settlement struct {
	ID        int64      `json:"id"`
	From      string     `json:"from"`
	To        string     `json:"to"`
	Revenue   string     `json:"revenue" doc:"收入，元"`
	Cost      string     `json:"cost" doc:"成本，元"`
	Net       string     `json:"net" doc:"结余，元"`
	Rate      int64      `json:"rate" doc:"转入维修资金的比例，万分之几"`
	Rule      string     `json:"rule" doc:"比例的依据"`
	ToFund    string     `json:"to_fund" doc:"应转入维修资金，元"`
	State     string     `json:"state"`
	StateName string     `json:"state_name"`
	Text      string     `json:"text,omitempty" doc:"退回的原因"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	PaidOn    string     `json:"paid_on,omitempty"`
	BankRef   string     `json:"bank_ref,omitempty" doc:"银行流水号"`
}

// OfSettlement shows a settlement.
func OfSettlement(s income.Settlement) Settlement {
	return Settlement{ID: s.ID, From: dayText(&s.FromOn), To: dayText(&s.ToOn), Revenue: s.Revenue.String(), Cost: s.Cost.String(), Net: s.Net().String(), Rate: s.Rate, Rule: s.Rule, ToFund: s.ToFund.String(),
		State: string(s.State), StateName: s.Says(), Text: s.Text, DecidedAt: web.TimeOr(s.DecidedAt), PaidOn: dayText(s.PaidOn), BankRef: s.BankRef}
}

// IncomeFinding is something that is not explained.
type IncomeFinding struct {
	Code       string `json:"code"`
	Text       string `json:"text"`
	ContractID int64  `json:"contract_id,omitempty"`
	LineID     int64  `json:"line_id,omitempty"`
	Amount     string `json:"amount,omitempty"`
}

// Income is the public income of an estate.
type Income struct {
	Body struct {
		Bank        string           `json:"bank" doc:"公共收益账户今天的余额，元"`
		DueToFund   string           `json:"due_to_fund" doc:"已结算、还没有转入维修资金的，元"`
		Contracts   []IncomeContract `json:"contracts" doc:"最近200份，新的在前"`
		Settlements []Settlement     `json:"settlements" doc:"最近100期，新的在前"`
		Findings    []IncomeFinding  `json:"findings" doc:"没有说明清楚的：没有凭据的支出、没有合同的收入、没有业主决定的合同、少收的、逾期没有结算或转入的"`
	}
}

// IncomePath names an estate.
type IncomePath struct {
	ID int64 `path:"id" minimum:"1"`
}

// ShowIncome is the handler of both surfaces.
func ShowIncome(s *income.Service) func(context.Context, org.Actor, *IncomePath) (*Income, error) {
	return func(ctx context.Context, a org.Actor, in *IncomePath) (*Income, error) {
		v, err := s.Overview(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &Income{}
		b := &out.Body
		b.Bank, b.DueToFund, b.Contracts, b.Settlements, b.Findings = v.Bank.String(), v.DueToFund.String(), []IncomeContract{}, []Settlement{}, []IncomeFinding{}
		for _, c := range v.Contracts {
			b.Contracts = append(b.Contracts, IncomeContract{ID: c.ID, Kind: c.Kind, KindName: income.KindNames[c.Kind], Title: c.Title, Party: c.Party, Basis: c.Basis, StartsOn: dayText(&c.StartsOn), EndsOn: dayText(&c.EndsOn),
				Amount: c.Amount.String(), Months: c.PeriodMonths, EndedOn: dayText(c.EndedOn), EndReason: c.EndReason, EndingOn: dayText(c.EndingOn), Due: c.Due.String(), Received: c.Received.String(), FileIDs: c.FileIDs})
		}
		for _, x := range v.Settlements {
			b.Settlements = append(b.Settlements, OfSettlement(x))
		}
		for _, f := range v.Findings {
			x := IncomeFinding{Code: f.Code, Text: f.Text, ContractID: f.ContractID, LineID: f.LineID}
			if f.Amount != 0 {
				x.Amount = f.Amount.String()
			}
			b.Findings = append(b.Findings, x)
		}
		return out, nil
	}
}

// IncomeLine is money that came in or was spent.
type IncomeLine struct {
	ID         int64   `json:"id"`
	ContractID int64   `json:"contract_id,omitempty"`
	Sort       string  `json:"sort" doc:"receipt 收入；cost 成本"`
	SortName   string  `json:"sort_name"`
	Amount     string  `json:"amount" doc:"元"`
	On         string  `json:"on"`
	Party      string  `json:"party"`
	Text       string  `json:"text"`
	FileIDs    []int64 `json:"file_ids" doc:"凭据，用“打开文件的限时链接”查看"`
	Struck     bool    `json:"struck,omitempty" doc:"已冲销，不计入"`
	Reason     string  `json:"struck_reason,omitempty"`
	Striking   string  `json:"striking_for,omitempty" doc:"要冲销的原因，等社区核对"`
}

// IncomeLinesInput is the input of the list.
type IncomeLinesInput struct {
	IncomePath
	web.Page
}

// ListIncomeLines is the handler of both surfaces.
func ListIncomeLines(s *income.Service) func(context.Context, org.Actor, *IncomeLinesInput) (*web.List[IncomeLine], error) {
	return func(ctx context.Context, a org.Actor, in *IncomeLinesInput) (*web.List[IncomeLine], error) {
		on, id, err := in.FromPair()
		if err != nil {
			return nil, err
		}
		rows, err := s.Lines(ctx, a, in.ID, income.LinesPage{On: time.Unix(on, 0).UTC(), ID: id}, in.Want())
		if err != nil {
			return nil, err
		}
		return web.PagedPair(in.Page, rows, func(l income.LineView) (int64, int64) { return l.HappenedOn.Unix(), l.ID }, func(l income.LineView) IncomeLine {
			return IncomeLine{ID: l.ID, ContractID: l.ContractID, Sort: string(l.Sort), SortName: income.SortNames[l.Sort], Amount: l.Amount.String(), On: dayText(&l.HappenedOn), Party: l.Party, Text: l.Text,
				FileIDs: l.FileIDs, Struck: l.StruckAt != nil, Reason: l.StruckReason, Striking: l.StrikingFor}
		}), nil
	}
}

func dayText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}
