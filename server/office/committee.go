package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// committeeRoutes are the committee's terms: who sits, who leaves, what is owed, and the audits.
func committeeRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "业委会", web.Staff)
	web.Handle(g, web.Op{ID: "officeShowCommittee", Method: http.MethodGet, Path: "/estates/{id}/committee", Summary: "小区的业委会：委员、期限和逾期、备案、审计、印章、移交、工作报告", Action: org.ReadCommittee}, showCommittee(d))
	web.Handle(g, web.Op{ID: "officeListCommitteeMatters", Method: http.MethodGet, Path: "/committee-matters", Summary: "业委会可以决定的事项和依据；业主共同决定的事项不在其中", Action: org.ReadCommittee}, listCommitteeMatters(d))
	web.Handle(g, web.Op{ID: "officeSeatCommittee", Method: http.MethodPost, Path: "/estates/{id}/committee/terms", Summary: "乡镇（办事处）登记选举结果：新一届开始，上一届结束并审计、移交", Action: org.SeatCommittee, Rate: workRate, Status: http.StatusCreated}, comDo(d, seatCommittee))
	web.Handle(g, web.Op{ID: "officeConfirmElection", Method: http.MethodPost, Path: "/committee-elections/{id}/confirmation", Summary: "选举结果确认后，乡镇（办事处）补齐任期和手机号，一次登记新一届或补选的委员", Action: org.SeatCommittee, Rate: workRate}, comDo(d, confirmElection))
	web.Handle(g, web.Op{ID: "officeEndElection", Method: http.MethodPost, Path: "/committee-elections/{id}/closing", Summary: "不能登记的选举，写明原因后结束；被法院撤销的选举，决定由它当选的委员离任还是继续履职", Action: org.SeatCommittee, Rate: workRate}, comDo(d, endElection))
	web.Handle(g, web.Op{ID: "officeDismissMembers", Method: http.MethodPost, Path: "/estates/{id}/committee/departures", Summary: "乡镇（办事处）登记委员离任，附证明；候补委员依次递补", Action: org.SeatCommittee, Rate: workRate}, comDo(d, dismissMembers))
	web.Handle(g, web.Op{ID: "officeResignCommittee", Method: http.MethodPost, Path: "/estates/{id}/committee/resignation", Summary: "委员本人辞职", Action: org.ActCommittee, Rate: workRate}, comDo(d, resignCommittee))
	web.Handle(g, web.Op{ID: "officeOrderCommitteeAudit", Method: http.MethodPost, Path: "/committee-audits/{id}/order", Summary: "乡镇（办事处）组织审计：机构、内容、完成日期", Action: org.AuditCommittee, Rate: workRate}, comDo(d, orderAudit))
	web.Handle(g, web.Op{ID: "officeReportCommitteeAudit", Method: http.MethodPost, Path: "/committee-audits/{id}/report", Summary: "审计结论和报告", Action: org.AuditCommittee, Rate: workRate}, comDo(d, reportAudit))
	web.Handle(g, web.Op{ID: "officePublishCommitteeAudit", Method: http.MethodPost, Path: "/committee-audits/{id}/publication", Summary: "公示审计结果", Action: org.AuditCommittee, Rate: workRate}, comDo(d, publishAudit))
	committeeAuditRoutes(g, d)
	committeeMeetingRoutes(g, d)
	committeePaperRoutes(g, d)
	committeeSheetRoutes(g, d)
}

// comInput is what is done to one thing of a committee.
type comInput[B comBody] struct {
	IDPath
	Body B
}

// comBody is a body with the client's reference.
type comBody interface{ Sent() string }

// Tapped is the reference of what a client may send twice.
type Tapped struct {
	ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
}

// Sent gives the reference.
func (t Tapped) Sent() string { return t.ClientRef }

// comDone names what was made or changed.
type comDone struct {
	Body struct {
		ID int64 `json:"id" doc:"新增或改动的是哪一项"`
	}
}

// comDo handles one verb of the committee's business, once for each reference.
func comDo[B comBody](d Deps, do func(context.Context, *committee.Service, org.Actor, int64, B) (int64, error)) func(context.Context, org.Actor, *comInput[B]) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *comInput[B]) (*comDone, error) {
		id, err := do(ctx, d.Committee.Once(in.Body.Sent(), web.InputHash(in.ID, in.Body)), a, in.ID, in.Body)
		if err != nil {
			return nil, err
		}
		out := &comDone{}
		out.Body.ID = id
		return out, nil
	}
}

// ComText is a verb that takes a reason or nothing.
type ComText struct {
	Tapped
	Text string `json:"text,omitempty" maxLength:"2000"`
}

type comMemberBody struct {
	PostID int64  `json:"post_id,omitempty" minimum:"0" doc:"业委会单位里的岗位；有岗位的不用填手机号"`
	Name   string `json:"name" minLength:"1" maxLength:"30"`
	Phone  string `json:"phone,omitempty" maxLength:"20" doc:"委员用它验证身份"`
	Role   string `json:"role" enum:"chair,deputy,member,alternate"`
}

