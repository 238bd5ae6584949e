package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func committeePaperRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeShowFiling", Method: http.MethodGet, Path: "/committee-filings/{id}", Summary: "一件备案：表、材料、两个单位的审核、经过", Action: org.ReadCommittee}, showFiling(d))
	web.Handle(g, web.Op{ID: "officeSubmitFiling", Method: http.MethodPost, Path: "/committee-filings/{id}/submission", Summary: "提交备案（或补正后再提交）：同时交住建局和乡镇（办事处）", Action: org.ActCommittee, Rate: workRate}, comDo(d, submitFiling))
	web.Handle(g, web.Op{ID: "officeReviewFiling", Method: http.MethodPost, Path: "/committee-filings/{id}/review", Summary: "住建局、乡镇（办事处）各自审核：备案编号，或退回的原因", Action: org.ReviewCommittee, Rate: workRate}, comDo(d, reviewFiling))
	web.Handle(g, web.Op{ID: "officeListProposals", Method: http.MethodGet, Path: "/estates/{id}/committee/proposals", Summary: "业主给业委会的建议；物业服务企业看到转给它的", Action: org.ReadProposals}, listProposals(d))
	web.Handle(g, web.Op{ID: "officeShowProposal", Method: http.MethodGet, Path: "/committee-proposals/{id}", Summary: "一条建议和经过；不显示是谁提的", Action: org.ReadProposals}, showProposal(d))
	web.Handle(g, web.Op{ID: "officePassProposal", Method: http.MethodPost, Path: "/committee-proposals/{id}/passing", Summary: "转物业服务企业，写明答复期限", Action: org.ActCommittee, Rate: workRate}, comDo(d, passProposal))
	web.Handle(g, web.Op{ID: "officeAnswerProposal", Method: http.MethodPost, Path: "/committee-proposals/{id}/answer", Summary: "物业服务企业答复", Action: org.AnswerProposals, Rate: workRate}, comDo(d, answerProposal))
	web.Handle(g, web.Op{ID: "officeReplyProposal", Method: http.MethodPost, Path: "/committee-proposals/{id}/reply", Summary: "业委会回复：采纳，或不采纳的理由", Action: org.ActCommittee, Rate: workRate}, comDo(d, replyProposal))
	web.Handle(g, web.Op{ID: "officeRegisterSeal", Method: http.MethodPost, Path: "/estates/{id}/committee/seals", Summary: "登记印章和保管人", Action: org.ActCommittee, Rate: workRate, Status: http.StatusCreated}, comDo(d, registerSeal))
	web.Handle(g, web.Op{ID: "officeKeepSeal", Method: http.MethodPost, Path: "/committee-seals/{id}/keeping", Summary: "更换保管人，或登记遗失、作废", Action: org.ActCommittee, Rate: workRate}, comDo(d, keepSeal))
	web.Handle(g, web.Op{ID: "officeAskSeal", Method: http.MethodPost, Path: "/committee-seals/{id}/uses", Summary: "申请用印：用途、依据的决定", Action: org.ActCommittee, Rate: workRate, Status: http.StatusCreated}, comDo(d, askSeal))
	web.Handle(g, web.Op{ID: "officeApproveSeal", Method: http.MethodPost, Path: "/committee-seal-uses/{id}/approval", Summary: "另一位委员批准用印", Action: org.ActCommittee, Rate: workRate}, comDo(d, approveSeal))
	web.Handle(g, web.Op{ID: "officeUseSeal", Method: http.MethodPost, Path: "/committee-seal-uses/{id}/use", Summary: "保管人登记已用印，附照片", Action: org.ActCommittee, Rate: workRate}, comDo(d, useSeal))
	web.Handle(g, web.Op{ID: "officeListSealUses", Method: http.MethodGet, Path: "/estates/{id}/committee/seal-uses", Summary: "用印登记，新的在前", Action: org.ReadCommittee}, listSealUses(d))
	web.Handle(g, web.Op{ID: "officeShowHandover", Method: http.MethodGet, Path: "/committee-handovers/{id}", Summary: "移交清单", Action: org.ReadCommittee}, showHandover(d))
	web.Handle(g, web.Op{ID: "officeAddHanded", Method: http.MethodPost, Path: "/committee-handovers/{id}/items", Summary: "在移交清单上加一项", Action: org.HandCommittee, Rate: workRate}, comDo(d, addHanded))
	web.Handle(g, web.Op{ID: "officeTickHanded", Method: http.MethodPost, Path: "/committee-handovers/{id}/ticks", Summary: "新一届确认接收一项，或写明缺少什么", Action: org.HandCommittee, Rate: workRate}, comDo(d, tickHanded))
	web.Handle(g, web.Op{ID: "officeWitnessHandover", Method: http.MethodPost, Path: "/committee-handovers/{id}/witness", Summary: "社区见证，移交完成", Action: org.WitnessCommittee, Rate: workRate}, comDo(d, witnessHandover))
	web.Handle(g, web.Op{ID: "officeSubmitReport", Method: http.MethodPost, Path: "/committee-reports/{id}/submission", Summary: "提交工作报告：向业主公布，报乡镇（办事处）和社区", Action: org.ActCommittee, Rate: workRate}, comDo(d, submitReport))
}

func submitFiling(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComPaper) (int64, error) {
	return s.SubmitFiling(ctx, a, id, b.Text, b.FileIDs)
}

