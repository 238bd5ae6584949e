package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func whistleRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "吹哨报到", web.Staff)
	web.Handle(g, web.Op{ID: "officeAskWhistle", Method: http.MethodPost, Path: "/whistles", Summary: "社区申请吹哨：写明为什么超出职权，要哪些单位到场", Action: org.AskWhistle, Rate: workRate, Status: http.StatusCreated}, askWhistle(d))
	web.Handle(g, web.Op{ID: "officeListWhistles", Method: http.MethodGet, Path: "/whistles", Summary: "吹哨", Action: org.ReadWhistles}, listWhistles(d))
	web.Handle(g, web.Op{ID: "officeShowWhistle", Method: http.MethodGet, Path: "/whistles/{id}", Summary: "一次吹哨：单位、报到、纪要和任务", Action: org.ReadWhistles}, showWhistle(d))
	web.Handle(g, web.Op{ID: "officeSignWhistle", Method: http.MethodPost, Path: "/whistles/{id}/signature", Summary: "乡镇（办事处）负责人签批", Action: org.BlowWhistle, Rate: workRate}, signWhistle(d))
	web.Handle(g, web.Op{ID: "officeRecallWhistle", Method: http.MethodPost, Path: "/whistles/{id}/recall", Summary: "撤回还没有签批的吹哨申请", Action: org.AskWhistle, Rate: workRate}, recallWhistle(d))
	web.Handle(g, web.Op{ID: "officeCheckIn", Method: http.MethodPost, Path: "/whistles/{id}/check-in", Summary: "到现场报到：定位和照片", Action: org.AnswerWhistle, Rate: workRate}, checkIn(d))
	web.Handle(g, web.Op{ID: "officeRefuseWhistle", Method: http.MethodPost, Path: "/whistles/{id}/refusal", Summary: "引用条款拒绝，报领导小组办公室裁定", Action: org.AnswerWhistle, Rate: workRate}, refuseWhistle(d))
	web.Handle(g, web.Op{ID: "officeDecideRefusal", Method: http.MethodPost, Path: "/whistles/{id}/refusals/{organisation}/decision", Summary: "裁定一个单位是否到场", Action: org.DecideWhistle, Rate: workRate}, decideRefusal(d))
	web.Handle(g, web.Op{ID: "officeWriteMinute", Method: http.MethodPost, Path: "/whistles/{id}/minutes", Summary: "记录现场纪要", Action: org.ReadWhistles, Rate: workRate}, writeMinute(d))
	web.Handle(g, web.Op{ID: "officeGiveTask", Method: http.MethodPost, Path: "/whistles/{id}/tasks", Summary: "分给一个单位一项任务", Action: org.AskWhistle, Rate: workRate}, giveTask(d))
	web.Handle(g, web.Op{ID: "officeCloseWhistle", Method: http.MethodPost, Path: "/whistles/{id}/closing", Summary: "销哨", Action: org.AskWhistle, Rate: workRate}, closeWhistle(d))
	web.Handle(g, web.Op{ID: "officeRateWhistle", Method: http.MethodPost, Path: "/whistles/{id}/ratings/{organisation}", Summary: "评价一个报到单位", Action: org.AskWhistle, Rate: workRate}, rateWhistle(d))
	web.Handle(g, web.Op{ID: "officeListTasks", Method: http.MethodGet, Path: "/tasks", Summary: "本单位的任务，或本单位交办的任务，先到期的在前", Action: org.WorkTasks}, listTasks(d))
	web.Handle(g, web.Op{ID: "officeFinishTask", Method: http.MethodPost, Path: "/tasks/{id}/result", Summary: "报告任务完成情况", Action: org.WorkTasks, Rate: workRate}, finishTask(d))
}

