package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func meetingRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "业主大会", web.Staff)
	meetingSheetRoutes(g, d)
	meetingRosterRoutes(g, d)
	drawingRoutes(g, d)
	debtorRoutes(g, d)
	motionDraftRoutes(g, d)
	web.Handle(g, web.Op{ID: "officeConveneMeeting", Method: http.MethodPost, Path: "/meetings", Summary: "起草业主大会：谁召集、依据、范围和议题；比例由事项和法律决定，不能自己选", Action: org.ConveneMeeting, Rate: workRate, Status: http.StatusCreated}, conveneMeeting(d))
	web.Handle(g, web.Op{ID: "officeListMeetings", Method: http.MethodGet, Path: "/estates/{id}/meetings", Summary: "小区的业主大会", Action: org.ReadMeetings}, listMeetings(d))
	web.Handle(g, web.Op{ID: "officeShowMeeting", Method: http.MethodGet, Path: "/meetings/{id}", Summary: "一次业主大会：议题、规则、进程和结果", Action: org.ReadMeetings}, showMeeting(d))
	web.Handle(g, web.Op{ID: "officeReviseMeeting", Method: http.MethodPut, Path: "/meetings/{id}/motions", Summary: "修改议题（通知之前）；修改后每个事项要重新确认", Action: org.ConveneMeeting, Rate: workRate}, reviseMeeting(d))
	web.Handle(g, web.Op{ID: "officeConfirmMatter", Method: http.MethodPost, Path: "/meetings/{id}/motions/{position}/confirmation", Summary: "第二个人确认议题属于哪类事项", Action: org.ConveneMeeting, Rate: workRate}, confirmMatter(d))
	web.Handle(g, web.Op{ID: "officeListDoubts", Method: http.MethodGet, Path: "/meetings/{id}/doubts", Summary: "锁定名册前要人工核对的地方，可以只看一类；各类各有几处", Action: org.ConveneMeeting}, listDoubts(d))
	web.Handle(g, web.Op{ID: "officeListRollNotes", Method: http.MethodGet, Path: "/meetings/{id}/roll-notes", Summary: "对名册的异议和锁定后的变化", Action: org.ReadMeetings}, listRollNotes(d))
	web.Handle(g, web.Op{ID: "officeAnswerChallenge", Method: http.MethodPost, Path: "/meetings/{id}/roll-notes/{note}/answer", Summary: "答复业主对名册的异议", Action: org.AnswerOwners, Rate: workRate}, answerChallenge(d))
	web.Handle(g, web.Op{ID: "officeFreezeRoll", Method: http.MethodPost, Path: "/meetings/{id}/freeze", Summary: "锁定名册，公布指纹；需要核对的地方逐项写明核对结果", Action: org.ConveneMeeting, Rate: workRate, Timeout: 2 * time.Minute}, freezeRoll(d))
	web.Handle(g, web.Op{ID: "officeNotifyMeeting", Method: http.MethodPost, Path: "/meetings/{id}/notice", Summary: "发出会议通知，冻结法律依据和议事规则；送达每户的群发同时起草好并提交，next 里是下一步", Action: org.ConveneMeeting, Rate: workRate, Timeout: walkTime}, notifyMeeting(d))
	web.Handle(g, web.Op{ID: "officeTextLinks", Method: http.MethodPost, Path: "/meetings/{id}/link-texts", Summary: "用短信给还没有投票、也没有送达的业主发自己的投票链接：起草并提交一次群发，由另一个人批准后发出", Action: org.ConveneMeeting, Rate: workRate, Timeout: walkTime, Status: http.StatusCreated}, textLinks(d))
	web.Handle(g, web.Op{ID: "officeOpineMeeting", Method: http.MethodPost, Path: "/meetings/{id}/opinion", Summary: "社区的意见，写进会议记录", Action: org.OpineMeeting, Rate: workRate}, opineAssembly(d))
	web.Handle(g, web.Op{ID: "officeExtendVoting", Method: http.MethodPost, Path: "/meetings/{id}/extension", Summary: "按冻结的规则延长一次表决期", Action: org.ConveneMeeting, Rate: workRate}, extendVoting(d))
	web.Handle(g, web.Op{ID: "officeCancelMeeting", Method: http.MethodPost, Path: "/meetings/{id}/cancellation", Summary: "取消会议：原因", Action: org.ConveneMeeting, Rate: workRate}, cancelAssembly(d))
	web.Handle(g, web.Op{ID: "officeShowTurnout", Method: http.MethodGet, Path: "/meetings/{id}/turnout", Summary: "各幢参与的人数和面积，还差多少；看不到怎么投的", Action: org.ReadMeetings}, showTurnout(d))
	web.Handle(g, web.Op{ID: "officeMakeLinks", Method: http.MethodPost, Path: "/meetings/{id}/links", Summary: "为几份表决权生成投票链接；旧链接作废，网址只显示这一次", Action: org.ConveneMeeting, Rate: workRate}, makeLinks(d))
	web.Handle(g, web.Op{ID: "officeRevokeLinks", Method: http.MethodDelete, Path: "/meetings/{id}/links/{seat}", Summary: "作废一份表决权的投票链接", Action: org.ConveneMeeting, Rate: workRate}, revokeVotingLinks(d))
	web.Handle(g, web.Op{ID: "officePublishResult", Method: http.MethodPost, Path: "/meetings/{id}/result", Summary: "计票，公示初步结果", Action: org.ConveneMeeting, Rate: workRate, Timeout: 2 * time.Minute}, publishResult(d))
	web.Handle(g, web.Op{ID: "officeListObjections", Method: http.MethodGet, Path: "/meetings/{id}/objections", Summary: "对结果和表决票的异议", Action: org.ReadMeetings}, listObjections(d))
	web.Handle(g, web.Op{ID: "officeAnswerObjection", Method: http.MethodPost, Path: "/meetings/{id}/objections/{objection}/answer", Summary: "处理异议；附计入和不计入有异议的票，结果各是什么；要不要计入某张票，由另一个人复核以后才算数", Action: org.AnswerOwners, Rate: workRate, Timeout: 2 * time.Minute}, answerObjection(d))
	web.Handle(g, web.Op{ID: "officeAnswerObjections", Method: http.MethodPost, Path: "/meetings/{id}/objections/answers", Summary: "一次处理几件同样的异议", Action: org.AnswerOwners, Rate: workRate, Timeout: 2 * time.Minute}, answerObjections(d))
	web.Handle(g, web.Op{ID: "officeConfirmObjection", Method: http.MethodPost, Path: "/meetings/{id}/objections/{objection}/confirmation", Summary: "第二个人复核对异议的处理意见：有异议的票从此计入或者不计入，或者对结果的异议成立后重新计票、不影响结果、不予确认", Action: org.AnswerOwners, Rate: workRate, Timeout: 2 * time.Minute}, confirmObjection(d))
	web.Handle(g, web.Op{ID: "officeCertifyMeeting", Method: http.MethodPost, Path: "/meetings/{id}/certificate", Summary: "由另一个人确认结果，同时公布在公示栏", Action: org.ConveneMeeting, Rate: workRate, Timeout: 2 * time.Minute}, certifyMeeting(d))
	web.Handle(g, web.Op{ID: "officeMeetingBundle", Method: http.MethodGet, Path: "/meetings/{id}/bundle", Summary: "下载可以逐票复核的数据包（业主版）：有各户房号和计票的选择，没有姓名，请勿转发；下载会被记录", Action: org.ReadMeetings, Rate: importRate, Timeout: walkTime}, meetingBundle(d))
	web.Handle(g, web.Op{ID: "officeRevokeMeeting", Method: http.MethodPost, Path: "/meetings/{id}/revocation", Summary: "登记法院撤销决定的判决", Action: org.RevokeMeeting, Rate: workRate}, revokeMeeting(d))
}

