package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func candidateRoutes(g *web.Group, d Deps) {
	for _, c := range []struct {
		name, path string
		about      assembly.About
		what       string
	}{
		{"DraftComment", "/meetings/{id}/comments", assembly.AboutDrafts, "议题草案"},
		{"GroupComment", "/groups/{id}/comments", assembly.AboutGroup, "成员名单"},
		{"CandidateComment", "/candidates/{id}/comments", assembly.AboutCandidate, "候选人"},
	} {
		web.Handle(g, web.Op{ID: "write" + c.name, Method: http.MethodPost, Path: c.path, Summary: "公示期内对" + c.what + "提出意见或异议；别人只看到哪一幢", Action: org.JoinMeeting, Status: http.StatusCreated, Rate: fileRate}, writeComment(d, c.about))
		web.Handle(g, web.Op{ID: "list" + c.name + "s", Method: http.MethodGet, Path: c.path, Summary: "对" + c.what + "的意见和答复", Action: org.ReadMeetings}, listPreparedComments(d, c.about))
	}
	web.Handle(g, web.Op{ID: "listCandidates", Method: http.MethodGet, Path: "/meetings/{id}/candidates", Summary: "业主委员会候选人和名单的次序", Action: org.ReadMeetings}, listCandidates(d))
	web.Handle(g, web.Op{ID: "nominate", Method: http.MethodPost, Path: "/meetings/{id}/candidates", Summary: "自荐（不填姓名）或联名推荐", Action: org.JoinMeeting, Status: http.StatusCreated, Rate: nameRate}, nominate(d))
	web.Handle(g, web.Op{ID: "showCandidate", Method: http.MethodGet, Path: "/candidates/{id}", Summary: "一位候选人", Action: org.ReadMeetings}, showCandidate(d))
	web.Handle(g, web.Op{ID: "backCandidate", Method: http.MethodPut, Path: "/candidates/{id}/backing", Summary: "附议联名推荐", Action: org.JoinMeeting, Rate: fileRate}, candidateDeed(d, (*assembly.Service).Back))
	web.Handle(g, web.Op{ID: "consentToStand", Method: http.MethodPut, Path: "/candidates/{id}/consent", Summary: "被推荐的本人同意参选，并同意公布姓名和介绍", Action: org.JoinMeeting, Rate: fileRate}, candidateDeed(d, func(s *assembly.Service, ctx context.Context, a org.Actor, id int64) error {
		return s.Consent(ctx, a, id, "", nil)
	}))
	web.Handle(g, web.Op{ID: "standDown", Method: http.MethodDelete, Path: "/candidates/{id}", Summary: "本人退出（会议通知之前）", Action: org.JoinMeeting, Rate: fileRate}, candidateDeed(d, (*assembly.Service).StandDown))
}

type writeCommentInput struct {
	IDPath
	Body struct {
		Position  int    `json:"position,omitempty" minimum:"0" maximum:"20" doc:"对第几个议题；不填为整体"`
		Text      string `json:"text" minLength:"4" maxLength:"1000" doc:"请不要写个人的电话和姓名"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type commentOutput struct {
	Body struct {
		ID    int64  `json:"id"`
		State string `json:"state"`
	}
}

func writeComment(d Deps, about assembly.About) func(context.Context, org.Actor, *writeCommentInput) (*commentOutput, error) {
	return func(ctx context.Context, a org.Actor, in *writeCommentInput) (*commentOutput, error) {
		b := in.Body
		c, err := d.Assemblies.Comment(ctx, a, assembly.NewComment{About: about, AboutID: in.ID, Position: b.Position, Text: b.Text, ClientRef: b.ClientRef, InputHash: web.InputHash("comment", about, in.ID, b)})
		if err != nil {
			return nil, err
		}
		out := &commentOutput{}
		out.Body.ID, out.Body.State = c.ID, string(c.State)
		return out, nil
	}
}

func listPreparedComments(d Deps, about assembly.About) func(context.Context, org.Actor, *IDPage) (*hall.Comments, error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*hall.Comments, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		c, err := d.Assemblies.ListComments(ctx, a, about, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		return hall.OfComments(in.Page, c), nil
	}
}

func listCandidates(d Deps) func(context.Context, org.Actor, *IDPath) (*hall.Candidates, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hall.Candidates, error) {
		list, order, err := d.Assemblies.Candidates(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return hall.OfCandidates(list, order), nil
	}
}

type nominateInput struct {
	IDPath
	Body struct {
		UnitID    int64  `json:"unit_id" minimum:"1" doc:"候选人的房屋"`
		Name      string `json:"name,omitempty" maxLength:"20" doc:"推荐别人时填写，和名册一致；自荐不填"`
		Profile   string `json:"profile" minLength:"4" maxLength:"1000" doc:"基本情况和打算；请不要写身份证号和电话"`
		Consent   bool   `json:"consent,omitempty" doc:"自荐：同意参选，并同意向全体业主公布姓名和介绍"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type candidateOutput struct{ Body hall.Candidate }

func candidateOut(ctx context.Context, d Deps, a org.Actor, id int64, err error) (*candidateOutput, error) {
	if err != nil {
		return nil, err
	}
	v, err := d.Assemblies.FindCandidate(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &candidateOutput{Body: hall.OfCandidate(*v)}, nil
}

func nominate(d Deps) func(context.Context, org.Actor, *nominateInput) (*candidateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *nominateInput) (*candidateOutput, error) {
		b := in.Body
		x, err := d.Assemblies.Nominate(ctx, a, assembly.NewCandidate{MeetingID: in.ID, UnitID: b.UnitID, Name: b.Name, Profile: b.Profile, Consent: b.Consent, ClientRef: b.ClientRef, InputHash: web.InputHash("candidate", in.ID, b)})
		if err != nil {
			return nil, err
		}
		return candidateOut(ctx, d, a, x.ID, nil)
	}
}

func showCandidate(d Deps) func(context.Context, org.Actor, *IDPath) (*candidateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*candidateOutput, error) {
		return candidateOut(ctx, d, a, in.ID, nil)
	}
}

// candidateDeed is what is done to a candidacy without further words.
func candidateDeed(d Deps, do func(*assembly.Service, context.Context, org.Actor, int64) error) func(context.Context, org.Actor, *IDPath) (*candidateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*candidateOutput, error) {
		return candidateOut(ctx, d, a, in.ID, do(d.Assemblies, ctx, a, in.ID))
	}
}