// SeatBody is an election's result.
type SeatBody struct {
	Tapped
	Size         int64           `json:"size" minimum:"1" maximum:"99" doc:"业主大会决定的委员人数"`
	StartsOn     string          `json:"starts_on" format:"date"`
	EndsOn       string          `json:"ends_on" format:"date"`
	Basis        string          `json:"basis" minLength:"2" maxLength:"200" doc:"业主大会的决定编号"`
	ReportMonths int64           `json:"report_months,omitempty" enum:"0,6,12" doc:"工作报告每几个月一次；不填按规则"`
	Members      []comMemberBody `json:"members" minItems:"1" maxItems:"30" doc:"按当选的顺序；候补委员按顺序递补"`
	FileIDs      []int64         `json:"file_ids,omitempty" maxItems:"20" doc:"选举结果的证明（purpose=notice）"`
}

func seatCommittee(ctx context.Context, s *committee.Service, a org.Actor, id int64, b SeatBody) (int64, error) {
	in := committee.Seating{EstateID: id, Size: b.Size, Basis: b.Basis, ReportMonths: b.ReportMonths, FileIDs: b.FileIDs}
	from, err := web.Day(b.StartsOn, "starts_on")
	if err != nil {
		return 0, err
	}
	to, err := web.Day(b.EndsOn, "ends_on")
	if err != nil {
		return 0, err
	}
	in.StartsOn, in.EndsOn = *from, *to
	for _, m := range b.Members {
		in.Members = append(in.Members, committee.NewMember{PostID: m.PostID, Name: m.Name, Phone: m.Phone, Role: committee.Role(m.Role)})
	}
	return s.Seat(ctx, a, in)
}

// DismissBody is members who leave.
type DismissBody struct {
	Tapped
	Members []int64 `json:"members" minItems:"1" maxItems:"30" doc:"集体辞职时可以选几人"`
	Cause   string  `json:"cause" enum:"resigned,sold,removed,died,disqualified"`
	Text    string  `json:"text" minLength:"2" maxLength:"500" doc:"原因；罢免的写明业主大会的决定编号"`
	FileIDs []int64 `json:"file_ids,omitempty" maxItems:"10"`
}

func dismissMembers(ctx context.Context, s *committee.Service, a org.Actor, id int64, b DismissBody) (int64, error) {
	return s.Dismiss(ctx, a, id, b.Members, committee.Leaving{Cause: committee.Cause(b.Cause), Text: b.Text, FileIDs: b.FileIDs})
}

func resignCommittee(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.Resign(ctx, a, id, b.Text)
}

// AuditBody is an audit's order.
type AuditBody struct {
	Tapped
	Auditor string `json:"auditor" minLength:"2" maxLength:"100" doc:"第三方审计机构"`
	Text    string `json:"text" minLength:"2" maxLength:"500" doc:"审计什么"`
	Due     string `json:"due" format:"date" doc:"哪天之前完成"`
}

func orderAudit(ctx context.Context, s *committee.Service, a org.Actor, id int64, b AuditBody) (int64, error) {
	due, err := web.Day(b.Due, "due")
	if err != nil {
		return 0, err
	}
	return s.OrderAudit(ctx, a, id, b.Auditor, b.Text, *web.EndOf(due))
}

// ComPaper is a text with its papers.
type ComPaper struct {
	Tapped
	Text    string  `json:"text,omitempty" maxLength:"5000"`
	FileIDs []int64 `json:"file_ids,omitempty" maxItems:"20"`
}

func reportAudit(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComPaper) (int64, error) {
	return s.ReportAudit(ctx, a, id, b.Text, b.FileIDs)
}

func publishAudit(ctx context.Context, s *committee.Service, a org.Actor, id int64, _ ComText) (int64, error) {
	return s.PublishAudit(ctx, a, id)
}

type comMatterView struct {
	Code      string `json:"code"`
	Title     string `json:"title"`
	Clause    string `json:"clause"`
	Authority bool   `json:"authority,omitempty" doc:"要写明业主大会的决定编号"`
}

// comNothing is the input of what takes none.
type comNothing struct{}

func listCommitteeMatters(d Deps) func(context.Context, org.Actor, *comNothing) (*web.All[comMatterView], error) {
	return func(ctx context.Context, a org.Actor, _ *comNothing) (*web.All[comMatterView], error) {
		rows, err := d.Committee.Matters(ctx, a)
		return web.Whole(rows, func(m committee.Matter) comMatterView { return comMatterView(m) }), err
	}
}

func showCommittee(d Deps) func(context.Context, org.Actor, *IDPath) (*committeeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*committeeOutput, error) {
		v, err := d.Committee.Overview(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &committeeOutput{Body: viewCommittee(v, d.DB.Now())}, nil
	}
}

// dayEnd is the end of a day that a body names.
func dayEnd(s, field string) (time.Time, error) {
	day, err := web.Day(s, field)
	if err != nil || day == nil {
		return time.Time{}, err
	}
	return *web.EndOf(day), nil
}
