package hall

import (
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/server/web"
)

// FeeTerms are what is always shown with a fee: its price, what that rests on, what is done for it, whom to call (明码标价).
type FeeTerms struct {
	ID        int64    `json:"id"`
	Price     string   `json:"price,omitempty" doc:"元；公摊项目没有固定价格"`
	PriceUnit string   `json:"price_unit" doc:"价格的单位"`
	Basis     string   `json:"basis" doc:"定价依据的种类"`
	BasisText string   `json:"basis_text" doc:"合同条款、文号或决定编号"`
	Standard  string   `json:"standard" doc:"服务内容和标准"`
	Hotline   string   `json:"hotline" doc:"投诉电话"`
	StartsOn  string   `json:"starts_on" format:"date"`
	EndsOn    string   `json:"ends_on,omitempty" format:"date" doc:"最后一天；没有则一直有效"`
	UseKinds  []string `json:"use_kinds" doc:"哪些用途的房屋交"`
	Buildings []int64  `json:"building_ids,omitempty" doc:"只收这些幢；没有则全小区"`
	FileIDs   []int64  `json:"file_ids,omitempty" doc:"依据的文件"`
}

// FeeRule is something that is charged for, the newest terms first.
type FeeRule struct {
	ID       int64      `json:"id"`
	Name     string     `json:"name"`
	Kind     fee.Kind   `json:"kind"`
	KindName string     `json:"kind_name"`
	Terms    []FeeTerms `json:"terms"`
}

// ViewFeeRule shows a rule.
func ViewFeeRule(v fee.RuleView) FeeRule {
	out := FeeRule{ID: v.ID, Name: v.Name, Kind: v.Kind, KindName: fee.KindNames[v.Kind], Terms: make([]FeeTerms, len(v.Versions))}
	for i, t := range v.Versions {
		out.Terms[i] = viewTerms(t, v.Kind)
		out.Terms[i].FileIDs = v.Files[t.ID]
	}
	return out
}

func viewTerms(v fee.Version, kind fee.Kind) FeeTerms {
	out := FeeTerms{ID: v.ID, PriceUnit: priceUnit(kind, v.Measure), Basis: fee.BasisNames[v.BasisKind], BasisText: v.Basis, Standard: v.Standard, Hotline: v.Hotline, StartsOn: v.StartsOn.Format(time.DateOnly), EndsOn: web.DayOr(v.EndsOn), UseKinds: v.Uses(), Buildings: v.Houses()}
	if v.Price != 0 {
		out.Price = v.Price.String()
	}
	return out
}

func priceUnit(kind fee.Kind, measure string) string {
	switch kind {
	case fee.PerArea:
		return "元/平方米·月"
	case fee.Fixed:
		return "元/月"
	case fee.Meter:
		return "元/" + measure
	case fee.Pool:
	}
	return "按实际发生的费用，由各户按面积分摊"
}

// FeeBill is a bill: what it comes to, why, and what is still wanted.
type FeeBill struct {
	ID        int64         `json:"id"`
	Number    string        `json:"number" doc:"转账时写在附言里"`
	UnitID    int64         `json:"unit_id"`
	Unit      string        `json:"unit"`
	Title     string        `json:"title"`
	From      string        `json:"from" format:"date" doc:"期间的第一天"`
	Months    int64         `json:"months"`
	DueOn     string        `json:"due_on" format:"date"`
	Amount    string        `json:"amount" doc:"元，出账时的金额"`
	Why       string        `json:"why" doc:"这个金额是怎么算出来的"`
	Changed   string        `json:"changed" doc:"元，减免、更正、核销合计；负数是减少"`
	Paid      string        `json:"paid" doc:"元"`
	Due       string        `json:"due" doc:"元，还要交多少"`
	State     fee.BillState `json:"state"`
	StateName string        `json:"state_name"`
	Reason    string        `json:"reason,omitempty" doc:"撤销的原因"`
	Payer     string        `json:"payer" enum:"owner,developer" doc:"developer 未售或未交付的房屋，由建设单位交"`
	Terms     *FeeTerms     `json:"terms,omitempty" doc:"价格、依据、服务标准和投诉电话"`
	Lines     []FeeLine     `json:"lines,omitempty"`
	Dispute   *FeeDispute   `json:"dispute,omitempty" doc:"有人提出这张账单有误，正在核对；没有的就没有这一项"`
}

// FeeDispute is that a bill is being checked, for which nobody is reminded of it.
type FeeDispute struct {
	Since  time.Time `json:"since" doc:"从什么时候起"`
	Text   string    `json:"text" doc:"核对期间怎么办"`
	CaseID int64     `json:"case_id,omitempty" doc:"投诉件；只有能看这件投诉的人有"`
	Number string    `json:"number,omitempty" doc:"投诉件的编号；只有能看这件投诉的人有，物业公司没有"`
}

func viewFeeDispute(d *fee.Dispute) *FeeDispute {
	if d == nil {
		return nil
	}
	return &FeeDispute{Since: web.Time(d.At), Text: "这张账单正在核对，办完以前不会提醒，也不会催交", CaseID: d.CaseID, Number: d.Number}
}