type callView struct {
	OrganisationID int64       `json:"organisation_id"`
	Office         string      `json:"office"`
	Task           string      `json:"task"`
	Clause         string      `json:"clause"`
	State          string      `json:"state"`
	StateName      string      `json:"state_name"`
	RefusedClause  string      `json:"refused_clause,omitempty"`
	RefusedText    string      `json:"refused_text,omitempty"`
	DecidedText    string      `json:"decided_text,omitempty"`
	ArrivedAt      *time.Time  `json:"arrived_at,omitempty"`
	Lat            float64     `json:"lat,omitempty"`
	Lng            float64     `json:"lng,omitempty"`
	Metres         int64       `json:"metres,omitempty" doc:"离现场的距离；没有定位时不写"`
	Away           bool        `json:"away,omitempty" doc:"不在现场"`
	AwayReason     string      `json:"away_reason,omitempty"`
	FileID         int64       `json:"file_id,omitempty"`
	DueAt          *time.Time  `json:"due_at,omitempty" doc:"裁定要到场的单位自己的时限"`
	Rating         *RatingBody `json:"rating,omitempty"`
	Comment        string      `json:"comment,omitempty"`
}

type minuteView struct {
	By     string    `json:"by"`
	ItemID int64     `json:"item_id,omitempty" doc:"会议的哪一项议题；没有的是整次会议"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

type taskView struct {
	ID        int64      `json:"id"`
	Of        string     `json:"of" doc:"来自：whistle 吹哨；conference 联席会议；mediation 调解"`
	OfID      int64      `json:"of_id"`
	CaseID    int64      `json:"case_id,omitempty"`
	Estate    string     `json:"estate,omitempty"`
	Office    string     `json:"office"`
	GivenBy   string     `json:"given_by"`
	Text      string     `json:"text"`
	DueAt     time.Time  `json:"due_at"`
	Late      bool       `json:"late"`
	State     string     `json:"state"`
	Result    string     `json:"result,omitempty"`
	DoneAt    *time.Time `json:"done_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

type whistleView struct {
	ID           int64        `json:"id"`
	Number       string       `json:"number"`
	CaseID       int64        `json:"case_id,omitempty"`
	CaseNumber   string       `json:"case_number,omitempty"`
	EstateID     int64        `json:"estate_id"`
	Estate       string       `json:"estate"`
	AskedBy      string       `json:"asked_by" doc:"申请的社区"`
	Township     string       `json:"township"`
	Reason       string       `json:"reason"`
	Sort         string       `json:"sort"`
	Place        string       `json:"place"`
	Lat          float64      `json:"lat,omitempty"`
	Lng          float64      `json:"lng,omitempty"`
	State        string       `json:"state"`
	StateName    string       `json:"state_name"`
	SignedText   string       `json:"signed_text,omitempty"`
	Outcome      string       `json:"outcome,omitempty"`
	DueAt        *time.Time   `json:"due_at,omitempty"`
	DueReference bool         `json:"due_reference,omitempty"`
	Late         bool         `json:"late"`
	SignDue      *time.Time   `json:"sign_due,omitempty" doc:"签批的时限"`
	Calls        []callView   `json:"calls"`
	Minutes      []minuteView `json:"minutes,omitempty"`
	Tasks        []taskView   `json:"tasks,omitempty"`
	Actions      []string     `json:"actions,omitempty" doc:"您的单位现在可以做什么"`
	CreatedAt    time.Time    `json:"created_at"`
	BlownAt      *time.Time   `json:"blown_at,omitempty"`
	ClosedAt     *time.Time   `json:"closed_at,omitempty"`
}

type whistleOutput struct{ Body whistleView }

func viewWhistle(v joint.View) whistleView {
	out := whistleView{ID: v.ID, Number: v.Number, CaseID: v.CaseID, CaseNumber: v.CaseNumber, EstateID: v.EstateID, Estate: v.Estate, AskedBy: v.AskedName, Township: v.SignedName,
		Reason: v.Reason, Sort: string(v.Sort), Place: v.Place, Lat: web.Degrees(v.Lat), Lng: web.Degrees(v.Lng), State: string(v.State), StateName: joint.StateNames[v.State],
		SignedText: v.SignedText, Outcome: v.Outcome, DueAt: web.TimeOr(v.DueAt), DueReference: v.DueReference, Late: v.Late, SignDue: web.TimeOr(v.SignDue), Actions: v.Allowed,
		CreatedAt: web.Time(v.CreatedAt), BlownAt: web.TimeOr(v.BlownAt), ClosedAt: web.TimeOr(v.ClosedAt), Calls: []callView{}}
	for _, c := range v.Calls {
		one := callView{OrganisationID: c.OrganisationID, Office: c.Office, Task: c.Task, Clause: c.Clause, State: string(c.State), StateName: joint.AnswerNames[c.State],
			RefusedClause: c.RefusedClause, RefusedText: c.RefusedText, DecidedText: c.DecidedText, ArrivedAt: web.TimeOr(c.ArrivedAt), Lat: web.Degrees(c.Lat), Lng: web.Degrees(c.Lng),
			Metres: max(c.Metres, 0), Away: c.Away, AwayReason: c.AwayReason, FileID: c.FileID, DueAt: web.TimeOr(c.DueAt), Comment: c.Comment}
		if c.RatedAt != nil {
			one.Rating = &RatingBody{c.Response, c.Solved, c.Satisfied}
		}
		out.Calls = append(out.Calls, one)
	}
	for _, m := range v.Minutes {
		out.Minutes = append(out.Minutes, minuteView{By: m.By, Text: m.Text, At: web.Time(m.At)})
	}
	for _, t := range v.Tasks {
		out.Tasks = append(out.Tasks, viewTask(t))
	}
	return out
}

func viewTask(t joint.TaskView) taskView {
	return taskView{ID: t.ID, Of: t.SubjectKind, OfID: t.SubjectID, CaseID: t.CaseID, Estate: t.Estate, Office: t.Office, GivenBy: t.GivenBy, Text: t.Text, DueAt: web.Time(t.DueAt),
		Late: t.Late, State: t.State, Result: t.Result, DoneAt: web.TimeOr(t.DoneAt), CreatedAt: web.Time(t.CreatedAt)}
}

type askWhistleInput struct {
	Body struct {
		CaseID    int64       `json:"case_id,omitempty" minimum:"0" doc:"为哪一件投诉"`
		EstateID  int64       `json:"estate_id,omitempty" minimum:"0" doc:"没有投诉件时填小区"`
		Reason    string      `json:"reason" minLength:"1" maxLength:"1000" doc:"为什么超出社区和乡镇（办事处）的职权"`
		Sort      joint.Sort  `json:"sort" enum:"simple,complex" doc:"简单或复杂，决定时限"`
		Place     string      `json:"place" minLength:"1" maxLength:"200" doc:"在哪里报到"`
		Lat       float64     `json:"lat,omitempty" minimum:"-90" maximum:"90"`
		Lng       float64     `json:"lng,omitempty" minimum:"-180" maximum:"180"`
		Calls     []pieceBody `json:"calls" minItems:"1" maxItems:"15" doc:"通知哪些单位、做什么、依据哪一条"`
		ClientRef string      `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func askWhistle(d Deps) func(context.Context, org.Actor, *askWhistleInput) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *askWhistleInput) (*whistleOutput, error) {
		b := in.Body
		r := joint.Request{CaseID: b.CaseID, EstateID: b.EstateID, Reason: b.Reason, Sort: b.Sort, Place: b.Place, Lat: web.Micro(b.Lat), Lng: web.Micro(b.Lng), ClientRef: b.ClientRef, InputHash: web.InputHash(b)}
		for _, c := range b.Calls {
			r.Calls = append(r.Calls, joint.Call{OrganisationID: c.To, Task: c.Text, Clause: c.Clause})
		}
		w, err := d.Joint.Ask(ctx, a, r)
		return blown(ctx, d, a, w, err)
	}
}

// blown shows a whistle after something was done to it.
func blown(ctx context.Context, d Deps, a org.Actor, w *joint.Whistle, err error) (*whistleOutput, error) {
	if err != nil {
		return nil, err
	}
	v, err := d.Joint.Find(ctx, a, w.ID)
	if err != nil {
		return nil, err
	}
	return &whistleOutput{Body: viewWhistle(*v)}, nil
}

type recallInput struct {
	IDPath
	Body struct {
		Text      string `json:"text" minLength:"1" maxLength:"400" doc:"为什么撤回"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func recallWhistle(d Deps) func(context.Context, org.Actor, *recallInput) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *recallInput) (*whistleOutput, error) {
		w, err := d.Joint.Once(in.Body.ClientRef, web.InputHash("recall", in.ID, in.Body)).Recall(ctx, a, in.ID, in.Body.Text)
		return blown(ctx, d, a, w, err)
	}
}

type whistlesInput struct {
	State  joint.State `query:"state" enum:"requested,declined,blown,closed" doc:"状态；不填为全部"`
	CaseID int64       `query:"case_id" minimum:"0" doc:"只看一件投诉的"`
	web.Page
}

func listWhistles(d Deps) func(context.Context, org.Actor, *whistlesInput) (*web.List[whistleView], error) {
	return func(ctx context.Context, a org.Actor, in *whistlesInput) (*web.List[whistleView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Joint.List(ctx, a, in.State, in.CaseID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v joint.View) int64 { return v.ID }, viewWhistle), nil
	}
}

func showWhistle(d Deps) func(context.Context, org.Actor, *IDPath) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*whistleOutput, error) {
		return blown(ctx, d, a, &joint.Whistle{ID: in.ID}, nil)
	}
}

