package hall

import (
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/server/web"
)

// FeeLetter is a reminder or a formal demand.
type FeeLetter struct {
	ID         int64         `json:"id"`
	Number     string        `json:"number,omitempty" doc:"催告的编号，签发后才有"`
	Stage      fee.Stage     `json:"stage" enum:"reminder,demand"`
	StageName  string        `json:"stage_name"`
	State      string        `json:"state" enum:"sent,skipped,prepared,issued,withdrawn"`
	StateName  string        `json:"state_name"`
	Why        string        `json:"why,omitempty" doc:"没有发的原因"`
	UnitID     int64         `json:"unit_id"`
	Unit       string        `json:"unit"`
	Bills      int           `json:"bills" doc:"账单笔数"`
	Amount     string        `json:"amount" doc:"元"`
	Reached    int           `json:"reached" doc:"通知到几个有账号的人；0 要打印送达"`
	Text       string        `json:"text,omitempty"`
	SHA256     string        `json:"sha256,omitempty" doc:"文字的指纹"`
	Days       int           `json:"days,omitempty" doc:"催告的合理期限，日"`
	RespondOn  string        `json:"respond_on,omitempty" format:"date" doc:"期限的最后一天"`
	At         time.Time     `json:"at"`
	IssuedAt   *time.Time    `json:"issued_at,omitempty"`
	Mine       bool          `json:"mine,omitempty" doc:"我准备的，要由另一人签发"`
	Named      []FeeNamed    `json:"named,omitempty" doc:"写了哪些账单"`
	Deliveries []FeeDelivery `json:"deliveries,omitempty"`
}

// FeeNamed is a bill that a letter names.
type FeeNamed struct {
	BillID int64  `json:"bill_id"`
	Number string `json:"number"`
	Title  string `json:"title"`
	From   string `json:"from" format:"date"`
	Months int64  `json:"months"`
	DueOn  string `json:"due_on" format:"date"`
	Amount string `json:"amount" doc:"元，写的时候还要交多少"`
}

// FeeDelivery is how a letter on paper came to its people.
type FeeDelivery struct {
	Way     string    `json:"way" enum:"hand,post,letterbox"`
	WayName string    `json:"way_name"`
	At      time.Time `json:"at"`
	Text    string    `json:"text,omitempty"`
	FileIDs []int64   `json:"file_ids,omitempty" doc:"送达的照片或回执；收信的这一户能打开"`
}

// ViewFeeLetter shows a letter.
func ViewFeeLetter(l fee.Letter) FeeLetter {
	v := FeeLetter{ID: l.ID, Stage: l.Stage, StageName: fee.StageNames[l.Stage], State: l.State, StateName: fee.LetterStates[l.State], Why: l.Why, UnitID: l.UnitID, Unit: l.Unit, Bills: l.Bills, Amount: l.Amount.String(), Reached: l.Reached,
		Text: l.Text, SHA256: l.Sha256, Days: l.Days, RespondOn: web.DayOr(l.RespondOn), At: web.Time(l.At), IssuedAt: web.TimeOr(l.IssuedAt)}
	if l.Number != nil {
		v.Number = *l.Number
	}
	return v
}

// ViewFeeLetterWhole shows a letter with its bills and how it came to its people.
func ViewFeeLetterWhole(l fee.LetterView) FeeLetter {
	v := ViewFeeLetter(l.Letter)
	for _, b := range l.Named {
		v.Named = append(v.Named, FeeNamed{b.ID, b.Number, b.Title, b.PeriodOn.Format(time.DateOnly), b.Months, b.DueOn.Format(time.DateOnly), b.Wanted.String()})
	}
	for _, d := range l.Deliveries {
		v.Deliveries = append(v.Deliveries, FeeDelivery{d.Way, fee.DeliveryNames[d.Way], web.Time(d.At), d.Note, d.Files})
	}
	return v
}

// FeePause is why and until when a unit is not asked.
type FeePause struct {
	ID        int64         `json:"id"`
	Kind      fee.PauseKind `json:"kind" enum:"policy,hardship"`
	KindName  string        `json:"kind_name"`
	State     string        `json:"state" enum:"asked,on,refused,ended"`
	StateName string        `json:"state_name"`
	UnitID    int64         `json:"unit_id,omitempty" doc:"没有的是全小区"`
	Unit      string        `json:"unit"`
	AskedAs   string        `json:"asked_as" enum:"home,community,company" doc:"谁提出的"`
	Reason    string        `json:"reason,omitempty"`
	From      string        `json:"from" format:"date"`
	Until     string        `json:"until" format:"date" doc:"最后一天"`
	Decision  string        `json:"decision,omitempty"`
	FileIDs   []int64       `json:"file_ids,omitempty"`
	AskedAt   time.Time     `json:"asked_at"`
	Mine      bool          `json:"mine,omitempty" doc:"我提出的，要由另一人决定"`
}

// ViewFeePause shows a pause to somebody.
func ViewFeePause(person int64) func(fee.PauseView) FeePause {
	return func(p fee.PauseView) FeePause {
		return FeePause{ID: p.ID, Kind: p.Kind, KindName: fee.PauseNames[p.Kind], State: p.State, StateName: fee.PauseStates[p.State], UnitID: p.UnitID, Unit: p.Unit, AskedAs: p.AskedAs, Reason: p.Why, From: p.FromOn.Format(time.DateOnly), Until: p.UntilOn.Format(time.DateOnly),
			Decision: p.Decision, FileIDs: p.Files, AskedAt: web.Time(p.AskedAt), Mine: p.AskedBy == person}
	}
}
