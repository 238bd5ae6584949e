package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func fundProjectRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "维修项目", web.Staff)
	web.Handle(g, web.Op{ID: "officeListProjects", Method: http.MethodGet, Path: "/estates/{id}/fund-projects", Summary: "小区的维修项目，新的在前", Action: org.ReadProjects}, listProjects(d))
	web.Handle(g, web.Op{ID: "officeProjectForm", Method: http.MethodGet, Path: "/fund-project-form", Summary: "填写使用方案要选的：不能使用维修资金的情形、本地的紧急情形", Action: org.ReadProjects}, projectForm(d))
	web.Handle(g, web.Op{ID: "officeListOverdueReviews", Method: http.MethodGet, Path: "/fund-reviews/overdue", Summary: "紧急使用和代修：事后审核逾期的", Action: org.WatchProject}, listOverdueReviews(d))
	web.Handle(g, web.Op{ID: "officeShowProject", Method: http.MethodGet, Path: "/fund-projects/{id}", Summary: "一个维修项目：方案、报价、意见、验收、付款和经过", Action: org.ReadProjects}, showProject(d))
	web.Handle(g, web.Op{ID: "officeProjectGates", Method: http.MethodGet, Path: "/fund-projects/{id}/gates", Summary: "付款的条件：哪些满足了，没满足的怎么办", Action: org.ReadProjects}, listGates(d))
	web.Handle(g, web.Op{ID: "officeProjectShares", Method: http.MethodGet, Path: "/fund-projects/{id}/shares", Summary: "每户分摊和算式，按房号", Action: org.RunProject}, listProjectShares(d))
	web.Handle(g, web.Op{ID: "officeProposeProject", Method: http.MethodPost, Path: "/estates/{id}/fund-projects", Summary: "提出使用方案；谁提出由维修资金的管理方式决定", Action: org.ProposeProject, Rate: workRate, Status: http.StatusCreated}, projectDo(d, proposeProject))
	web.Handle(g, web.Op{ID: "officeReviseProject", Method: http.MethodPost, Path: "/fund-projects/{id}/revision", Summary: "修改还没有公示的方案", Action: org.RunProject, Rate: workRate}, projectDo(d, reviseProject))
	web.Handle(g, web.Op{ID: "officeTakeUpProject", Method: http.MethodPost, Path: "/fund-projects/{id}/taking-up", Summary: "接办业主提出的方案：物业服务企业或社区", Action: org.RunProject, Rate: workRate}, projectDo(d, takeUpProject))
	web.Handle(g, web.Op{ID: "officeAddQuote", Method: http.MethodPost, Path: "/fund-projects/{id}/quotes", Summary: "登记一家的报价，附报价单", Action: org.RunProject, Rate: workRate, Status: http.StatusCreated}, projectDo(d, addQuote))
	web.Handle(g, web.Op{ID: "officeChooseQuote", Method: http.MethodPost, Path: "/fund-projects/{id}/choice", Summary: "选定一家；不到三家或不是最低价的写原因", Action: org.RunProject, Rate: workRate}, projectDo(d, chooseQuote))
	web.Handle(g, web.Op{ID: "officePostProject", Method: http.MethodPost, Path: "/fund-projects/{id}/posting", Summary: "公示使用方案", Action: org.RunProject, Rate: workRate}, projectDo(d, postProject))
	web.Handle(g, web.Op{ID: "officeResolveProject", Method: http.MethodPost, Path: "/fund-projects/{id}/resolution", Summary: "登记列支范围内业主的决定：已确认的会议和议题", Action: org.RunProject, Rate: workRate}, projectDo(d, resolveProject))
	web.Handle(g, web.Op{ID: "officeOpineProject", Method: http.MethodPost, Path: "/fund-projects/{id}/opinion", Summary: "乡镇（办事处）对申请、使用的意见", Action: org.WatchProject, Rate: workRate}, projectDo(d, opineProject))
	web.Handle(g, web.Op{ID: "officeFileProject", Method: http.MethodPost, Path: "/fund-projects/{id}/filing", Summary: "住建局备案：编号，或退回的原因", Action: org.WatchProject, Rate: workRate}, projectDo(d, fileProject))
	web.Handle(g, web.Op{ID: "officeConfirmProject", Method: http.MethodPost, Path: "/fund-projects/{id}/confirmation", Summary: "确认紧急使用（乡镇、办事处）或代修（另一个单位）", Action: org.WatchProject, Rate: workRate}, projectDo(d, confirmProject))
	web.Handle(g, web.Op{ID: "officeReviewProject", Method: http.MethodPost, Path: "/fund-projects/{id}/review", Summary: "住建局对紧急使用、代修的事后审核", Action: org.WatchProject, Rate: workRate}, projectDo(d, reviewProject))
	fundWorkRoutes(g, d)
	fundReceivableRoutes(g, d)
	fundCancelRoutes(g, d)
}

// projectInput is what is done to a project.
type projectInput[B comBody] struct {
	IDPath
	Body B
}

// projectDone names the project or the payment.
type projectDone struct {
	Body struct {
		ID int64 `json:"id"`
	}
}