type signInput struct {
	IDPath
	Body struct {
		Blow      bool   `json:"blow" doc:"同意吹哨"`
		Text      string `json:"text,omitempty" maxLength:"500" doc:"不同意时必填"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func signWhistle(d Deps) func(context.Context, org.Actor, *signInput) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *signInput) (*whistleOutput, error) {
		w, err := d.Joint.Once(in.Body.ClientRef, web.InputHash("sign", in.ID, in.Body)).Sign(ctx, a, in.ID, in.Body.Blow, in.Body.Text)
		return blown(ctx, d, a, w, err)
	}
}

type checkInInput struct {
	IDPath
	Body struct {
		Lat    float64 `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"手机定位（GCJ-02）"`
		Lng    float64 `json:"lng,omitempty" minimum:"-180" maximum:"180"`
		Reason string  `json:"reason,omitempty" maxLength:"200" doc:"不能到现场、或没有定位的原因"`
		FileID int64   `json:"file_id" minimum:"1" doc:"现场照片"`
	}
}

func checkIn(d Deps) func(context.Context, org.Actor, *checkInInput) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *checkInInput) (*whistleOutput, error) {
		w, err := d.Joint.CheckIn(ctx, a, in.ID, joint.Arrival{Lat: web.Micro(in.Body.Lat), Lng: web.Micro(in.Body.Lng), Reason: in.Body.Reason, FileID: in.Body.FileID})
		return blown(ctx, d, a, w, err)
	}
}

type refuseWhistleInput struct {
	IDPath
	Body struct {
		Clause    string `json:"clause" minLength:"1" maxLength:"64" doc:"职责清单的条款"`
		Text      string `json:"text" minLength:"1" maxLength:"500" doc:"理由"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func refuseWhistle(d Deps) func(context.Context, org.Actor, *refuseWhistleInput) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *refuseWhistleInput) (*whistleOutput, error) {
		w, err := d.Joint.Once(in.Body.ClientRef, web.InputHash("refuse", in.ID, in.Body)).Refuse(ctx, a, in.ID, in.Body.Clause, in.Body.Text)
		return blown(ctx, d, a, w, err)
	}
}

