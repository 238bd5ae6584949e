package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func meetingTextRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "业主大会", web.Staff)
	web.Handle(g, web.Op{ID: "officeListMeetingTexts", Method: http.MethodGet, Path: "/meeting-texts", Summary: "业主写的提议、意见、自荐和异议里，待核对能否向其他业主显示的，旧的在前", Action: org.ReviewContent}, listMeetingTexts(d))
	web.Handle(g, web.Op{ID: "officeDecideMeetingText", Method: http.MethodPost, Path: "/meeting-texts/{id}/decision", Summary: "决定能否向其他业主显示；原文保留，不影响联名、答复和处理", Action: org.ReviewContent, Rate: workRate}, decideMeetingText(d))
}

type meetingTextView struct {
	ID        int64     `json:"id"`
	EstateID  int64     `json:"estate_id"`
	Kind      string    `json:"kind" doc:"petition 联名提议；comment 意见；candidate 候选人介绍；objection 异议"`
	SubjectID int64     `json:"subject_id"`
	Words     string    `json:"words"`
	At        time.Time `json:"at"`
}

func listMeetingTexts(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[meetingTextView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[meetingTextView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListTexts(ctx, a, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(t assembly.HeldText) int64 { return t.ID }, func(t assembly.HeldText) meetingTextView {
			return meetingTextView{ID: t.ID, EstateID: t.EstateID, Kind: t.Kind, SubjectID: t.SubjectID, Words: t.Words, At: web.Time(t.At)}
		}), nil
	}
}

func decideMeetingText(d Deps) func(context.Context, org.Actor, *screenInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *screenInput) (*web.Empty, error) {
		return nil, d.Assemblies.DecideText(ctx, a, in.ID, in.Body.Show, in.Body.Reason)
	}
}
