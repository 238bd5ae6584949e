package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func committeeAuditRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeOpenYearlyAudit", Method: http.MethodPost, Path: "/estates/{id}/committee/audits", Summary: "乡镇（办事处）开始一次年度第三方财务审计", Action: org.AuditCommittee, Rate: workRate, Status: http.StatusCreated}, comDo(d, openYearly))
	web.Handle(g, web.Op{ID: "officeAddFinding", Method: http.MethodPost, Path: "/committee-audits/{id}/findings", Summary: "登记审计发现的一个问题：由谁整改，哪天之前", Action: org.AuditCommittee, Rate: workRate, Status: http.StatusCreated}, comDo(d, addFinding))
	web.Handle(g, web.Op{ID: "officeAnswerFinding", Method: http.MethodPost, Path: "/committee-findings/{id}/answer", Summary: "业委会或物业报告怎么整改的，附材料（notice）", Action: org.AnswerAudit, Rate: workRate}, comDo(d, answerFinding))
	web.Handle(g, web.Op{ID: "officeJudgeFinding", Method: http.MethodPost, Path: "/committee-findings/{id}/verdict", Summary: "乡镇（办事处）核实整改：已整改，或写明原因退回", Action: org.AuditCommittee, Rate: workRate}, comDo(d, judgeFinding))
	web.Handle(g, web.Op{ID: "officeLetSeal", Method: http.MethodPost, Path: "/committee-seal-uses/{id}/consent", Summary: "离任和换届审计期间，乡镇（办事处）同意一次用印", Action: org.AuditCommittee, Rate: workRate}, comDo(d, letSeal))
	web.Handle(g, web.Op{ID: "officePayAllowance", Method: http.MethodPost, Path: "/committee-members/{id}/allowances", Summary: "登记一位委员的酬金或津贴：由另一位委员办，附凭据（document）；记入公共收益成本，业主都能看到", Action: org.ActCommittee, Rate: workRate, Status: http.StatusCreated}, comDo(d, payAllowance))
}

// ComDays are the days of an audit.
type ComDays struct {
	Tapped
	From string `json:"from" format:"date" doc:"从哪一天"`
	To   string `json:"to" format:"date" doc:"到哪一天（含），最晚昨天"`
}

func openYearly(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComDays) (int64, error) {
	from, err := dateIn(b.From, "body.from")
	if err != nil {
		return 0, err
	}
	to, err := dateIn(b.To, "body.to")
	if err != nil {
		return 0, err
	}
	return s.OpenYearly(ctx, a, id, from, to)
}

// FindingBody is what an audit found.
type FindingBody struct {
	Tapped
	Text   string `json:"text" doc:"发现了什么问题，业主会看到"`
	OwedBy string `json:"owed_by" enum:"committee,company" doc:"由谁整改：committee 业委会；company 物业服务企业"`
	Due    string `json:"due" format:"date" doc:"哪天之前"`
}

func addFinding(ctx context.Context, s *committee.Service, a org.Actor, id int64, b FindingBody) (int64, error) {
	due, err := web.Day(b.Due, "body.due")
	if err != nil {
		return 0, err
	}
	return s.AddFinding(ctx, a, id, b.Text, b.OwedBy, *web.EndOf(due))
}

func answerFinding(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComPaper) (int64, error) {
	return s.AnswerFinding(ctx, a, id, b.Text, b.FileIDs)
}

// VerdictBody is the township's look.
type VerdictBody struct {
	Tapped
	Done bool   `json:"done" doc:"true 已整改；false 退回"`
	Text string `json:"text" doc:"核实的情况"`
}

func judgeFinding(ctx context.Context, s *committee.Service, a org.Actor, id int64, b VerdictBody) (int64, error) {
	return s.JudgeFinding(ctx, a, id, b.Done, b.Text)
}

func letSeal(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.LetSeal(ctx, a, id, b.Text)
}

// AllowanceBody is what a member was paid.
type AllowanceBody struct {
	Tapped
	From    string  `json:"from" format:"date" doc:"哪段时间的"`
	To      string  `json:"to" format:"date"`
	Amount  string  `json:"amount" doc:"元"`
	PaidOn  string  `json:"paid_on" format:"date"`
	Basis   string  `json:"basis" doc:"业主大会关于委员酬金的决定"`
	FileIDs []int64 `json:"file_ids" minItems:"1" maxItems:"10" doc:"支付凭据，先上传（document）"`
}

func payAllowance(ctx context.Context, s *committee.Service, a org.Actor, id int64, b AllowanceBody) (int64, error) {
	in := committee.NewAllowance{MemberID: id, Basis: b.Basis, FileIDs: b.FileIDs}
	var err error
	if in.Amount, err = yuanIn(b.Amount, "amount"); err != nil {
		return 0, err
	}
	if in.From, err = dateIn(b.From, "body.from"); err != nil {
		return 0, err
	}
	if in.To, err = dateIn(b.To, "body.to"); err != nil {
		return 0, err
	}
	if in.Paid, err = dateIn(b.PaidOn, "body.paid_on"); err != nil {
		return 0, err
	}
	return s.PayAllowance(ctx, a, in)
}