// projectDo handles one verb of a project, once for each reference.
func projectDo[B comBody](d Deps, do func(context.Context, *fund.Service, org.Actor, int64, B) (int64, error)) func(context.Context, org.Actor, *projectInput[B]) (*projectDone, error) {
	return func(ctx context.Context, a org.Actor, in *projectInput[B]) (*projectDone, error) {
		id, err := do(fund.Once(ctx, in.Body.Sent(), web.InputHash(in.ID, in.Body)), d.Fund, a, in.ID, in.Body)
		if err != nil {
			return nil, err
		}
		out := &projectDone{}
		out.Body.ID = id
		return out, nil
	}
}

// ProjectItemBody is one thing to be done, or that was done.
type ProjectItemBody struct {
	Name     string `json:"name" minLength:"2" maxLength:"100"`
	Measure  string `json:"measure" minLength:"1" maxLength:"10" doc:"单位，如：个、米、㎡"`
	Quantity string `json:"quantity" minLength:"1" maxLength:"16" doc:"数量，最多三位小数"`
	Price    string `json:"price" minLength:"1" maxLength:"20" doc:"单价，元"`
}

func itemsOf(list []ProjectItemBody) []fund.NewItem {
	items := make([]fund.NewItem, len(list))
	for i, x := range list {
		items[i] = fund.NewItem(x)
	}
	return items
}

// ProposeBody is a use of the fund as it is proposed.
type ProposeBody struct {
	Tapped
	Kind      string            `json:"kind" enum:"ordinary,emergency,by_order"`
	Title     string            `json:"title" minLength:"4" maxLength:"40"`
	Reason    string            `json:"reason" minLength:"4" maxLength:"2000" doc:"哪里坏了、要怎么修"`
	Buildings []int64           `json:"building_ids,omitempty" maxItems:"200" doc:"列支范围里的楼幢；和房屋都不填为整个小区"`
	Units     []int64           `json:"unit_ids,omitempty" maxItems:"200" doc:"列支范围里的房屋"`
	Declared  hall.Declare      `json:"declared" doc:"逐项声明是否属于不能使用维修资金的情形，见填写说明"`
	Basis     string            `json:"basis,omitempty" maxLength:"200" doc:"紧急情形，或代修的原因"`
	Items     []ProjectItemBody `json:"items" minItems:"1" maxItems:"200"`
	FileIDs   []int64           `json:"file_ids,omitempty" maxItems:"20" doc:"方案、检测报告等（purpose=notice）"`
}

func (b ProposeBody) proposing(estate int64) fund.Proposing {
	return fund.Proposing{EstateID: estate, Kind: fund.ProjectKind(b.Kind), Title: b.Title, Reason: b.Reason, Scope: event.Scope{Buildings: b.Buildings, Units: b.Units}, Declared: b.Declared.Exclusions(), Basis: b.Basis, Items: itemsOf(b.Items), FileIDs: b.FileIDs}
}

func proposeProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ProposeBody) (int64, error) {
	return s.ProposeProject(ctx, a, b.proposing(id))
}

func reviseProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ProposeBody) (int64, error) {
	return s.ReviseProject(ctx, a, id, b.proposing(0))
}

func takeUpProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, _ ComText) (int64, error) {
	return s.TakeUpProject(ctx, a, id)
}

// QuoteBody is a supplier's quotation.
type QuoteBody struct {
	Tapped
	Supplier string  `json:"supplier" minLength:"2" maxLength:"100"`
	Amount   string  `json:"amount" minLength:"1" maxLength:"20" doc:"元"`
	Text     string  `json:"text,omitempty" maxLength:"500"`
	FileIDs  []int64 `json:"file_ids" minItems:"1" maxItems:"10" doc:"报价单（purpose=notice）"`
}

func addQuote(ctx context.Context, s *fund.Service, a org.Actor, id int64, b QuoteBody) (int64, error) {
	return s.AddQuote(ctx, a, id, b.Supplier, b.Amount, b.Text, b.FileIDs)
}

// ChoiceBody is the quotation that is chosen.
type ChoiceBody struct {
	Tapped
	QuoteID int64  `json:"quote_id" minimum:"1"`
	Reason  string `json:"reason,omitempty" maxLength:"500" doc:"不到三家，或不是最低价的原因"`
}

func chooseQuote(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ChoiceBody) (int64, error) {
	return s.ChooseQuote(ctx, a, id, b.QuoteID, b.Reason)
}

func postProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, _ ComText) (int64, error) {
	return s.PostProject(ctx, a, id)
}

// ResolutionBody is a certified decision.
type ResolutionBody struct {
	Tapped
	MeetingID int64 `json:"meeting_id" minimum:"1"`
	Position  int   `json:"position" minimum:"1" maximum:"100" doc:"第几个议题"`
}

func resolveProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ResolutionBody) (int64, error) {
	return s.ResolveProject(ctx, a, id, b.MeetingID, b.Position)
}

// JudgeBody is an opinion: yes or no, and why.
type JudgeBody struct {
	Tapped
	Agree bool   `json:"agree"`
	Text  string `json:"text" minLength:"2" maxLength:"1000"`
}

func opineProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b JudgeBody) (int64, error) {
	return s.OpineProject(ctx, a, id, b.Agree, b.Text)
}

func fileProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ReviewFilingBody) (int64, error) {
	return s.FileProject(ctx, a, id, b.Accept, b.Number, b.Reason)
}

func confirmProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.ConfirmProject(ctx, a, id, b.Text)
}

func reviewProject(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.ReviewProject(ctx, a, id, b.Text)
}
