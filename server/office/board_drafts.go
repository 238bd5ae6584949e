package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func draftRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeSaveNoticeDraft", Method: http.MethodPost, Path: "/estates/{id}/notice-drafts", Summary: "写公示草稿（涉及钱的都要先写草稿），或某份公示的修改草稿", Action: org.PublishNotice, Status: http.StatusCreated}, saveDraft(d))
	web.Handle(g, web.Op{ID: "officeListNoticeDrafts", Method: http.MethodGet, Path: "/estates/{id}/notice-drafts", Summary: "公示草稿", Action: org.ConfirmNotice}, listDrafts(d))
	web.Handle(g, web.Op{ID: "officeShowNoticeDraft", Method: http.MethodGet, Path: "/notice-drafts/{id}", Summary: "公示草稿和现在从账簿取到的数", Action: org.ConfirmNotice}, showDraft(d))
	web.Handle(g, web.Op{ID: "officeEditNoticeDraft", Method: http.MethodPut, Path: "/notice-drafts/{id}", Summary: "修改公示草稿", Action: org.PublishNotice}, editDraft(d))
	web.Handle(g, web.Op{ID: "officeSubmitNoticeDraft", Method: http.MethodPost, Path: "/notice-drafts/{id}/submission", Summary: "提交，请另一个人核对", Action: org.PublishNotice}, submitDraft(d))
	web.Handle(g, web.Op{ID: "officeReturnNoticeDraft", Method: http.MethodPost, Path: "/notice-drafts/{id}/return", Summary: "退回修改，写明原因", Action: org.ConfirmNotice}, returnDraft(d))
	web.Handle(g, web.Op{ID: "officeConfirmNoticeDraft", Method: http.MethodPost, Path: "/notice-drafts/{id}/confirmation", Summary: "核对无误，发布（不能是写的人）", Action: org.ConfirmNotice, Status: http.StatusCreated}, confirmDraft(d))
}

// figureInput asks the books for one sum.
type figureInput struct {
	Label    string   `json:"label" minLength:"1" maxLength:"30" doc:"这个数叫什么"`
	Book     string   `json:"book" enum:"fund,fee,income,project,collection" doc:"维修资金账、物业费账、公共收益账；维修项目公示过的数；物业费收缴"`
	Codes    []string `json:"codes" minItems:"1" maxItems:"10" doc:"科目；维修项目的写一个数：budget、total、contract、review、advance、shares，或者 budget.1、total.1.price、quote.1；收缴的写一个月：2026-01"`
	Sources  []string `json:"sources,omitempty" maxItems:"10" doc:"只算这些来源的账；不填为全部"`
	Measure  string   `json:"measure" enum:"received,spent,balance,net_received,net_spent,stated,charged,collected" doc:"收入、支出、结余、收入净额、支出净额；维修项目用 stated；收缴用 charged（应收）和 collected（实收），两个一起"`
	SourceID int64    `json:"source_id,omitempty" minimum:"0" doc:"只算这一件事，例如一个维修项目；不填为全部。维修项目必填它的编号；收缴的填收费项目，不填为全部"`
	From     string   `json:"from,omitempty" maxLength:"10" doc:"收入、支出从哪天起，2026-01-01"`
	To       string   `json:"to" maxLength:"10" doc:"到哪天止；这一天要已经结账"`
}

// DraftBody is what a draft says; huma embeds exported types alone.
type DraftBody struct {
	NoticeID  int64               `json:"notice_id,omitempty" minimum:"0" doc:"是哪份公示的修改；不填为新的"`
	Kind      disclosure.Sort     `json:"kind,omitempty" enum:"posting,announcement,meeting" doc:"修改时不填"`
	Audience  disclosure.Audience `json:"audience,omitempty" enum:"public,residents" doc:"修改时不填"`
	Form      disclosure.Form     `json:"form,omitempty" enum:"text,services,report,income,fund,accounts,audit" doc:"一般内容、服务事项、工作报告、收支情况、维修资金情况、项目决算、审计报告；修改时不填"`
	Title     string              `json:"title" minLength:"1" maxLength:"60"`
	Body      string              `json:"body" minLength:"1" maxLength:"10000" doc:"说明；收支表里不能手写金额"`
	Reason    string              `json:"reason,omitempty" maxLength:"200" doc:"修改原因，居民可见；修改时必填"`
	Figures   []figureInput       `json:"figures,omitempty" maxItems:"120"`
	FileIDs   []int64             `json:"file_ids,omitempty" maxItems:"20" doc:"全部附件；修改时包括要保留的"`
	Buildings []int64             `json:"building_ids,omitempty" maxItems:"200"`
	Units     []int64             `json:"unit_ids,omitempty" maxItems:"200"`
	Duties    []int64             `json:"duty_ids,omitempty" maxItems:"20" doc:"用来公开哪些应公开事项"`
	Contents  []string            `json:"contents,omitempty" maxItems:"100" doc:"这些事项要写明的内容里，逐项确认写明了的，照清单里的 contents；正文里用“某项：……”写了的不用填，物业服务事项都要写在正文里"`
	NotNames  []string            `json:"not_names,omitempty" maxItems:"10" doc:"和住户姓名相同、但在这里不是人名的词，由核对发布的人确认"`
}