type proposalBody struct {
	ID       int64          `json:"id,omitempty" minimum:"0" doc:"修改时：原来议题的编号；附件、业主的意见和候选人名单随它保留。不填则按名称认，名称变了就是新的议题，改名称要填编号"`
	Title    string         `json:"title" maxLength:"60"`
	Body     string         `json:"body" maxLength:"10000"`
	Matter   string         `json:"matter" enum:"rules,covenant,committee,manager,use_fund,raise_fund,rebuild,common_parts,other" doc:"民法典第278条的事项"`
	Beside   string         `json:"beside,omitempty" enum:",rules,covenant,committee,manager,use_fund,raise_fund,rebuild,common_parts,other" doc:"实务中也有按这类事项算的，结果并列显示"`
	Question tally.Question `json:"question"`
	FileIDs  []int64        `json:"file_ids,omitempty" maxItems:"10" doc:"修改时不填：附件不变；填了：以这次为准，空列表是不要附件"`
	ItemID   *int64         `json:"committee_item_id,omitempty" minimum:"0" doc:"由业委会提交的议题（motion-drafts 的 committee_items）写成的，填它的编号；修改时不填：不变，0 是不要"`
}

func proposals(list []proposalBody) []assembly.Proposal {
	out := make([]assembly.Proposal, len(list))
	for i, p := range list {
		out[i] = assembly.Proposal(p)
	}
	return out
}