// ReviewFilingBody is an office's answer to a filing.
type ReviewFilingBody struct {
	Tapped
	Accept bool   `json:"accept"`
	Number string `json:"number,omitempty" maxLength:"64" doc:"备案编号，同意时必填"`
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"退回时写明缺什么、怎么补"`
}

func reviewFiling(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ReviewFilingBody) (int64, error) {
	return s.ReviewFiling(ctx, a, id, b.Accept, b.Number, b.Reason)
}

// PassBody is a proposal passed on.
type PassBody struct {
	Tapped
	Text string `json:"text,omitempty" maxLength:"500" doc:"附言"`
	Due  string `json:"due" format:"date" doc:"哪天之前答复"`
}

func passProposal(ctx context.Context, s *committee.Service, a org.Actor, id int64, b PassBody) (int64, error) {
	due, err := dayEnd(b.Due, "due")
	if err != nil {
		return 0, err
	}
	return s.PassOn(ctx, a, id, b.Text, due)
}

func answerProposal(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.Answer(ctx, a, id, b.Text)
}

// ReplyBody is the committee's reply.
type ReplyBody struct {
	Tapped
	Taken bool   `json:"taken" doc:"采纳或已经处理"`
	Text  string `json:"text" minLength:"5" maxLength:"1000"`
}

func replyProposal(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ReplyBody) (int64, error) {
	return s.Reply(ctx, a, id, b.Taken, b.Text)
}

// SealBody is a seal of the register.
type SealBody struct {
	Tapped
	Kind     string  `json:"kind" enum:"assembly,committee,finance,other"`
	Name     string  `json:"name" minLength:"2" maxLength:"60" doc:"印面上的名称"`
	KeeperID int64   `json:"keeper_id" minimum:"1" doc:"保管的委员"`
	FileIDs  []int64 `json:"file_ids,omitempty" maxItems:"5" doc:"印模照片（purpose=photo）"`
}

func registerSeal(ctx context.Context, s *committee.Service, a org.Actor, id int64, b SealBody) (int64, error) {
	return s.RegisterSeal(ctx, a, id, b.Kind, b.Name, b.KeeperID, b.FileIDs)
}

// KeepBody is a seal that changes hands.
type KeepBody struct {
	Tapped
	State    string `json:"state" enum:"kept,lost,void"`
	KeeperID int64  `json:"keeper_id,omitempty" minimum:"0"`
	Text     string `json:"text" minLength:"2" maxLength:"500"`
}

func keepSeal(ctx context.Context, s *committee.Service, a org.Actor, id int64, b KeepBody) (int64, error) {
	return s.KeepSeal(ctx, a, id, b.KeeperID, b.State, b.Text)
}

// SealingBody is what a seal is wanted for.
type SealingBody struct {
	Tapped
	ItemID     int64  `json:"item_id,omitempty" minimum:"0" doc:"业委会的哪项决定"`
	Resolution string `json:"resolution,omitempty" maxLength:"64" doc:"或者业主大会的决定编号"`
	Purpose    string `json:"purpose" minLength:"2" maxLength:"200"`
	Paper      string `json:"paper" minLength:"2" maxLength:"200" doc:"盖在什么文件上"`
	Copies     int64  `json:"copies" minimum:"1" maximum:"1000"`
}

func askSeal(ctx context.Context, s *committee.Service, a org.Actor, id int64, b SealingBody) (int64, error) {
	return s.AskSeal(ctx, a, id, committee.Sealing{ItemID: b.ItemID, Resolution: b.Resolution, Purpose: b.Purpose, Paper: b.Paper, Copies: b.Copies})
}

// AgreeBody is another member's answer.
type AgreeBody struct {
	Tapped
	Agree bool   `json:"agree"`
	Text  string `json:"text,omitempty" maxLength:"500" doc:"不同意的理由"`
}

func approveSeal(ctx context.Context, s *committee.Service, a org.Actor, id int64, b AgreeBody) (int64, error) {
	return s.ApproveSeal(ctx, a, id, b.Agree, b.Text)
}

func useSeal(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComPaper) (int64, error) {
	return s.UseSeal(ctx, a, id, b.FileIDs)
}

// HandedBody is a thing on the list.
type HandedBody struct {
	Tapped
	Kind   string `json:"kind" enum:"seal,archive,money,contract,asset,other"`
	Name   string `json:"name" minLength:"2" maxLength:"100"`
	Detail string `json:"detail,omitempty" maxLength:"500" doc:"数量、状况"`
}

func addHanded(ctx context.Context, s *committee.Service, a org.Actor, id int64, b HandedBody) (int64, error) {
	return s.AddHanded(ctx, a, id, b.Kind, b.Name, b.Detail)
}

// TickBody is a thing given, taken or missing.
type TickBody struct {
	Tapped
	ItemID  int64  `json:"item_id" minimum:"1"`
	Missing bool   `json:"missing,omitempty" doc:"没有移交"`
	Text    string `json:"text,omitempty" maxLength:"500" doc:"缺什么"`
}

func tickHanded(ctx context.Context, s *committee.Service, a org.Actor, id int64, b TickBody) (int64, error) {
	return s.TickHanded(ctx, a, id, b.ItemID, b.Missing, b.Text)
}

func witnessHandover(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.Witness(ctx, a, id, b.Text)
}

func submitReport(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ComPaper) (int64, error) {
	return s.SubmitReport(ctx, a, id, b.Text, b.FileIDs)
}