// OfOffice is the input of operations on one office in one thing.
type OfOffice struct {
	IDPath
	Organisation int64 `path:"organisation" minimum:"1"`
}

type decideRefusalInput struct {
	OfOffice
	Body struct {
		Excuse    bool   `json:"excuse" doc:"不用到场"`
		Text      string `json:"text" minLength:"1" maxLength:"500" doc:"裁定理由"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func decideRefusal(d Deps) func(context.Context, org.Actor, *decideRefusalInput) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *decideRefusalInput) (*whistleOutput, error) {
		w, err := d.Joint.Once(in.Body.ClientRef, web.InputHash("decide", in.ID, in.Organisation, in.Body)).DecideRefusal(ctx, a, in.ID, in.Organisation, in.Body.Excuse, in.Body.Text)
		return blown(ctx, d, a, w, err)
	}
}

type minuteInput struct {
	IDPath
	Body struct {
		Text      string `json:"text" minLength:"2" maxLength:"4000"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func writeMinute(d Deps) func(context.Context, org.Actor, *minuteInput) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *minuteInput) (*whistleOutput, error) {
		w, err := d.Joint.WriteMinute(ctx, a, in.ID, in.Body.Text, in.Body.ClientRef, web.InputHash(in.ID, in.Body.Text))
		return blown(ctx, d, a, w, err)
	}
}

