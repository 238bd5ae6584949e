package hall

import (
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/server/web"
)

// Objection is one entry of the docket. What is known of the ballot is whose it is and how it came, never what it says.
type Objection struct {
	ID      int64                  `json:"id"`
	Number  string                 `json:"number"`
	Kind    assembly.ObjectionKind `json:"kind" doc:"result 对结果；ballot 共有业主对本户的票；own 业主说本户的票不是本人投的"`
	Grounds string                 `json:"grounds"`
	State   string                 `json:"state" doc:"open 待处理；upheld 成立；rejected 不成立；withdrawn 已撤回"`
	Entered *time.Time             `json:"entered_at,omitempty" doc:"已有人录入处理意见，等另一个人复核"`
	As      string                 `json:"entered_as,omitempty" doc:"录入的是什么：upheld 成立；rejected 不成立"`
	Follows string                 `json:"follows,omitempty" enum:"recount,none,cancel" doc:"对结果的异议成立后怎么办：recount 重新计票、重新公示；none 不影响结果，理由见 answer；cancel 结果不予确认，会议作废。待处理的，是已录入的意见"`
	Then    string                 `json:"follows_name,omitempty"`
	Answer  string                 `json:"answer,omitempty"`
	Effect  string                 `json:"effect,omitempty" doc:"计入和不计入有异议的票，各议题通过不通过（JSON）；涉及5份以上表决权的附两种计票"`
	At      time.Time              `json:"at"`
	SeatNo  int                    `json:"seat_no,omitempty" doc:"有异议的票属于哪份表决权"`
	Way     string                 `json:"way,omitempty" doc:"这张票用什么方式投的；不显示选了什么"`
	CastAt  *time.Time             `json:"cast_at,omitempty"`
	Form    string                 `json:"form,omitempty" doc:"纸质票号"`
	FileIDs []int64                `json:"file_ids,omitempty" doc:"提出异议时附的证据"`
}

// OfObjection shows an entry.
func OfObjection(o assembly.Objection) Objection { return OfEntry(assembly.Entry{Objection: o}) }

// OfEntry shows an entry with what is known of the ballot.
func OfEntry(o assembly.Entry) Objection {
	v := Objection{ID: o.ID, Number: o.Number, Kind: o.Kind, Grounds: o.Grounds, State: o.State, Answer: o.Answer, Effect: o.Effect, At: web.Time(o.At), SeatNo: o.SeatNo, Way: assembly.WayNames[o.Way],
		CastAt: web.TimeOr(o.CastAt), Form: o.Form, Follows: string(o.Follows), Then: assembly.ConsequenceNames[o.Follows], FileIDs: o.FileIDs}
	if o.State == "open" {
		v.Entered, v.As = web.TimeOr(o.EnteredAt), o.EnteredAs
	}
	return v
}
