package office

import (
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type comMemberView struct {
	ID     int64      `json:"id"`
	Name   string     `json:"name"`
	Role   string     `json:"role"`
	Says   string     `json:"role_name"`
	Bound  bool       `json:"bound" doc:"已有账号，可以登录表决；没有的用链接和手机验证码"`
	Since  time.Time  `json:"since"`
	Paused *time.Time `json:"suspended_at,omitempty" doc:"选举被法院撤销，暂停履职"`
	LeftAt *time.Time `json:"left_at,omitempty"`
	Cause  string     `json:"cause,omitempty" doc:"离任的原因"`
	Files  []int64    `json:"file_ids,omitempty" doc:"离任的证明"`
}

type comDutyView struct {
	Kind     string    `json:"kind"`
	Name     string    `json:"name"`
	Title    string    `json:"title,omitempty"`
	Subject  int64     `json:"subject_id" doc:"是哪一项的"`
	OwedBy   string    `json:"owed_by" doc:"committee 业委会；company 物业服务企业；township 乡镇（办事处）"`
	DueAt    time.Time `json:"due_at"`
	LateDays int64     `json:"late_days,omitempty" doc:"已逾期几天"`
}

type comAuditView struct {
	ID        int64      `json:"id"`
	Number    string     `json:"number"`
	Cause     string     `json:"cause"`
	State     string     `json:"state"`
	StateName string     `json:"state_name"`
	Auditor   string     `json:"auditor,omitempty"`
	Text      string     `json:"text,omitempty"`
	Summary   string     `json:"summary,omitempty"`
	DueAt     *time.Time `json:"due_at,omitempty"`
	NoticeID  int64      `json:"notice_id,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	FileIDs   []int64    `json:"file_ids,omitempty" doc:"审计报告"`
}

type comLineView struct {
	ID        int64      `json:"id"`
	Number    string     `json:"number,omitempty"`
	Name      string     `json:"name"`
	State     string     `json:"state"`
	StateName string     `json:"state_name"`
	At        *time.Time `json:"at,omitempty"`
}

type comSealView struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	Kind      string  `json:"kind"`
	Keeper    string  `json:"keeper"`
	State     string  `json:"state"`
	StateName string  `json:"state_name"`
	FileIDs   []int64 `json:"file_ids,omitempty" doc:"印模照片"`
}

type comReportView struct {
	ID       int64      `json:"id"`
	Title    string     `json:"title"`
	DueAt    time.Time  `json:"due_at"`
	At       *time.Time `json:"submitted_at,omitempty"`
	LateDays int64      `json:"late_days,omitempty" doc:"晚了几天，没有提交的算到今天"`
	NoticeID int64      `json:"notice_id,omitempty"`
	FileIDs  []int64    `json:"file_ids,omitempty"`
}

type committeeView struct {
	EstateID   int64            `json:"estate_id"`
	Estate     string           `json:"estate"`
	Term       string           `json:"term,omitempty" doc:"第几届；没有在任的业委会就不填"`
	Number     string           `json:"number,omitempty"`
	StartsOn   string           `json:"starts_on,omitempty"`
	EndsOn     string           `json:"ends_on,omitempty"`
	Basis      string           `json:"basis,omitempty"`
	FileIDs    []int64          `json:"file_ids,omitempty" doc:"本届选举结果的证明"`
	RevokedAt  *time.Time       `json:"revoked_at,omitempty" doc:"选举被法院撤销的登记时间"`
	RevokedOf  string           `json:"revoked_for,omitempty" doc:"哪个法院、哪份判决"`
	Size       int64            `json:"size,omitempty" doc:"应有委员人数"`
	Sitting    int64            `json:"sitting" doc:"在任委员人数"`
	Over       bool             `json:"over,omitempty" doc:"任期已满"`
	Short      bool             `json:"short,omitempty" doc:"在任委员太少，应当补选或改选"`
	Members    []comMemberView  `json:"members"`
	Elected    []comElected     `json:"elected,omitempty" doc:"结果已确认、还没有登记的选举"`
	Duties     []comDutyView    `json:"duties" doc:"还没有办的事和期限，先到期的在前"`
	Filings    []comLineView    `json:"filings"`
	Audits     []comAuditView   `json:"audits"`
	Frozen     string           `json:"frozen_by,omitempty" doc:"正在进行的离任、换届审计的编号：期间用印要乡镇同意，部分事项不能决定"`
	Unsaid     string           `json:"frozen_unset,omitempty" doc:"审计期间为什么一件事也不能决定：本地还没有规定哪些事项不能决定，由谁提供"`
	Findings   []hall.Finding   `json:"findings" doc:"审计发现的问题，新的在前"`
	Allowances []hall.Allowance `json:"allowances" doc:"委员的酬金和津贴，新的在前"`
	Seals      []comSealView    `json:"seals"`
	Handovers  []comLineView    `json:"handovers"`
	Reports    []comReportView  `json:"reports"`
	Requests   []comLineView    `json:"requests" doc:"委员提议召开的会议"`
}

type committeeOutput struct{ Body committeeView }

var requestStates = map[string]string{"gathering": "还不到三分之一委员", "obliging": "应当召开", "met": "已召开"}

func viewCommittee(v *committee.Overview, now time.Time) committeeView {
	out := committeeView{EstateID: v.EstateID, Estate: v.Estate, Sitting: v.Sitting, Over: v.Over, Short: v.Short, Members: []comMemberView{}, Duties: []comDutyView{}, Filings: []comLineView{}, Audits: []comAuditView{},
		Seals: []comSealView{}, Handovers: []comLineView{}, Reports: []comReportView{}, Requests: []comLineView{}}
	if t := v.Term; t != nil {
		out.Term, out.Number, out.StartsOn, out.EndsOn, out.Basis, out.Size = ordinal(t.Ordinal), t.Number, web.DayOr(&t.StartsOn), web.DayOr(&t.EndsOn), t.Basis, t.Size
		out.FileIDs = v.Files["committee_term"][t.ID]
		out.RevokedAt, out.RevokedOf = web.TimeOr(t.RevokedAt), t.RevokedFor
	}
	if v.Frozen != nil {
		out.Frozen, out.Unsaid = v.Frozen.Number, v.Unsaid
	}
	out.Findings, out.Allowances = hall.OfFindings(v.Findings, v.Rounds, v.Files["committee_finding"], now), hall.OfAllowances(v.Allowances, v.Names)
	for _, e := range v.Elected {
		out.Elected = append(out.Elected, viewElected(e))
	}
	for _, m := range v.Members {
		out.Members = append(out.Members, comMemberView{ID: m.ID, Name: m.Name, Role: string(m.Role), Says: committee.RoleNames[m.Role], Bound: m.PersonID != 0, Since: web.Time(m.Since), Paused: web.TimeOr(m.SuspendedAt), LeftAt: web.TimeOr(m.LeftAt), Cause: committee.CauseNames[m.Cause],
			Files: v.Files["committee_member"][m.ID]})
	}
	for _, x := range v.Duties {
		out.Duties = append(out.Duties, comDutyView{Kind: string(x.Kind), Name: committee.DutyNames[x.Kind], Title: x.Title, Subject: x.SubjectID, OwedBy: x.OwedBy, DueAt: web.Time(x.DueAt), LateDays: committee.Late(x.DueAt, now)})
	}
	for _, f := range v.Filings {
		out.Filings = append(out.Filings, comLineView{ID: f.ID, Number: f.Number, Name: committee.FilingKinds[f.Kind], State: f.State, StateName: committee.FilingStates[f.State], At: web.TimeOr(f.SubmittedAt)})
	}
	for _, a := range v.Audits {
		out.Audits = append(out.Audits, comAuditView{ID: a.ID, Number: a.Number, Cause: committee.AuditCauses[a.Cause], State: a.State, StateName: committee.AuditStates[a.State], Auditor: a.Auditor, Text: a.Text, Summary: a.Summary, DueAt: web.TimeOr(a.DueAt), NoticeID: a.NoticeID, CreatedAt: web.Time(a.CreatedAt),
			FileIDs: v.Files["committee_audit"][a.ID]})
	}
	for _, s := range v.Seals {
		out.Seals = append(out.Seals, comSealView{ID: s.ID, Name: s.Name, Kind: committee.SealKinds[s.Kind], Keeper: v.Names[s.KeeperID], State: s.State, StateName: committee.SealStates[s.State], FileIDs: v.Files["committee_seal"][s.ID]})
	}
	for _, h := range v.Handovers {
		out.Handovers = append(out.Handovers, comLineView{ID: h.ID, Name: "印章、资料和财物移交", State: h.State, StateName: map[string]string{"open": "移交中", "done": "已完成"}[h.State], At: web.TimeOr(h.DoneAt)})
	}
	for _, r := range v.Reports {
		out.Reports = append(out.Reports, viewReport(r, v.Files["committee_report"][r.ID], now))
	}
	for _, r := range v.Requests {
		out.Requests = append(out.Requests, comLineView{ID: r.ID, Name: r.Text, State: r.State, StateName: requestStates[r.State], At: web.TimeOr(r.ObligedAt)})
	}
	return out
}

func viewReport(r committee.Report, files []int64, now time.Time) comReportView {
	end := now
	if r.SubmittedAt != nil {
		end = *r.SubmittedAt
	}
	return comReportView{ID: r.ID, Title: r.Title, DueAt: web.Time(r.DueAt), At: web.TimeOr(r.SubmittedAt), LateDays: committee.Late(r.DueAt, end), NoticeID: r.NoticeID, FileIDs: files}
}
