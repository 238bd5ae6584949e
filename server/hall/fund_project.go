package hall

import (
	"maps"
	"slices"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/server/web"
)

// ProjectLine is a project in a list.
type ProjectLine struct {
	ID        int64     `json:"id"`
	Number    string    `json:"number"`
	Kind      string    `json:"kind"`
	KindName  string    `json:"kind_name"`
	State     string    `json:"state"`
	StateName string    `json:"state_name"`
	Title     string    `json:"title"`
	Budget    string    `json:"budget" doc:"元"`
	Total     string    `json:"total,omitempty" doc:"决算，元"`
	ReviewOn  string    `json:"review_on,omitempty" doc:"紧急使用、代修：事后审核最晚哪一天"`
	LateDays  int64     `json:"late_days,omitempty" doc:"事后审核晚了几天"`
	CreatedAt time.Time `json:"created_at"`
}

// ProjectLineOf views a project in a list.
func ProjectLineOf(now time.Time) func(fund.Project) ProjectLine {
	return func(p fund.Project) ProjectLine {
		out := ProjectLine{ID: p.ID, Number: p.Number, Kind: string(p.Kind), KindName: fund.ProjectKinds[p.Kind], State: string(p.State), StateName: fund.ProjectStates[p.State], Title: p.Title, Budget: p.Budget.String(), LateDays: p.OverdueDays(now), CreatedAt: web.Time(p.CreatedAt)}
		if p.Total > 0 {
			out.Total = p.Total.String()
		}
		if p.ReviewOn != nil {
			out.ReviewOn = p.ReviewOn.Format(time.DateOnly)
		}
		return out
	}
}

type projectItem struct {
	Phase    string `json:"phase" doc:"budget 预算；final 决算"`
	Name     string `json:"name"`
	Measure  string `json:"measure"`
	Quantity string `json:"quantity"`
	Price    string `json:"price"`
	Amount   string `json:"amount"`
}

type projectQuote struct {
	ID       int64   `json:"id"`
	Supplier string  `json:"supplier"`
	Amount   string  `json:"amount"`
	Text     string  `json:"text,omitempty"`
	Chosen   bool    `json:"chosen,omitempty"`
	FileIDs  []int64 `json:"file_ids,omitempty"`
}

type projectOpinion struct {
	Stage string    `json:"stage_name"`
	Agree bool      `json:"agree"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
}

type projectNote struct {
	What    string    `json:"what_name"`
	Text    string    `json:"text,omitempty"`
	FileIDs []int64   `json:"file_ids,omitempty"`
	At      time.Time `json:"at"`
}

type projectLook struct {
	Side    string    `json:"side_name" doc:"谁参加的验收"`
	Unit    string    `json:"unit,omitempty"`
	Agree   bool      `json:"agree"`
	Text    string    `json:"text,omitempty"`
	FileIDs []int64   `json:"file_ids,omitempty"`
	At      time.Time `json:"at"`
}

type projectObjection struct {
	ID         int64      `json:"id"`
	Phase      string     `json:"phase_name"`
	Unit       string     `json:"unit"`
	Text       string     `json:"text"`
	Answer     string     `json:"answer,omitempty"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
}

