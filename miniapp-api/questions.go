package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func questionRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "askAboutNotice", Method: http.MethodPost, Path: "/notices/{id}/questions", Summary: "就公示的一行提问，发布单位公开答复", Action: org.AskQuestion, Status: http.StatusCreated, Rate: fileRate}, askAboutNotice(d))
	web.Handle(g, web.Op{ID: "askAboutDuty", Method: http.MethodPost, Path: "/disclosure-duties/{id}/questions", Summary: "就应公开未公开的一项提问", Action: org.AskQuestion, Status: http.StatusCreated, Rate: fileRate}, askAboutDuty(d))
	web.Handle(g, web.Op{ID: "followUpQuestion", Method: http.MethodPost, Path: "/questions/{id}/follow-up", Summary: "对答复还不清楚，追问一次", Action: org.AskQuestion, Status: http.StatusCreated, Rate: fileRate}, followUp(d))
	web.Handle(g, web.Op{ID: "listNoticeQuestions", Method: http.MethodGet, Path: "/notices/{id}/questions", Summary: "一份公示下面的提问和答复", Action: org.ReadBoard}, listNoticeQuestions(d))
	web.Handle(g, web.Op{ID: "listDutyQuestions", Method: http.MethodGet, Path: "/disclosure-duties/{id}/questions", Summary: "一个应公开事项下面的提问和答复", Action: org.ReadBoard}, listDutyQuestions(d))
	web.Handle(g, web.Op{ID: "listMyQuestions", Method: http.MethodGet, Path: "/questions", Summary: "我就公示提的问题", Action: org.AskQuestion}, listMyQuestions(d))
}

type questionInput struct {
	IDPath
	Body struct {
		Line      string `json:"line,omitempty" maxLength:"30" doc:"问的是金额表里的哪一行，照表里的名称；整份的、还没有公开的不填"`
		Text      string `json:"text" minLength:"4" maxLength:"300" doc:"要问什么；会公开，请不要写姓名和电话"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func (in *questionInput) asking(kind string) disclosure.Asking {
	return disclosure.Asking{Line: in.Body.Line, Text: in.Body.Text, ClientRef: in.Body.ClientRef, InputHash: web.InputHash(kind, in.ID, in.Body)}
}

func askAboutNotice(d Deps) func(context.Context, org.Actor, *questionInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *questionInput) (*comDone, error) {
		asking := in.asking("notice")
		asking.NoticeID = in.ID
		return asked(d.Board.Ask(ctx, a, asking))
	}
}

func askAboutDuty(d Deps) func(context.Context, org.Actor, *questionInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *questionInput) (*comDone, error) {
		asking := in.asking("duty")
		asking.DutyID = in.ID
		return asked(d.Board.Ask(ctx, a, asking))
	}
}

func followUp(d Deps) func(context.Context, org.Actor, *questionInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *questionInput) (*comDone, error) {
		return asked(d.Board.FollowUp(ctx, a, in.ID, in.asking("follow-up")))
	}
}

func asked(q *disclosure.Question, err error) (*comDone, error) {
	if err != nil {
		return nil, err
	}
	return comDid(q.ID, nil)
}

func listNoticeQuestions(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.QuestionItem], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.QuestionItem], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		return questionsPage(in.Page)(d.Board.ListQuestions(ctx, a, in.ID, 0, before, in.Want()))
	}
}

func listDutyQuestions(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.QuestionItem], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.QuestionItem], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		return questionsPage(in.Page)(d.Board.ListQuestions(ctx, a, 0, in.ID, before, in.Want()))
	}
}

func listMyQuestions(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[hall.QuestionItem], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[hall.QuestionItem], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		return questionsPage(*in)(d.Board.ListMyQuestions(ctx, a, before, in.Want()))
	}
}

func questionsPage(p web.Page) func([]disclosure.QuestionView, error) (*web.List[hall.QuestionItem], error) {
	return func(rows []disclosure.QuestionView, err error) (*web.List[hall.QuestionItem], error) {
		if err != nil {
			return nil, err
		}
		return web.Paged(p, rows, func(v disclosure.QuestionView) int64 { return v.ID }, hall.ViewQuestion), nil
	}
}
