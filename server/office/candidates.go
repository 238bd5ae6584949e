package office

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
		id, path string
		about    assembly.About
		says     string
	}{
		{"officeListDraftComments", "/meetings/{id}/comments", assembly.AboutDrafts, "业主对议题草案的意见和答复"},
		{"officeListGroupComments", "/groups/{id}/comments", assembly.AboutGroup, "业主对成员名单的异议和答复"},
		{"officeListCandidateComments", "/candidates/{id}/comments", assembly.AboutCandidate, "业主对候选人的异议和答复"},
	} {
		web.Handle(g, web.Op{ID: c.id, Method: http.MethodGet, Path: c.path, Summary: c.says, Action: org.ReadMeetings}, listPreparedComments(d, c.about))
	}
	web.Handle(g, web.Op{ID: "officeAnswerComment", Method: http.MethodPost, Path: "/comments/{id}/answer", Summary: "答复业主的意见或异议，全体业主会看到", Action: org.ConveneMeeting, Rate: workRate}, answerComment(d))
	web.Handle(g, web.Op{ID: "officeListCandidates", Method: http.MethodGet, Path: "/meetings/{id}/candidates", Summary: "业主委员会候选人", Action: org.ReadMeetings}, listCandidates(d))
	web.Handle(g, web.Op{ID: "officeNominate", Method: http.MethodPost, Path: "/meetings/{id}/candidates", Summary: "社区或乡镇（办事处）推荐候选人，要本人同意", Action: org.ConveneMeeting, Rate: workRate, Status: http.StatusCreated}, nominate(d))
	web.Handle(g, web.Op{ID: "officeShowCandidate", Method: http.MethodGet, Path: "/candidates/{id}", Summary: "一位候选人和逐项审查的结果", Action: org.ReadMeetings}, showCandidate(d))
	web.Handle(g, web.Op{ID: "officeRecordConsent", Method: http.MethodPost, Path: "/candidates/{id}/consent", Summary: "登记本人签字的同意书", Action: org.ConveneMeeting, Rate: workRate}, recordConsent(d))
	web.Handle(g, web.Op{ID: "officeCheckCandidate", Method: http.MethodPost, Path: "/candidates/{id}/check", Summary: "逐项审查资格；不符合的写明事实和理由", Action: org.ConveneMeeting, Rate: workRate}, checkCandidate(d))
	web.Handle(g, web.Op{ID: "officeFixCandidates", Method: http.MethodPost, Path: "/meetings/{id}/candidate-list", Summary: "确定候选人名单和次序，写进选举的议题", Action: org.ConveneMeeting, Rate: workRate}, fixCandidates(d))
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

type answerCommentInput struct {
	IDPath
	Body struct {
		Accept bool   `json:"accept" doc:"是否采纳；采纳对候选人的异议，候选人即不符合条件"`
		Text   string `json:"text" minLength:"4" maxLength:"500"`
	}
}

