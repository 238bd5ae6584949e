package hall

import (
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/server/web"
)

// Posting is one version of a roster as it was posted.
type Posting struct {
	Version int       `json:"version" doc:"第几次公示"`
	Hash    string    `json:"sha256" doc:"公示的名册指纹：首行 linli/roster/v1，次行会议编号，以后每份表决权一行：编号、制表符、门牌=面积，几处房屋以制表符隔开"`
	At      time.Time `json:"at"`
	Until   time.Time `json:"until" doc:"至少公示到这时，之后才能锁定名册"`
	Days    int       `json:"days" doc:"规则要求的最少天数"`
	Article string    `json:"article" doc:"天数的依据"`
	Seats   int64     `json:"seats"`
	Units   int64     `json:"units"`
	Area    string    `json:"area" doc:"㎡"`
}

// OfPosting shows a version.
func OfPosting(p assembly.Posting) Posting {
	return Posting{Version: p.Version, Hash: p.Hash, At: web.Time(p.At), Until: web.Time(p.EndsAt), Days: p.Days, Article: p.Article, Seats: p.Seats, Units: p.Units, Area: p.AreaMilli.String()}
}

// Postings are all versions, the last first.
type Postings struct {
	Body struct {
		Items []Posting `json:"items"`
	}
}

// OfPostings shows all versions.
func OfPostings(list []assembly.Posting, err error) (*Postings, error) {
	if err != nil {
		return nil, err
	}
	out := &Postings{}
	out.Body.Items = make([]Posting, len(list))
	for i, p := range list {
		out.Body.Items[i] = OfPosting(p)
	}
	return out, nil
}

// Roster is a page of a roster or of the frozen roll.
type Roster struct {
	Body struct {
		Items   []Seat           `json:"items"`
		Next    string           `json:"next,omitempty"`
		Seats   int              `json:"seats"`
		Area    string           `json:"area"`
		Root    string           `json:"root,omitempty" doc:"名册指纹；锁定后不变"`
		Posting *Posting         `json:"posting,omitempty" doc:"这是第几次公示的名册；锁定后的名册没有这一项"`
		Doubts  []assembly.Doubt `json:"doubts,omitempty" doc:"召集人可见，随第一页：锁定前需要人工核对的地方"`
	}
}

// OfRoster shows a page; what a person has to look at is for the offices.
func OfRoster(page web.Page, r *assembly.Roster, office bool) *Roster {
	list := web.Paged(page, r.Rows, func(x assembly.Row) int64 { return int64(x.No) }, func(x assembly.Row) Seat {
		if !office {
			x.Flags = nil
		}
		return OfRow(x)
	})
	out := &Roster{}
	b := &out.Body
	b.Items, b.Next, b.Seats, b.Area, b.Root = list.Body.Items, list.Body.Next, r.Seats, r.Area.String(), r.Meeting.RollRoot
	if r.Posting != nil {
		p := OfPosting(*r.Posting)
		b.Posting, b.Root = &p, ""
	}
	if office {
		b.Doubts = r.Doubts
	}
	return out
}

// Discrepancy is one thing in which the frozen roll is not as it was posted.
type Discrepancy struct {
	ID        int64  `json:"id"`
	Kind      string `json:"kind" doc:"added、removed、area 指明房屋；merged、parted、owners 只有份数"`
	KindName  string `json:"kind_name"`
	Unit      string `json:"unit,omitempty"`
	Before    string `json:"before,omitempty" doc:"公示的面积（㎡）"`
	After     string `json:"after,omitempty" doc:"锁定的面积（㎡）"`
	Number    int64  `json:"number"`
	Cause     string `json:"cause" doc:"challenge 业主的异议成立；register 登记有变化；rules 是否计入的规则有变化"`
	CauseName string `json:"cause_name"`
	NoteID    int64  `json:"note_id,omitempty" doc:"哪一件异议"`
	Text      string `json:"text,omitempty"`
}

// OfDiscrepancy shows one.
func OfDiscrepancy(d assembly.Discrepancy) Discrepancy {
	v := Discrepancy{ID: d.ID, Kind: string(d.Kind), KindName: assembly.DiscrepancyNames[d.Kind], Unit: d.Unit, Number: d.Number, Cause: string(d.Cause), CauseName: assembly.DiscrepancyCauses[d.Cause], NoteID: d.NoteID, Text: d.Text}
	if d.BeforeMilli > 0 {
		v.Before = d.BeforeMilli.String()
	}
	if d.AfterMilli > 0 {
		v.After = d.AfterMilli.String()
	}
	return v
}

// Differing is how many differences of a kind there are.
type Differing struct {
	Kind     string `json:"kind"`
	KindName string `json:"kind_name"`
	Number   int64  `json:"number"`
}

func ofDiffering(list []assembly.Differing) []Differing {
	var out []Differing
	for _, d := range list {
		out = append(out, Differing{string(d.Kind), assembly.DiscrepancyNames[d.Kind], d.Number})
	}
	return out
}
