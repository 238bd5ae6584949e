package hall

import (
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/server/web"
)

// FundFigures are what is published of some sub-accounts for a year.
type FundFigures struct {
	Opening  string `json:"opening" doc:"年初余额，元"`
	Imported string `json:"imported,omitempty" doc:"年内从银行接入的期初余额，元"`
	Deposits string `json:"deposits" doc:"交存，元"`
	Income   string `json:"income" doc:"增值收益，元"`
	Use      string `json:"use" doc:"使用，元"`
	Refunded string `json:"refunded,omitempty" doc:"退还，元"`
	Balance  string `json:"balance" doc:"年末结存，元"`
}

// FundFiguresOf shows figures.
func FundFiguresOf(f fund.Figures) FundFigures {
	return FundFigures{Opening: f.Opening.String(), Imported: some(f.Imported), Deposits: f.Deposits.String(), Income: f.Income.String(), Use: f.Use.String(), Refunded: some(f.Refunded), Balance: f.Balance.String()}
}

// FundUse is what one project cost.
type FundUse struct {
	Kind   string `json:"kind"`
	ID     int64  `json:"id"`
	Text   string `json:"text"`
	Owners string `json:"owners" doc:"由业主分户账列支，元"`
	Seller string `json:"seller,omitempty" doc:"由售房单位分户账列支，元"`
	Owed   string `json:"owed,omitempty" doc:"分户账不够、由各户和售房单位补交的，合计，元"`
}

// FundYear is a closed year of an estate's fund (Order 165 art. 30).
type FundYear struct {
	Year      int            `json:"year"`
	Through   string         `json:"closed_through" doc:"账已结到哪一天"`
	Owners    FundFigures    `json:"owners" doc:"业主分户账"`
	Seller    FundFigures    `json:"seller" doc:"售房单位分户账"`
	Uses      []FundUse      `json:"uses" doc:"每个项目的费用"`
	Buildings []FundBuilding `json:"buildings" doc:"各幢年末结存"`
	Waiting   string         `json:"waiting" doc:"待分配收益，元"`
	Suspense  string         `json:"suspense" doc:"待查款项，元"`
	AtBank    string         `json:"at_bank" doc:"专户余额，元"`
	OwedFirst string         `json:"owed_opening,omitempty" doc:"年初各户和售房单位要补交的，合计，元"`
	Advance   string         `json:"advance,omitempty" doc:"年末预付工程款，元"`
	OwedBack  string         `json:"owed_back,omitempty" doc:"年末应由承包单位退回的，元"`
	Owed      string         `json:"owed,omitempty" doc:"年末各户还要补交的，合计，元"`
	SellerOwe string         `json:"seller_owed,omitempty" doc:"年末售房单位还要补交的，合计，元"`
	MadeUp    string         `json:"made_up,omitempty" doc:"年内从交存的钱里补上的，算在使用里，元"`
}

// FundYearOf shows a year.
func FundYearOf(y *fund.Year) FundYear {
	v := FundYear{Year: y.Year, Through: y.Through.String(), Owners: FundFiguresOf(y.Owners), Seller: FundFiguresOf(y.Seller), Uses: []FundUse{}, Buildings: fundBuildings(y.Buildings), Waiting: y.Waiting.String(), Suspense: y.Suspense.String(), AtBank: y.AtBank.String(),
		OwedFirst: some(y.OwedFirst.Owners + y.OwedFirst.Seller), Advance: some(y.Advance), OwedBack: some(y.OwedBack), Owed: some(y.Owed.Owners), SellerOwe: some(y.Owed.Seller), MadeUp: some(y.MadeUp.Owners + y.MadeUp.Seller)}
	for _, u := range y.Uses {
		v.Uses = append(v.Uses, FundUse{Kind: u.SourceKind, ID: u.SourceID, Text: u.Text, Owners: u.Owners.String(), Seller: some(u.Seller), Owed: some(u.Owed.Owners + u.Owed.Seller)})
	}
	return v
}

// FundRecheck is an owner's request to look again.
type FundRecheck struct {
	ID         int64      `json:"id"`
	EstateID   int64      `json:"estate_id"`
	UnitID     int64      `json:"unit_id"`
	Unit       string     `json:"unit"`
	Year       int        `json:"year,omitempty"`
	Text       string     `json:"text"`
	State      string     `json:"state" doc:"open 办理中；answered 已答复"`
	DueAt      time.Time  `json:"due_at" doc:"最迟什么时候答复"`
	Late       bool       `json:"late" doc:"超期"`
	Answer     string     `json:"answer,omitempty"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
}

// FundRecheckOf shows a request.
func FundRecheckOf(r fund.RecheckView) FundRecheck {
	return FundRecheck{ID: r.ID, EstateID: r.EstateID, UnitID: r.UnitID, Unit: r.Unit, Year: r.Year, Text: r.Text, State: r.State, DueAt: web.Time(r.DueAt), Late: r.Late, Answer: r.Answer, AnsweredAt: web.TimeOr(r.AnsweredAt), CreatedAt: web.Time(r.CreatedAt)}
}
