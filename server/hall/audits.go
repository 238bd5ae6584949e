package hall

import (
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/server/web"
)

// Finding is what an audit found and what became of it.
type Finding struct {
	ID        int64     `json:"id"`
	AuditID   int64     `json:"audit_id"`
	Text      string    `json:"text"`
	OwedBy    string    `json:"owed_by" doc:"committee 业委会；company 物业服务企业"`
	DueAt     time.Time `json:"due_at"`
	LateDays  int64     `json:"late_days,omitempty" doc:"没有核实整改的，已逾期几天"`
	State     string    `json:"state"`
	StateName string    `json:"state_name"`
	Answer    string    `json:"answer,omitempty" doc:"怎么整改的"`
	Verdict   string    `json:"verdict,omitempty" doc:"乡镇（办事处）核实的情况"`
	Rounds    []Round   `json:"rounds" doc:"历次整改和核实，先后为序"`
	FileIDs   []int64   `json:"file_ids,omitempty" doc:"整改的材料"`
}

// Round is one answer to a finding, or one look at it.
type Round struct {
	What string    `json:"what"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// OfFindings shows findings.
func OfFindings(list []committee.Finding, rounds map[int64][]committee.Note, files map[int64][]int64, now time.Time) []Finding {
	out := make([]Finding, len(list))
	for i, f := range list {
		out[i] = Finding{ID: f.ID, AuditID: f.AuditID, Text: f.Text, OwedBy: f.OwedBy, DueAt: web.Time(f.DueAt), State: f.State, StateName: committee.FindingStates[f.State], Answer: f.Answer, Verdict: f.Verdict, FileIDs: files[f.ID]}
		out[i].Rounds = []Round{}
		for _, n := range rounds[f.ID] {
			out[i].Rounds = append(out[i].Rounds, Round{What: committee.NoteNames[n.What], Text: n.Text, At: web.Time(n.At)})
		}
		if f.ClosedAt == nil {
			out[i].LateDays = committee.Late(f.DueAt, now)
		}
	}
	return out
}

// Allowance is what a member was paid; members hold an office, so that they are named.
type Allowance struct {
	ID     int64  `json:"id"`
	Member string `json:"member,omitempty" doc:"在任委员的姓名"`
	From   string `json:"from"`
	To     string `json:"to"`
	Amount string `json:"amount" doc:"元"`
	Basis  string `json:"basis" doc:"业主大会的决定"`
	PaidOn string `json:"paid_on"`
	LineID int64  `json:"line_id" doc:"公共收益里的哪一笔"`
}

// OfAllowances shows what was paid.
func OfAllowances(list []committee.Allowance, names map[int64]string) []Allowance {
	out := make([]Allowance, len(list))
	for i, x := range list {
		out[i] = Allowance{ID: x.ID, Member: names[x.MemberID], From: dayText(&x.FromOn), To: dayText(&x.ToOn), Amount: x.Amount.String(), Basis: x.Basis, PaidOn: dayText(&x.PaidOn), LineID: x.LineID}
	}
	return out
}