type projectPayment struct {
	ID        int64      `json:"id"`
	Kind      string     `json:"kind_name"`
	Amount    string     `json:"amount"`
	State     string     `json:"state_name"`
	Notice    string     `json:"notice,omitempty" doc:"凭哪一份公示申请的"`
	Receipt   string     `json:"receipt,omitempty" doc:"银行凭证号"`
	Text      string     `json:"text,omitempty"`
	AskedAt   time.Time  `json:"asked_at"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
}

// ProjectGate is a condition of a payment, as people read it.
type ProjectGate struct {
	Payment string     `json:"payment_name" doc:"预付款或尾款"`
	Key     string     `json:"key"`
	Title   string     `json:"title"`
	Open    bool       `json:"open"`
	Why     string     `json:"why,omitempty" doc:"缺什么"`
	Opens   string     `json:"opens,omitempty" doc:"谁做什么就满足"`
	Notice  string     `json:"notice,omitempty" doc:"公示编号"`
	Until   *time.Time `json:"until,omitempty" doc:"公示到什么时候"`
}

// ProjectGateOf views a gate.
func ProjectGateOf(g fund.Gate) ProjectGate {
	out := ProjectGate{Payment: fund.PaymentKinds[g.Payment], Key: g.Key, Title: g.Title, Open: g.Open, Why: g.Why, Opens: g.Opens, Notice: g.Notice}
	if !g.Until.IsZero() {
		out.Until = web.TimeOr(&g.Until)
	}
	return out
}

// Project is a project with everything that belongs to it.
type Project struct {
	ProjectLine
	Estate      string             `json:"estate"`
	InCharge    string             `json:"in_charge" doc:"办理单位；业主提议还没有单位接办的为空"`
	Holder      string             `json:"holder_name"`
	Proposer    string             `json:"proposer_name"`
	Reason      string             `json:"reason"`
	Basis       string             `json:"basis,omitempty" doc:"紧急情形，或代修的原因"`
	Scope       event.Scope        `json:"scope"`
	Where       string             `json:"where" doc:"列支范围"`
	Pack        string             `json:"pack" doc:"按哪一版规则"`
	MotionWords string             `json:"motion_words" doc:"业主大会的议题里要写上的一句话：写明这个项目的编号，也只写这一个，表决后才能登记到这个项目"`
	QuoteReason string             `json:"quote_reason,omitempty"`
	Proposal    string             `json:"proposal_notice,omitempty" doc:"使用方案公示编号"`
	Resolution  string             `json:"resolution,omitempty"`
	Filing      string             `json:"filing,omitempty" doc:"备案编号"`
	Contract    string             `json:"contract,omitempty"`
	Supplier    string             `json:"supplier,omitempty"`
	Contracted  string             `json:"contracted,omitempty"`
	Accepted    string             `json:"accepted,omitempty" doc:"验收结论"`
	Invoices    string             `json:"invoices,omitempty"`
	Reviewer    string             `json:"reviewer,omitempty" doc:"第三方审价单位"`
	Reviewed    string             `json:"reviewed,omitempty" doc:"审定金额"`
	Final       string             `json:"final_notice,omitempty" doc:"决算公示编号"`
	ReviewText  string             `json:"review_text,omitempty" doc:"事后审核的结论"`
	Cancelled   string             `json:"cancelled_for,omitempty" doc:"签合同之后取消的原因"`
	Cancelling  string             `json:"cancelling,omitempty" doc:"正在等备案或确认的单位决定的取消申请"`
	Outstanding string             `json:"outstanding,omitempty" doc:"预付给承包单位、还没有结清的，元"`
	Items       []projectItem      `json:"items"`
	Quotes      []projectQuote     `json:"quotes"`
	Opinions    []projectOpinion   `json:"opinions"`
	Notes       []projectNote      `json:"notes"`
	Looks       []projectLook      `json:"looks"`
	Objections  []projectObjection `json:"objections" doc:"业主只看到自己的"`
	Payments    []projectPayment   `json:"payments"`
	Gates       []ProjectGate      `json:"gates"`
	FileIDs     []int64            `json:"file_ids,omitempty" doc:"方案和证明材料"`
	ContractIDs []int64            `json:"contract_file_ids,omitempty"`
	FinalIDs    []int64            `json:"final_file_ids,omitempty" doc:"决算书和发票"`
}

// ProjectOf views a project.
func ProjectOf(v *fund.ProjectView, now time.Time) Project {
	p := &v.Project
	out := Project{ProjectLine: ProjectLineOf(now)(*p), Estate: v.Estate, InCharge: v.InCharge, Holder: fund.HolderNames[p.Holder], Proposer: fund.Proposers[p.Proposer], Reason: p.Reason, Basis: p.Basis, Where: v.Where, Pack: p.Pack, MotionWords: p.MotionWords(), QuoteReason: p.QuoteReason, Proposal: p.ProposalNumber,
		Resolution: p.Resolution, Filing: p.Filing, Contract: p.Contract, Supplier: p.Supplier, Accepted: p.AcceptedFor, Invoices: p.Invoices, Reviewer: p.Reviewer, Final: p.FinalNumber, ReviewText: p.ReviewText, Cancelled: p.CancelledFor, Cancelling: v.Cancelling, Outstanding: some(v.Outstanding),
		Items: []projectItem{}, Quotes: []projectQuote{}, Opinions: []projectOpinion{}, Notes: []projectNote{}, Looks: []projectLook{}, Objections: []projectObjection{}, Payments: []projectPayment{}, Gates: []ProjectGate{},
		FileIDs: v.Files["fund_project"][p.ID], ContractIDs: v.Files["fund_contract"][p.ID], FinalIDs: v.Files["fund_final"][p.ID]}
	out.Scope, _ = p.Concerns()
	if p.Contracted > 0 {
		out.Contracted = p.Contracted.String()
	}
	if p.Reviewed > 0 {
		out.Reviewed = p.Reviewed.String()
	}
	out.parts(v)
	return out
}

func (out *Project) parts(v *fund.ProjectView) {
	for _, x := range v.Items {
		out.Items = append(out.Items, projectItem{Phase: x.Phase, Name: x.Name, Measure: x.Measure, Quantity: fund.Thousandths(x.Quantity), Price: x.Price.String(), Amount: x.Amount.String()})
	}
	for _, x := range v.Quotes {
		out.Quotes = append(out.Quotes, projectQuote{ID: x.ID, Supplier: x.Supplier, Amount: x.Amount.String(), Text: x.Text, Chosen: x.ID == v.QuoteID, FileIDs: v.Files["fund_quote"][x.ID]})
	}
	for _, x := range v.Opinions {
		out.Opinions = append(out.Opinions, projectOpinion{Stage: fund.OpinionStages[x.Stage], Agree: x.Agree, Text: x.Text, At: web.Time(x.At)})
	}
	for _, x := range v.Notes {
		out.Notes = append(out.Notes, projectNote{What: fund.ProjectNotes[x.What], Text: x.Text, FileIDs: v.Files["fund_work"][x.ID], At: web.Time(x.At)})
	}
	for _, x := range v.Acceptances {
		out.Looks = append(out.Looks, projectLook{Side: fund.AcceptanceSides[x.Side], Unit: v.Codes[x.UnitID], Agree: x.Agree, Text: x.Text, FileIDs: v.Files["fund_acceptance"][x.ID], At: web.Time(x.At)})
	}
	for _, x := range v.Objections {
		out.Objections = append(out.Objections, projectObjection{ID: x.ID, Phase: fund.Phases[x.Phase], Unit: v.Codes[x.UnitID], Text: x.Text, Answer: x.Answer, AnsweredAt: web.TimeOr(x.AnsweredAt), CreatedAt: web.Time(x.CreatedAt)})
	}
	for _, x := range v.Payments {
		out.Payments = append(out.Payments, projectPayment{ID: x.ID, Kind: fund.PaymentKinds[x.Kind], Amount: x.Amount.String(), State: fund.PaymentStates[x.State], Notice: x.Notice, Receipt: x.Receipt, Text: x.Text, AskedAt: web.Time(x.AskedAt), DecidedAt: web.TimeOr(x.DecidedAt)})
	}
	for _, g := range v.Gates {
		out.Gates = append(out.Gates, ProjectGateOf(g))
	}
}

// ProjectShare is what one account bears of a project, with the sentence that says why.
type ProjectShare struct {
	ID      int64  `json:"id"`
	UnitID  int64  `json:"unit_id"`
	Unit    string `json:"unit"`
	Payer   string `json:"payer_name"`
	Amount  string `json:"amount" doc:"元"`
	Why     string `json:"why" doc:"这笔钱是怎么算出来的"`
	Charged string `json:"charged" doc:"已从分户账支出"`
	Short   string `json:"short,omitempty" doc:"分户账不足、待补交；只有本户和管账的单位看得到"`
}

// ProjectShareOf views a share.
func ProjectShareOf(x fund.ProjectShare) ProjectShare {
	out := ProjectShare{ID: x.ID, UnitID: x.UnitID, Unit: x.Code, Payer: apportion.PayerNames[x.Payer], Amount: x.Amount.String(), Charged: x.Charged.String()}
	if part, err := x.Part(); err == nil {
		out.Why = part.Explain()
	}
	if x.Short > 0 {
		out.Short = x.Short.String()
	}
	return out
}

// Declare reads the declaration of a form.
type Declare map[string]bool

// Exclusions gives it by its codes.
func (d Declare) Exclusions() map[fund.Exclusion]bool {
	out := map[fund.Exclusion]bool{}
	for code, yes := range d {
		out[fund.Exclusion(code)] = yes
	}
	return out
}

// ProjectExclusion is a use that the fund is not for.
type ProjectExclusion struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// ProjectExclusions lists them for the form, in one order.
func ProjectExclusions() []ProjectExclusion {
	list := []ProjectExclusion{}
	for _, code := range slices.Sorted(maps.Keys(fund.Exclusions)) {
		list = append(list, ProjectExclusion{Code: string(code), Name: fund.Exclusions[code]})
	}
	return list
}