type giveTaskInput struct {
	IDPath
	Body struct {
		To        int64  `json:"to" minimum:"1" doc:"哪个单位"`
		Text      string `json:"text" minLength:"1" maxLength:"500"`
		Due       string `json:"due" format:"date" doc:"哪一天之前"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func giveTask(d Deps) func(context.Context, org.Actor, *giveTaskInput) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *giveTaskInput) (*whistleOutput, error) {
		due, err := web.Day(in.Body.Due, "due")
		if err != nil {
			return nil, err
		}
		n := joint.NewTask{OrganisationID: in.Body.To, Text: in.Body.Text, ClientRef: in.Body.ClientRef, InputHash: web.InputHash(in.ID, in.Body)}
		if end := web.EndOf(due); end != nil {
			n.DueAt = *end
		}
		w, err := d.Joint.GiveTask(ctx, a, in.ID, n)
		return blown(ctx, d, a, w, err)
	}
}

type textBody struct {
	IDPath
	Body struct {
		Text      string `json:"text" minLength:"1" maxLength:"2000"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func closeWhistle(d Deps) func(context.Context, org.Actor, *textBody) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *textBody) (*whistleOutput, error) {
		w, err := d.Joint.Once(in.Body.ClientRef, web.InputHash("close", in.ID, in.Body)).Close(ctx, a, in.ID, in.Body.Text)
		return blown(ctx, d, a, w, err)
	}
}

type rateWhistleInput struct {
	OfOffice
	Body struct {
		RatingBody
		Comment   string `json:"comment,omitempty" maxLength:"500"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func rateWhistle(d Deps) func(context.Context, org.Actor, *rateWhistleInput) (*whistleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *rateWhistleInput) (*whistleOutput, error) {
		w, err := d.Joint.Once(in.Body.ClientRef, web.InputHash("rate", in.ID, in.Organisation, in.Body)).Rate(ctx, a, in.ID, in.Organisation, complaint.Rating(in.Body.RatingBody), in.Body.Comment)
		return blown(ctx, d, a, w, err)
	}
}

type tasksInput struct {
	Given bool   `query:"given" doc:"看本单位交办的"`
	State string `query:"state" enum:"open,done" doc:"状态；不填为全部"`
	web.Page
}

func listTasks(d Deps) func(context.Context, org.Actor, *tasksInput) (*web.List[taskView], error) {
	return func(ctx context.Context, a org.Actor, in *tasksInput) (*web.List[taskView], error) {
		due, after, err := in.FromPair()
		if err != nil {
			return nil, err
		}
		rows, err := d.Joint.ListTasks(ctx, a, in.Given, in.State, due, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.PagedPair(in.Page, rows, func(t joint.TaskView) (int64, int64) { return t.DueAt.Unix(), t.ID }, viewTask), nil
	}
}

type taskOutput struct{ Body taskView }

func finishTask(d Deps) func(context.Context, org.Actor, *textBody) (*taskOutput, error) {
	return func(ctx context.Context, a org.Actor, in *textBody) (*taskOutput, error) {
		t, err := d.Joint.Once(in.Body.ClientRef, web.InputHash("finish", in.ID, in.Body)).FinishTask(ctx, a, in.ID, in.Body.Text)
		if err != nil {
			return nil, err
		}
		return &taskOutput{Body: viewTask(joint.TaskView{Task: *t, Office: a.Post.OrgName})}, nil
	}
}
