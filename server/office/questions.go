package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func questionRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "公示提问", web.Staff)
	web.Handle(g, web.Op{ID: "officeListQuestions", Method: http.MethodGet, Path: "/questions", Summary: "居民就我单位的公示提的问题", Action: org.AnswerQuestion}, listQuestions(d))
	web.Handle(g, web.Op{ID: "officeListUnscreened", Method: http.MethodGet, Path: "/questions/unscreened", Summary: "待核对能不能公开的提问", Action: org.ScreenQuestion}, listUnscreened(d))
	web.Handle(g, web.Op{ID: "officeNoticeQuestions", Method: http.MethodGet, Path: "/notices/{id}/questions", Summary: "一份公示下面的提问和答复", Action: org.ReadBoard}, noticeQuestions(d))
	web.Handle(g, web.Op{ID: "officeAnswerQuestion", Method: http.MethodPost, Path: "/questions/{id}/answer", Summary: "公开答复，答复后不能修改", Action: org.AnswerQuestion, Rate: workRate}, answerQuestion(d))
	web.Handle(g, web.Op{ID: "officeScreenQuestion", Method: http.MethodPost, Path: "/questions/{id}/display", Summary: "核对提问能不能公开；被问的单位自己不能核对", Action: org.ScreenQuestion, Rate: workRate}, screenQuestion(d))
}

type questionsInput struct {
	Answered bool `query:"answered" doc:"已经答复的；不填为还没有答复的"`
	web.Page
}

func questionPlace(v disclosure.QuestionView) int64 { return v.ID }

func listQuestions(d Deps) func(context.Context, org.Actor, *questionsInput) (*web.List[hall.QuestionItem], error) {
	return func(ctx context.Context, a org.Actor, in *questionsInput) (*web.List[hall.QuestionItem], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Board.ListAsked(ctx, a, in.Answered, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, questionPlace, hall.ViewQuestion), nil
	}
}

func listUnscreened(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[hall.QuestionItem], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[hall.QuestionItem], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Board.ListToScreen(ctx, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, questionPlace, hall.ViewQuestion), nil
	}
}

func noticeQuestions(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.QuestionItem], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.QuestionItem], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Board.ListQuestions(ctx, a, in.ID, 0, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, questionPlace, hall.ViewQuestion), nil
	}
}

type answerQuestionInput struct {
	IDPath
	Body struct {
		Text string `json:"text" minLength:"4" maxLength:"1000" doc:"居民都会看到"`
	}
}

func answerQuestion(d Deps) func(context.Context, org.Actor, *answerQuestionInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *answerQuestionInput) (*comDone, error) {
		return dutyDone(in.ID, d.Board.Answer(ctx, a, in.ID, in.Body.Text))
	}
}

type screenQuestionInput struct {
	IDPath
	Body struct {
		Show   bool   `json:"show"`
		Reason string `json:"reason,omitempty" maxLength:"100" doc:"不公开时必填，提问人会看到"`
	}
}

func screenQuestion(d Deps) func(context.Context, org.Actor, *screenQuestionInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *screenQuestionInput) (*comDone, error) {
		return dutyDone(in.ID, d.Board.Screen(ctx, a, in.ID, in.Body.Show, in.Body.Reason))
	}
}
