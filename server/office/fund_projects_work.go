package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func fundWorkRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeContractProject", Method: http.MethodPost, Path: "/fund-projects/{id}/contract", Summary: "登记合同：和选定的单位一致，不超过预算", Action: org.RunProject, Rate: workRate}, projectDo(d, contractProject))
	web.Handle(g, web.Op{ID: "officeWorkProject", Method: http.MethodPost, Path: "/fund-projects/{id}/works", Summary: "登记施工进展，附照片", Action: org.RunProject, Rate: workRate}, projectDo(d, workProject))
	web.Handle(g, web.Op{ID: "officeSupplyProject", Method: http.MethodPost, Path: "/fund-projects/{id}/papers", Summary: "补充材料", Action: org.RunProject, Rate: workRate}, projectDo(d, supplyProject))
	web.Handle(g, web.Op{ID: "officeLookAtProject", Method: http.MethodPost, Path: "/fund-projects/{id}/looks", Summary: "对竣工的验收意见", Action: org.LookAtProject, Rate: workRate}, projectDo(d, lookAtProject))
	web.Handle(g, web.Op{ID: "officeAcceptProject", Method: http.MethodPost, Path: "/fund-projects/{id}/acceptance", Summary: "验收结论；要有受影响的业主认为合格", Action: org.RunProject, Rate: workRate}, projectDo(d, acceptProject))
	web.Handle(g, web.Op{ID: "officeSettleProject", Method: http.MethodPost, Path: "/fund-projects/{id}/settlement", Summary: "登记决算，分摊到每户", Action: org.RunProject, Rate: workRate}, projectDo(d, settleProject))
	web.Handle(g, web.Op{ID: "officePostFinal", Method: http.MethodPost, Path: "/fund-projects/{id}/final-posting", Summary: "公示决算和每户分摊", Action: org.RunProject, Rate: workRate}, projectDo(d, postFinal))
	web.Handle(g, web.Op{ID: "officeAnswerProjectObjection", Method: http.MethodPost, Path: "/fund-projects/{id}/answers", Summary: "答复业主的异议", Action: org.RunProject, Rate: workRate}, projectDo(d, answerProject))
	web.Handle(g, web.Op{ID: "officeAskPayment", Method: http.MethodPost, Path: "/fund-projects/{id}/payments", Summary: "申请支付预付款或尾款", Action: org.RunProject, Rate: workRate}, projectDo(d, askPayment))
	web.Handle(g, web.Op{ID: "officeDecidePayment", Method: http.MethodPost, Path: "/fund-payments/{id}/decision", Summary: "另一个人确认支付并记账，或退回", Action: org.RunProject, Rate: workRate}, projectDo(d, decidePayment))
	web.Handle(g, web.Op{ID: "officeCancelProject", Method: http.MethodPost, Path: "/fund-projects/{id}/cancellation", Summary: "取消项目；签了合同的，要由备案或确认的单位同意", Action: org.RunProject, Rate: workRate}, projectDo(d, cancelProject))
}

// ContractBody is a contract.
type ContractBody struct {
	Tapped
	Number   string  `json:"number" minLength:"2" maxLength:"64"`
	Supplier string  `json:"supplier" minLength:"2" maxLength:"100" doc:"要和选定的报价单位一致"`
	Amount   string  `json:"amount" minLength:"1" maxLength:"20" doc:"元"`
	FileIDs  []int64 `json:"file_ids" minItems:"1" maxItems:"20" doc:"合同（purpose=notice）"`
}

func contractProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ContractBody) (int64, error) {
	return s.Contract(ctx, a, id, fund.Contracting{Number: b.Number, Supplier: b.Supplier, Amount: b.Amount, FileIDs: b.FileIDs})
}

func workProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ComPaper) (int64, error) {
	return s.Work(ctx, a, id, b.Text, b.FileIDs)
}

func supplyProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ComPaper) (int64, error) {
	return s.AddPapers(ctx, a, id, b.Text, b.FileIDs)
}

// LookBody is an opinion on the finished works.
type LookBody struct {
	Tapped
	Agree   bool    `json:"agree" doc:"是否合格"`
	Text    string  `json:"text,omitempty" maxLength:"1000" doc:"不合格的写明哪里"`
	FileIDs []int64 `json:"file_ids,omitempty" maxItems:"9" doc:"照片（purpose=photo）"`
}

func lookAtProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b LookBody) (int64, error) {
	return s.LookAt(ctx, a, id, b.Agree, b.Text, b.FileIDs)
}

func acceptProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.Accept(ctx, a, id, b.Text)
}

// SettleBody is the final accounts.
type SettleBody struct {
	Tapped
	Items    []ProjectItemBody `json:"items" minItems:"1" maxItems:"200" doc:"实际做的每一项"`
	Invoices string            `json:"invoices" minLength:"2" maxLength:"300" doc:"发票号码"`
	Reviewer string            `json:"reviewer,omitempty" maxLength:"100" doc:"第三方审价单位"`
	Reviewed string            `json:"reviewed,omitempty" maxLength:"20" doc:"审定金额，元"`
	FileIDs  []int64           `json:"file_ids" minItems:"1" maxItems:"20" doc:"决算书、发票、审价报告（purpose=notice）"`
}

func settleProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b SettleBody) (int64, error) {
	return s.Settle(ctx, a, id, fund.Settlement{Items: itemsOf(b.Items), Invoices: b.Invoices, Reviewer: b.Reviewer, Reviewed: b.Reviewed, FileIDs: b.FileIDs})
}

func postFinal(ctx context.Context, s *fund.Service, a org.Actor, id int64, _ ComText) (int64, error) {
	return s.PostFinal(ctx, a, id)
}

// AnswerBody answers an objection.
type AnswerBody struct {
	Tapped
	ObjectionID int64  `json:"objection_id" minimum:"1"`
	Text        string `json:"text" minLength:"4" maxLength:"1000"`
}

func answerProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b AnswerBody) (int64, error) {
	return s.AnswerObjection(ctx, a, id, b.ObjectionID, b.Text)
}

// PayBody is an application for a payment.
type PayBody struct {
	Tapped
	Kind   string `json:"kind" enum:"advance,final"`
	Amount string `json:"amount,omitempty" maxLength:"20" doc:"预付款金额，元；尾款由系统算"`
}

func askPayment(ctx context.Context, s *fund.Service, a org.Actor, id int64, b PayBody) (int64, error) {
	return s.AskPayment(ctx, a, id, fund.PaymentKind(b.Kind), b.Amount)
}

// PaidBody is the second person's.
type PaidBody struct {
	Tapped
	Accept  bool   `json:"accept"`
	Receipt string `json:"receipt,omitempty" maxLength:"64" doc:"银行凭证号"`
	Text    string `json:"text,omitempty" maxLength:"500" doc:"退回的写明原因"`
}

func decidePayment(ctx context.Context, s *fund.Service, a org.Actor, id int64, b PaidBody) (int64, error) {
	return s.DecidePayment(ctx, a, id, b.Accept, b.Receipt, b.Text)
}

func cancelProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.CancelProject(ctx, a, id, b.Text)
}
