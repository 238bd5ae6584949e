package hall

import (
	"strconv"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/server/web"
)

// Debtor is an entry of a meeting's list of who owes fees.
type Debtor struct {
	ID          int64      `json:"id"`
	UnitID      int64      `json:"unit_id"`
	Owed        string     `json:"owed"`
	State       string     `json:"state" doc:"entered 等另一个人核对；confirmed 已核对，业主已被告知；dropped 已划去"`
	FileIDs     []int64    `json:"file_ids,omitempty"`
	EnteredAt   time.Time  `json:"entered_at"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
	Objection   string     `json:"objection,omitempty" doc:"业主的异议；没有答复以前，这一户的票两种算法都计入"`
	ObjectedAt  *time.Time `json:"objected_at,omitempty"`
	Answer      string     `json:"answer,omitempty"`
	AnsweredAt  *time.Time `json:"answered_at,omitempty"`
}

// OfDebtor shows an entry.
func OfDebtor(d *assembly.Debtor, files []int64) Debtor {
	return Debtor{ID: d.ID, UnitID: d.UnitID, Owed: d.Owed, State: d.State, FileIDs: files, EnteredAt: web.Time(d.EnteredAt), ConfirmedAt: web.TimeOr(d.ConfirmedAt), Objection: d.Objection, ObjectedAt: web.TimeOr(d.ObjectedAt),
		Answer: d.Answer, AnsweredAt: web.TimeOr(d.AnsweredAt)}
}

// limitedWords say what a motion comes to without the ballots of debtors.
func limitedWords(l *assembly.Limited) string {
	if l == nil {
		return ""
	}
	say := l.Clause + "限制欠费业主表决：名单上 " + strconv.FormatInt(l.Seats.Heads, 10) + " 份表决权的票不计入、仍留在总数里的话，" + OutcomeNames[l.Result.Outcome]
	if l.Turns {
		return say + "，和上面的结果不同"
	}
	return say + "，和上面的结果相同"
}