// draft reads what was sent; a day that is none is named.
func (b *DraftBody) draft(estate int64, ref string) (disclosure.Draft, error) {
	d := disclosure.Draft{EstateID: estate, Kind: b.Kind, Audience: b.Audience, Form: b.Form, Title: b.Title, Body: b.Body, FileIDs: b.FileIDs, Scope: event.Scope{Buildings: b.Buildings, Units: b.Units}, Duties: b.Duties, Contents: b.Contents, NotNames: b.NotNames, ClientRef: ref, InputHash: web.InputHash(estate, b)}
	var c fault.Checks
	for _, f := range b.Figures {
		q := disclosure.Query{Label: f.Label, Book: f.Book, Codes: f.Codes, Sources: f.Sources, Source: f.SourceID, Measure: disclosure.Measure(f.Measure)}
		var err error
		if f.From != "" {
			q.From, err = calendar.ParseDate(f.From)
			c.Check(err == nil, "figures.from", "日期应写成 2026-01-31 这样")
		}
		q.To, err = calendar.ParseDate(f.To)
		c.Check(err == nil, "figures.to", "日期应写成 2026-01-31 这样")
		d.Queries = append(d.Queries, q)
	}
	return d, c.Err()
}

type saveDraftInput struct {
	IDPath
	Body struct {
		DraftBody
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type editDraftInput struct {
	IDPath
	Body struct {
		DraftBody
		Revision int `json:"revision" minimum:"1" doc:"看过的是第几稿"`
	}
}

type draftRevision struct {
	IDPath
	Body struct {
		Revision int `json:"revision" minimum:"1" doc:"看过的是第几稿"`
	}
}

type returnDraftInput struct {
	IDPath
	Body struct {
		Revision int    `json:"revision" minimum:"1" doc:"看过的是第几稿"`
		Reason   string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

type draftView struct {
	ID        int64               `json:"id"`
	EstateID  int64               `json:"estate_id"`
	NoticeID  int64               `json:"notice_id,omitempty"`
	NotNames  string              `json:"not_names,omitempty" doc:"写的人说这些词不是人名，请核对"`
	State     string              `json:"state"`
	StateName string              `json:"state_name"`
	Revision  int                 `json:"revision"`
	Kind      string              `json:"kind"`
	KindName  string              `json:"kind_name"`
	Audience  string              `json:"audience"`
	Form      string              `json:"form"`
	FormName  string              `json:"form_name"`
	Title     string              `json:"title"`
	Body      string              `json:"body"`
	Reason    string              `json:"reason,omitempty"`
	Returned  string              `json:"return_reason,omitempty"`
	Contents  []string            `json:"contents,omitempty" doc:"写的人逐项确认写明了的内容，请核对"`
	CreatedAt time.Time           `json:"created_at"`
	FileIDs   []int64             `json:"file_ids,omitempty"`
	Asked     []figureInput       `json:"asked,omitempty" doc:"要取的数"`
	Figures   []hall.NoticeFigure `json:"figures,omitempty" doc:"现在取到的数"`
	Rates     []hall.NoticeRate   `json:"rates,omitempty" doc:"由应收和实收算出的收缴率"`
	Why       string              `json:"why,omitempty" doc:"为什么还取不到数"`
	Spoken    string              `json:"spoken,omitempty"`
}

func viewDraft(p disclosure.Prepared) draftView {
	return draftView{ID: p.ID, EstateID: p.EstateID, NoticeID: p.NoticeID, NotNames: p.NotNames, State: string(p.State), StateName: disclosure.StateNames[p.State], Revision: p.Revision, Kind: string(p.Kind), KindName: disclosure.SortNames[p.Kind],
		Audience: string(p.Audience), Form: string(p.Form), FormName: disclosure.FormNames[p.Form], Title: p.Title, Body: p.Body, Reason: p.Reason, Returned: p.ReturnReason, CreatedAt: web.Time(p.CreatedAt), Contents: p.Confirmed()}
}

type draftOutput struct{ Body draftView }

func shownDraft(ctx context.Context, d Deps, a org.Actor, id int64) (*draftOutput, error) {
	v, err := d.Board.FindDraft(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := &draftOutput{Body: viewDraft(v.Prepared)}
	out.Body.FileIDs, out.Body.Figures, out.Body.Why, out.Body.Spoken = v.FileIDs, hall.OfFigures(v.Figures), v.Why, disclosure.Words(v.Figures)
	out.Body.Rates = hall.OfRates(v.Figures)
	for _, q := range v.Asked {
		f := figureInput{Label: q.Label, Book: q.Book, Codes: q.Codes, Sources: q.Sources, SourceID: q.Source, Measure: string(q.Measure), To: q.To.String()}
		if !q.From.IsZero() {
			f.From = q.From.String()
		}
		out.Body.Asked = append(out.Body.Asked, f)
	}
	return out, nil
}

func saveDraft(d Deps) func(context.Context, org.Actor, *saveDraftInput) (*draftOutput, error) {
	return func(ctx context.Context, a org.Actor, in *saveDraftInput) (*draftOutput, error) {
		draft, err := in.Body.draft(in.ID, in.Body.ClientRef)
		if err != nil {
			return nil, err
		}
		p, err := d.Board.SaveDraft(ctx, a, draft, in.Body.NoticeID, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return shownDraft(ctx, d, a, p.ID)
	}
}

func editDraft(d Deps) func(context.Context, org.Actor, *editDraftInput) (*draftOutput, error) {
	return func(ctx context.Context, a org.Actor, in *editDraftInput) (*draftOutput, error) {
		draft, err := in.Body.draft(0, "")
		if err == nil {
			err = d.Board.EditDraft(ctx, a, in.ID, in.Body.Revision, draft, in.Body.Reason)
		}
		if err != nil {
			return nil, err
		}
		return shownDraft(ctx, d, a, in.ID)
	}
}

type draftPage struct {
	IDPath
	State string `query:"state" enum:"draft,submitted,returned,published" doc:"状态；不填为全部"`
	web.Page
}

func listDrafts(d Deps) func(context.Context, org.Actor, *draftPage) (*web.List[draftView], error) {
	return func(ctx context.Context, a org.Actor, in *draftPage) (*web.List[draftView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Board.ListDrafts(ctx, a, in.ID, disclosure.State(in.State), before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(p disclosure.Prepared) int64 { return p.ID }, viewDraft), nil
	}
}

func showDraft(d Deps) func(context.Context, org.Actor, *IDPath) (*draftOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*draftOutput, error) {
		return shownDraft(ctx, d, a, in.ID)
	}
}

func submitDraft(d Deps) func(context.Context, org.Actor, *draftRevision) (*draftOutput, error) {
	return func(ctx context.Context, a org.Actor, in *draftRevision) (*draftOutput, error) {
		if err := d.Board.SubmitDraft(ctx, a, in.ID, in.Body.Revision); err != nil {
			return nil, err
		}
		return shownDraft(ctx, d, a, in.ID)
	}
}

func returnDraft(d Deps) func(context.Context, org.Actor, *returnDraftInput) (*draftOutput, error) {
	return func(ctx context.Context, a org.Actor, in *returnDraftInput) (*draftOutput, error) {
		if err := d.Board.ReturnDraft(ctx, a, in.ID, in.Body.Revision, in.Body.Reason); err != nil {
			return nil, err
		}
		return shownDraft(ctx, d, a, in.ID)
	}
}

func confirmDraft(d Deps) func(context.Context, org.Actor, *draftRevision) (*noticeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *draftRevision) (*noticeOutput, error) {
		id, err := d.Board.ConfirmDraft(ctx, a, in.ID, in.Body.Revision)
		if err != nil {
			return nil, err
		}
		return shownNotice(ctx, d, a, id)
	}
}
