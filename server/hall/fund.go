package hall

import (
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/server/web"
)

// FundBuilding is a building's sub-accounts together.
type FundBuilding struct {
	BuildingID int64  `json:"building_id"`
	Name       string `json:"name"`
	Owners     string `json:"owners" doc:"业主分户账合计，元"`
	Seller     string `json:"seller,omitempty" doc:"售房单位分户账合计，元"`
}

// FundTotals are an estate's fund as every owner may see it.
type FundTotals struct {
	Holder    string         `json:"holder" doc:"由谁管理"`
	Bank      string         `json:"bank"`
	LastFour  string         `json:"last_four" doc:"账号末四位"`
	Owners    string         `json:"owners" doc:"业主分户账合计，元"`
	Seller    string         `json:"seller" doc:"售房单位分户账合计，元"`
	Waiting   string         `json:"waiting" doc:"已到账、还没有计入分户账的收益，元"`
	Suspense  string         `json:"suspense" doc:"待查款项，元"`
	AtBank    string         `json:"at_bank" doc:"账上的专户余额，元"`
	Buildings []FundBuilding `json:"buildings"`

	Rechecks     int64 `json:"open_rechecks" doc:"业主的复核请求：还没有答复的"`
	LateRechecks int64 `json:"late_rechecks" doc:"其中超过期限的"`
}

// FundTotalsOf shows totals.
func FundTotalsOf(t *fund.Totals) FundTotals {
	return FundTotals{Holder: fund.HolderNames[t.Holder], Bank: t.Bank, LastFour: t.LastFour, Owners: t.Owners.String(), Seller: t.Seller.String(), Waiting: t.Waiting.String(), Suspense: t.Suspense.String(), AtBank: t.AtBank.String(),
		Buildings: fundBuildings(t.Buildings), Rechecks: t.Rechecks, LateRechecks: t.LateRechecks}
}

func fundBuildings(list []fund.BuildingTotal) []FundBuilding {
	out := make([]FundBuilding, len(list))
	for i, b := range list {
		out[i] = FundBuilding{BuildingID: b.BuildingID, Name: b.Name, Owners: b.Owners.String(), Seller: some(b.Seller)}
	}
	return out
}

// some is an amount as people read it, nothing for nothing.
func some(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}

// FundInstalment is one part of a renewal.
type FundInstalment struct {
	DueOn  string `json:"due_on"`
	Amount string `json:"amount"`
	Paid   string `json:"paid"`
}

// FundOwed is what a unit owes under a plan of renewal.
type FundOwed struct {
	Plan        string           `json:"plan,omitempty"`
	UnitID      int64            `json:"unit_id"`
	Unit        string           `json:"unit,omitempty"`
	Amount      string           `json:"amount" doc:"应交，元"`
	MakeUp      string           `json:"make_up,omitempty" doc:"应交里有这么多是补维修时差的，交来的钱先补这一笔，元"`
	Paid        string           `json:"paid" doc:"已交，元"`
	Overdue     string           `json:"overdue,omitempty" doc:"到期未交，元"`
	Instalments []FundInstalment `json:"instalments"`
}

// FundOwedOf shows what is owed.
func FundOwedOf(plan string, o fund.Owed) FundOwed {
	v := FundOwed{Plan: plan, UnitID: o.UnitID, Unit: o.Unit, Amount: o.Amount.String(), MakeUp: some(o.MakeUp), Paid: o.Paid.String(), Overdue: some(o.Overdue), Instalments: []FundInstalment{}}
	for _, x := range o.Instalments {
		v.Instalments = append(v.Instalments, FundInstalment{DueOn: x.DueOn.String(), Amount: x.Amount.String(), Paid: x.Paid.String()})
	}
	return v
}

// FundHanded is one time that a unit and its balance came to others.
type FundHanded struct {
	At      time.Time `json:"at"`
	Cause   string    `json:"cause"`
	From    int64     `json:"from,omitempty" doc:"原业主（一户的业主为一组，编号）"`
	To      int64     `json:"to" doc:"新业主（编号）"`
	Balance string    `json:"balance" doc:"随房屋转移的余额，元"`
	Owed    string    `json:"owed,omitempty" doc:"随房屋转移的、维修时差的还没补上的钱，元"`
}