// FeeLine is what changed a bill after it was published.
type FeeLine struct {
	KindName string    `json:"kind_name"`
	Amount   string    `json:"amount" doc:"元，负数是减少"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
}

// ViewFeeBill shows a bill.
func ViewFeeBill(b fee.MyBill) FeeBill {
	how := b.Formula()
	out := FeeBill{ID: b.ID, Number: b.Number, UnitID: b.UnitID, Unit: b.Unit, Title: b.Title, From: b.PeriodOn.Format(time.DateOnly), Months: b.Months, DueOn: b.DueOn.Format(time.DateOnly), Amount: b.Amount.String(), Why: how.Words(b.Amount),
		Changed: b.Changed.String(), Paid: b.Paid.String(), Due: b.Due().String(), State: b.State, StateName: fee.BillNames[b.State], Reason: b.Reason, Payer: b.Payer, Dispute: viewFeeDispute(b.Dispute)}
	if b.Version.ID != 0 {
		t := viewTerms(b.Version, how.Kind)
		out.Terms = &t
	}
	for _, c := range b.Lines {
		line := FeeLine{KindName: fee.ChangeNames[c.Kind], Amount: c.Effect.String(), Reason: c.Reason, At: web.Time(c.ProposedAt)}
		if c.DecidedAt != nil {
			line.At = web.Time(*c.DecidedAt)
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

// FeeAccount is what a unit owes and what is held for it.
type FeeAccount struct {
	Body struct {
		Owed    string `json:"owed" doc:"元"`
		Prepaid string `json:"prepaid" doc:"元，出新账单时自动抵扣"`
		Deposit string `json:"deposit" doc:"元"`
	}
}

// ViewFeeAccount shows what a unit owes.
func ViewFeeAccount(h *fee.Held, err error) (*FeeAccount, error) {
	if err != nil {
		return nil, err
	}
	out := &FeeAccount{}
	out.Body.Owed, out.Body.Prepaid, out.Body.Deposit = h.Owed.String(), h.Prepaid.String(), h.Deposit.String()
	return out, nil
}

// FeeReceipt is a payment with what it was for.
type FeeReceipt struct {
	ID       int64        `json:"id"`
	Number   string       `json:"number" doc:"收据编号"`
	Kind     string       `json:"kind" enum:"payment,deposit,refund"`
	KindName string       `json:"kind_name"`
	State    string       `json:"state" enum:"posted,suspense,reversed"`
	Status   string       `json:"state_name"`
	Way      string       `json:"way"`
	WayName  string       `json:"way_name"`
	Amount   string       `json:"amount" doc:"元；退款为负数"`
	Prepaid  string       `json:"prepaid" doc:"元，其中预交的"`
	Refunded string       `json:"refunded" doc:"元，已经退了的，负数"`
	PaidOn   string       `json:"paid_on" format:"date"`
	At       time.Time    `json:"at"`
	Note     string       `json:"note,omitempty"`
	Payer    string       `json:"payer,omitempty"`
	Serial   string       `json:"serial,omitempty"`
	Parts    []FeePart    `json:"parts,omitempty"`
	Invoices []FeeInvoice `json:"invoices,omitempty"`
}

// FeePart is what of a payment went to a bill.
type FeePart struct {
	BillID int64  `json:"bill_id"`
	Number string `json:"number"`
	Unit   string `json:"unit"`
	Title  string `json:"title"`
	From   string `json:"from" format:"date"`
	Months int64  `json:"months"`
	Amount string `json:"amount"`
}

// FeeInvoice is an invoice of a payment.
type FeeInvoice struct {
	Number   string `json:"number"`
	KindName string `json:"kind_name"`
	IssuedOn string `json:"issued_on" format:"date"`
	Amount   string `json:"amount"`
}

// ViewFeeReceipt shows a payment.
func ViewFeeReceipt(r fee.Receipt) FeeReceipt {
	out := viewPayment(r.Payment)
	out.Refunded, out.Payer = r.Back.String(), r.Payer
	for _, p := range r.Parts {
		out.Parts = append(out.Parts, FeePart{BillID: p.BillID, Number: p.Number, Unit: p.Unit, Title: p.Title, From: p.Period.Format(time.DateOnly), Months: p.Months, Amount: p.Amount.String()})
	}
	for _, v := range r.Invoices {
		out.Invoices = append(out.Invoices, FeeInvoice{v.Number, fee.InvoiceNames[v.Kind], v.IssuedOn.Format(time.DateOnly), v.Amount.String()})
	}
	return out
}

func viewPayment(x fee.Payment) FeeReceipt {
	out := FeeReceipt{ID: x.ID, Number: x.Number, Kind: x.Kind, KindName: fee.PaymentKinds[x.Kind], State: x.State, Status: fee.PaymentStates[x.State], Way: x.Way, WayName: fee.WayNames[x.Way], Amount: x.Amount.String(), Prepaid: x.Prepaid.String(),
		Refunded: money.Fen(0).String(), PaidOn: x.PaidOn.Format(time.DateOnly), At: web.Time(x.At), Note: x.Note}
	if x.Serial != nil {
		out.Serial = *x.Serial
	}
	return out
}