func answerComment(d Deps) func(context.Context, org.Actor, *answerCommentInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *answerCommentInput) (*web.Empty, error) {
		_, err := d.Assemblies.AnswerComment(ctx, a, in.ID, in.Body.Accept, in.Body.Text)
		return nil, err
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
		UnitID    int64  `json:"unit_id" minimum:"1"`
		Name      string `json:"name" minLength:"2" maxLength:"20" doc:"和名册一致的姓名"`
		Profile   string `json:"profile" minLength:"4" maxLength:"1000"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type candidateOutput struct{ Body hall.Candidate }

func candidateOut(ctx context.Context, d Deps, a org.Actor, x *assembly.Candidate, err error) (*candidateOutput, error) {
	if err != nil {
		return nil, err
	}
	v, err := d.Assemblies.FindCandidate(ctx, a, x.ID)
	if err != nil {
		return nil, err
	}
	return &candidateOutput{Body: hall.OfCandidate(*v)}, nil
}

func nominate(d Deps) func(context.Context, org.Actor, *nominateInput) (*candidateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *nominateInput) (*candidateOutput, error) {
		b := in.Body
		x, err := d.Assemblies.Nominate(ctx, a, assembly.NewCandidate{MeetingID: in.ID, UnitID: b.UnitID, Name: b.Name, Profile: b.Profile, ClientRef: b.ClientRef, InputHash: web.InputHash("candidate", in.ID, b)})
		return candidateOut(ctx, d, a, x, err)
	}
}

func showCandidate(d Deps) func(context.Context, org.Actor, *IDPath) (*candidateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*candidateOutput, error) {
		return candidateOut(ctx, d, a, &assembly.Candidate{ID: in.ID}, nil)
	}
}

type recordConsentInput struct {
	IDPath
	Body struct {
		Text    string  `json:"text" minLength:"4" maxLength:"200" doc:"本人怎样同意的"`
		FileIDs []int64 `json:"file_ids" minItems:"1" maxItems:"10"`
	}
}

func recordConsent(d Deps) func(context.Context, org.Actor, *recordConsentInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *recordConsentInput) (*web.Empty, error) {
		return nil, d.Assemblies.Consent(ctx, a, in.ID, in.Body.Text, in.Body.FileIDs)
	}
}

type checkCandidateInput struct {
	IDPath
	Body struct {
		Checks []struct {
			Code   string `json:"code" enum:"capacity,lawful,duties,fair,able,time"`
			Holds  bool   `json:"holds"`
			Reason string `json:"reason,omitempty" maxLength:"500" doc:"不符合时必填，本人会看到"`
		} `json:"checks" minItems:"1" maxItems:"10" doc:"274号规则第31条的每一项"`
	}
}

func checkCandidate(d Deps) func(context.Context, org.Actor, *checkCandidateInput) (*candidateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *checkCandidateInput) (*candidateOutput, error) {
		judged := make([]assembly.Checked, len(in.Body.Checks))
		for i, c := range in.Body.Checks {
			judged[i] = assembly.Checked(c)
		}
		x, err := d.Assemblies.CheckCandidate(ctx, a, in.ID, judged)
		return candidateOut(ctx, d, a, x, err)
	}
}

type fixCandidatesInput struct {
	IDPath
	Body struct {
		Version    int64   `json:"version" minimum:"1"`
		Position   int     `json:"position,omitempty" minimum:"0" maximum:"20" doc:"选举的议题；不填则新增一个"`
		OrderedBy  string  `json:"ordered_by" enum:"lot,time" doc:"lot 当众抽签；time 按提名时间"`
		Drawn      []int64 `json:"drawn,omitempty" maxItems:"200" doc:"抽签得到的候选人次序"`
		Minutes    string  `json:"minutes,omitempty" maxLength:"1000" doc:"抽签的时间、地点、见证人"`
		Fill       int     `json:"fill" minimum:"1" maximum:"19" doc:"应选人数"`
		Alternates int     `json:"alternates,omitempty" minimum:"0" maximum:"19" doc:"候补人数"`
		Size       int     `json:"size,omitempty" minimum:"0" maximum:"19" doc:"补选时填写：委员总数"`
		Sitting    int     `json:"sitting,omitempty" minimum:"0" maximum:"19" doc:"补选时填写：留任人数"`
		MaxMarks   int     `json:"max_marks,omitempty" minimum:"0" maximum:"200" doc:"每张票最多同意几人；不填为不限"`
	}
}

func fixCandidates(d Deps) func(context.Context, org.Actor, *fixCandidatesInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *fixCandidatesInput) (*meetingOutput, error) {
		b := in.Body
		return meetingOut(d.Assemblies.FixList(ctx, a, in.ID, b.Version, assembly.FinalList{Position: b.Position, OrderedBy: b.OrderedBy, Drawn: b.Drawn, Minutes: b.Minutes, Fill: b.Fill, Alternates: b.Alternates, Size: b.Size, Sitting: b.Sitting, MaxMarks: b.MaxMarks}))
	}
}