// FundLine is one thing that happened on a sub-account.
type FundLine struct {
	ID      int64  `json:"id"`
	On      string `json:"on"`
	What    string `json:"what" doc:"事由；补上维修时差的那几笔，不能看欠费的单位只看到“支出”"`
	Amount  string `json:"amount" doc:"收入为正，支出为负，元"`
	Balance string `json:"balance" doc:"这一笔之后的余额，元"`
	Memo    string `json:"memo,omitempty"`
	Source  string `json:"source" doc:"依据；不能看欠费的单位看不到补上维修时差的那几笔的依据"`
	Undone  bool   `json:"undone,omitempty" doc:"这一笔是冲销"`
	Project int64  `json:"project_id,omitempty" doc:"是哪个维修项目的"`
	WhyURL  string `json:"why_url,omitempty" doc:"为什么是这个数：算式、合同、发票、业主的决定和公示"`
}

// FundStatement is a unit's sub-account.
type FundStatement struct {
	UnitID   int64        `json:"unit_id"`
	Unit     string       `json:"unit"`
	Area     string       `json:"area" doc:"平方米"`
	Holder   string       `json:"holder,omitempty" doc:"由谁管理"`
	Bank     string       `json:"bank,omitempty"`
	LastFour string       `json:"last_four,omitempty"`
	State    string       `json:"state" doc:"没有开户、正常、已销户"`
	Balance  string       `json:"balance" doc:"业主分户账余额，元"`
	Seller   string       `json:"seller,omitempty" doc:"售房单位"`
	Sellers  string       `json:"seller_balance,omitempty" doc:"售房单位分户账余额，元"`
	Owed     string       `json:"owed,omitempty" doc:"维修时分户账不够、还要补交的，元"`
	OwedSays string       `json:"owed_says,omitempty" doc:"差多少、怎么补的，一句话"`
	First    string       `json:"first,omitempty" doc:"已交首期，元；不能看欠费的单位看不到"`
	FirstDue string       `json:"first_due,omitempty" doc:"按标准应交首期，元"`
	Unknown  string       `json:"first_unknown,omitempty" doc:"算不出应交首期的原因"`
	Renew    bool         `json:"renew" doc:"余额不足首期交存额的规定比例，需要续交"`
	Owes     []FundOwed   `json:"owes" doc:"续交方案里应交和已交的"`
	Handed   []FundHanded `json:"handed" doc:"过户经过，新的在前：余额随房屋转移"`
	Lines    []FundLine   `json:"lines" doc:"每一笔，新的在前"`
	Next     string       `json:"next,omitempty" doc:"还有下一页时，作为 cursor 传回"`
}

// FundPage reads where a page of a statement begins.
func FundPage(p web.Page) (ledger.StatementPage, error) {
	at, id, err := p.FromPair()
	if err != nil || id == 0 {
		return ledger.StatementPage{}, err
	}
	return ledger.StatementPage{EffectiveOn: time.Unix(at, 0).UTC(), ID: id}, nil
}

// FundStatementOf shows a statement whose lines are one more than the page has.
func FundStatementOf(p web.Page, s *fund.UnitStatement) FundStatement {
	v := FundStatement{UnitID: s.UnitID, Unit: s.Unit, Area: s.Area.String(), Holder: fund.HolderNames[s.Holder], Bank: s.Bank, LastFour: s.LastFour, State: "没有开户", Balance: s.Balance.Owners.String(), Seller: s.Seller, Sellers: some(s.Balance.Seller),
		Owed: some(s.Owed.Owners), OwedSays: s.OwedSays, First: s.First.String(), Unknown: s.Unknown, Renew: s.Renew, Owes: []FundOwed{}, Handed: []FundHanded{}}
	switch {
	case s.Closed:
		v.State = "已销户"
	case s.Opened:
		v.State = "正常"
	}
	if s.Hidden {
		v.First = ""
	}
	if s.Unknown == "" {
		v.FirstDue = s.FirstDue.String()
	}
	for _, o := range s.Owes {
		v.Owes = append(v.Owes, FundOwedOf(o.Title, o.Owed))
	}
	for _, h := range s.Handed {
		v.Handed = append(v.Handed, FundHanded{At: web.Time(h.At), Cause: fund.HandedCauses[h.Cause], From: h.From, To: h.To, Balance: h.Balance.String(), Owed: some(h.Owed)})
	}
	page := web.PagedPair(p, s.Lines, func(l ledger.StatementLine) (int64, int64) { return l.EffectiveOn.Unix(), l.ID }, fundLine)
	v.Lines, v.Next = page.Body.Items, page.Body.Next
	return v
}

func fundLine(l ledger.StatementLine) FundLine {
	what := fund.SourceNames[l.SourceKind]
	if what == "" {
		what = "支出"
	}
	line := FundLine{ID: l.ID, On: l.EffectiveOn.Format(time.DateOnly), What: what, Amount: l.Amount.String(), Balance: l.Balance.String(), Memo: l.Memo, Source: l.SourceText, Undone: l.ReversesID != nil}
	if l.SourceKind == "project" {
		line.Project = l.SourceID
	}
	return line
}