type conveneInput struct {
	Body struct {
		EstateID  int64             `json:"estate_id" minimum:"1"`
		Session   assembly.Session  `json:"session" enum:"first,regular,extraordinary,renewal"`
		Title     string            `json:"title" maxLength:"60"`
		Scope     event.Scope       `json:"scope,omitempty" doc:"只涉及部分楼幢或房屋时填写；不填为全小区"`
		Convener  assembly.Convener `json:"convener" enum:"committee,preparatory,renewal,township,community"`
		Basis     assembly.Basis    `json:"basis" enum:"own,petition,order,first,renewal"`
		BasisID   int64             `json:"basis_id,omitempty" doc:"联名提议、责令或筹备组的编号"`
		Channel   assembly.Channel  `json:"channel" enum:"system,official,paper" doc:"以哪种表决为准"`
		Motions   []proposalBody    `json:"motions" minItems:"1" maxItems:"20"`
		ClientRef string            `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type meetingOutput struct{ Body hall.Meeting }

func meetingOut(m *assembly.Meeting, err error) (*meetingOutput, error) {
	if err != nil {
		return nil, err
	}
	return &meetingOutput{Body: hall.OfMeeting(m)}, nil
}

func conveneMeeting(d Deps) func(context.Context, org.Actor, *conveneInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *conveneInput) (*meetingOutput, error) {
		b := in.Body
		return meetingOut(d.Assemblies.Convene(ctx, a, assembly.Call{EstateID: b.EstateID, Session: b.Session, Title: b.Title, Scope: b.Scope, Convener: b.Convener, Basis: b.Basis, BasisID: b.BasisID,
			Channel: b.Channel, Motions: proposals(b.Motions), ClientRef: b.ClientRef, InputHash: web.InputHash(b)}))
	}
}

func listMeetings(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.Meeting], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.Meeting], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.List(ctx, a, in.ID, before, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(m assembly.Meeting) int64 { return m.ID }, func(m assembly.Meeting) hall.Meeting { return hall.OfMeeting(&m) }), nil
	}
}

func showMeeting(d Deps) func(context.Context, org.Actor, *IDPath) (*meetingWithDrafts, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*meetingWithDrafts, error) {
		v, err := d.Assemblies.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &meetingWithDrafts{}
		out.Body.Meeting = hall.OfView(v)
		out.Body.Drafts, err = draftsFor(ctx, d, a, v)
		return out, err
	}
}

type reviseMeetingInput struct {
	IDPath
	Body struct {
		Version int64          `json:"version" minimum:"1"`
		Title   string         `json:"title" maxLength:"60"`
		Motions []proposalBody `json:"motions" minItems:"1" maxItems:"20"`
	}
}

func reviseMeeting(d Deps) func(context.Context, org.Actor, *reviseMeetingInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *reviseMeetingInput) (*meetingOutput, error) {
		return meetingOut(d.Assemblies.Revise(ctx, a, in.ID, in.Body.Version, in.Body.Title, proposals(in.Body.Motions)))
	}
}

type confirmMatterInput struct {
	MotionPath
	Body struct {
		Version int64 `json:"version" minimum:"1" doc:"您看过的版本"`
	}
}

func confirmMatter(d Deps) func(context.Context, org.Actor, *confirmMatterInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *confirmMatterInput) (*meetingOutput, error) {
		return meetingOut(d.Assemblies.ConfirmMatter(ctx, a, in.ID, in.Position, in.Body.Version))
	}
}

func listRollNotes(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.Note], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.Note], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListRollNotes(ctx, a, in.ID, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(n assembly.RollNoteView) int64 { return n.ID }, hall.OfNoteView), nil
	}
}

type answerChallengeInput struct {
	IDPath
	Note int64 `path:"note" minimum:"1"`
	Body struct {
		Accept bool   `json:"accept"`
		Text   string `json:"text" maxLength:"500" doc:"答复，业主会看到"`
	}
}

func answerChallenge(d Deps) func(context.Context, org.Actor, *answerChallengeInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *answerChallengeInput) (*web.Empty, error) {
		return nil, d.Assemblies.AnswerChallenge(ctx, a, in.ID, in.Note, in.Body.Accept, in.Body.Text)
	}
}

type freezeRollInput struct {
	IDPath
	Body struct {
		Reviewed map[string]string `json:"reviewed,omitempty" doc:"名册里每个需要核对的地方（doubts 的 key）和核对结果；同一类可以用 kind 一次写明，单独写了的以单独写的为准"`
	}
}

func freezeRoll(d Deps) func(context.Context, org.Actor, *freezeRollInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *freezeRollInput) (*meetingOutput, error) {
		return meetingOut(d.Assemblies.Freeze(ctx, a, in.ID, in.Body.Reviewed))
	}
}

type meetingTextInput struct {
	IDPath
	Body struct {
		Text string `json:"text" maxLength:"1000"`
	}
}

func opineAssembly(d Deps) func(context.Context, org.Actor, *meetingTextInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *meetingTextInput) (*meetingOutput, error) {
		return meetingOut(d.Assemblies.Opine(ctx, a, in.ID, in.Body.Text))
	}
}

func cancelAssembly(d Deps) func(context.Context, org.Actor, *meetingTextInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *meetingTextInput) (*meetingOutput, error) {
		return meetingOut(d.Assemblies.Cancel(ctx, a, in.ID, in.Body.Text))
	}
}

type extendVotingInput struct {
	IDPath
	Body struct {
		Days   int    `json:"days" minimum:"1" maximum:"90"`
		Reason string `json:"reason" maxLength:"200"`
	}
}

func extendVoting(d Deps) func(context.Context, org.Actor, *extendVotingInput) (*meetingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *extendVotingInput) (*meetingOutput, error) {
		return meetingOut(d.Assemblies.Extend(ctx, a, in.ID, in.Body.Days, in.Body.Reason))
	}
}
