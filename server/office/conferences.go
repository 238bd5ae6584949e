package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func conferenceRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "联席会议", web.Staff)
	web.Handle(g, web.Op{ID: "officeCallConference", Method: http.MethodPost, Path: "/conferences", Summary: "召集联席会议：议题（可来自投诉件）、时间、地点、参会单位", Action: org.HoldConference, Rate: workRate, Status: http.StatusCreated}, callConference(d))
	web.Handle(g, web.Op{ID: "officeListConferences", Method: http.MethodGet, Path: "/conferences", Summary: "本单位召集或参加的联席会议", Action: org.ReadConferences}, listConferences(d))
	web.Handle(g, web.Op{ID: "officeShowConference", Method: http.MethodGet, Path: "/conferences/{id}", Summary: "一次会议：议题、到会、纪要、结论和任务", Action: org.ReadConferences}, showConference(d))
	web.Handle(g, web.Op{ID: "officeAddPoint", Method: http.MethodPost, Path: "/conferences/{id}/items", Summary: "增加议题", Action: org.HoldConference, Rate: workRate}, addPoint(d))
	web.Handle(g, web.Op{ID: "officeAttendConference", Method: http.MethodPost, Path: "/conferences/{id}/attendance/{organisation}", Summary: "记录一个单位到会情况", Action: org.HoldConference, Rate: workRate}, attendConference(d))
	web.Handle(g, web.Op{ID: "officeDecidePoint", Method: http.MethodPost, Path: "/conferences/{id}/items/{item}/decision", Summary: "议题的结论和任务", Action: org.HoldConference, Rate: workRate}, decidePoint(d))
	web.Handle(g, web.Op{ID: "officeAddPointTask", Method: http.MethodPost, Path: "/conferences/{id}/items/{item}/tasks", Summary: "给有结论的议题增加任务", Action: org.HoldConference, Rate: workRate}, addPointTask(d))
	web.Handle(g, web.Op{ID: "officeRecordConference", Method: http.MethodPost, Path: "/conferences/{id}/minutes", Summary: "会议纪要", Action: org.HoldConference, Rate: workRate}, recordConference(d))
	web.Handle(g, web.Op{ID: "officeEndConference", Method: http.MethodPost, Path: "/conferences/{id}/closing", Summary: "结束或取消会议", Action: org.HoldConference, Rate: workRate}, endConference(d))
}

type pointView struct {
	ID        int64      `json:"id"`
	CaseID    int64      `json:"case_id,omitempty"`
	Case      string     `json:"case,omitempty" doc:"投诉件编号"`
	Text      string     `json:"text"`
	Decision  string     `json:"decision,omitempty"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	NoTask    bool       `json:"no_task,omitempty" doc:"写明不需要任务"`
}

type attendeeView struct {
	OrganisationID int64  `json:"organisation_id"`
	Office         string `json:"office"`
	State          string `json:"state" doc:"called 已通知；present 到会；absent 未到会"`
	Names          string `json:"names,omitempty" doc:"谁来的"`
}

type conferenceView struct {
	ID        int64          `json:"id"`
	Number    string         `json:"number"`
	Holder    string         `json:"holder"`
	Estate    string         `json:"estate,omitempty"`
	Title     string         `json:"title"`
	Place     string         `json:"place"`
	StartsAt  time.Time      `json:"starts_at"`
	State     string         `json:"state"`
	StateName string         `json:"state_name"`
	Outcome   string         `json:"outcome,omitempty"`
	Items     []pointView    `json:"items,omitempty"`
	Attendees []attendeeView `json:"attendees,omitempty"`
	Minutes   []minuteView   `json:"minutes,omitempty"`
	Tasks     []taskView     `json:"tasks,omitempty"`
	ClosedAt  *time.Time     `json:"closed_at,omitempty"`
}

type conferenceOutput struct{ Body conferenceView }

func viewConference(v joint.ConferenceView) conferenceView {
	out := conferenceView{ID: v.ID, Number: v.Number, Holder: v.Holder, Estate: v.Estate, Title: v.Title, Place: v.Place, StartsAt: web.Time(v.StartsAt), State: v.State,
		StateName: joint.ConferenceStates[v.State], Outcome: v.Outcome, ClosedAt: web.TimeOr(v.ClosedAt)}
	for _, it := range v.Items {
		out.Items = append(out.Items, pointView{ID: it.ID, CaseID: it.CaseID, Case: v.Cases[it.CaseID], Text: it.Text, Decision: it.Decision, DecidedAt: web.TimeOr(it.DecidedAt), NoTask: it.NoTask})
	}
	for _, a := range v.Attendees {
		out.Attendees = append(out.Attendees, attendeeView{OrganisationID: a.OrganisationID, Office: v.Offices[a.OrganisationID], State: a.State, Names: a.Names})
	}
	for _, m := range v.Minutes {
		out.Minutes = append(out.Minutes, minuteView{By: m.By, ItemID: m.ItemID, Text: m.Text, At: web.Time(m.At)})
	}
	for _, t := range v.Tasks {
		out.Tasks = append(out.Tasks, viewTask(t))
	}
	return out
}

// conferred shows a conference after something was done to it.
func conferred(ctx context.Context, d Deps, a org.Actor, c *joint.Conference, err error) (*conferenceOutput, error) {
	if err != nil {
		return nil, err
	}
	v, err := d.Joint.FindConference(ctx, a, c.ID)
	if err != nil {
		return nil, err
	}
	return &conferenceOutput{Body: viewConference(*v)}, nil
}

// PointBody is a point of an agenda.
type PointBody struct {
	CaseID int64  `json:"case_id,omitempty" minimum:"0" doc:"来自哪一件投诉"`
	Text   string `json:"text" minLength:"2" maxLength:"500" doc:"议什么"`
}

type callConferenceInput struct {
	Body struct {
		EstateID  int64       `json:"estate_id,omitempty" minimum:"0" doc:"只关系一个小区时填写"`
		Title     string      `json:"title" minLength:"2" maxLength:"100"`
		Place     string      `json:"place" minLength:"2" maxLength:"200"`
		StartsAt  time.Time   `json:"starts_at"`
		Items     []PointBody `json:"items" minItems:"1" maxItems:"50"`
		Offices   []int64     `json:"offices" minItems:"1" maxItems:"50" doc:"参会单位"`
		ClientRef string      `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func callConference(d Deps) func(context.Context, org.Actor, *callConferenceInput) (*conferenceOutput, error) {
	return func(ctx context.Context, a org.Actor, in *callConferenceInput) (*conferenceOutput, error) {
		b := in.Body
		call := joint.Calling{EstateID: b.EstateID, Title: b.Title, Place: b.Place, StartsAt: b.StartsAt.UTC().Truncate(time.Second), Offices: b.Offices, ClientRef: b.ClientRef, InputHash: web.InputHash(b)}
		for _, p := range b.Items {
			call.Points = append(call.Points, joint.Point(p))
		}
		c, err := d.Joint.Call(ctx, a, call)
		return conferred(ctx, d, a, c, err)
	}
}

func listConferences(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[conferenceView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[conferenceView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Joint.ListConferences(ctx, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(v joint.ConferenceView) int64 { return v.ID }, viewConference), nil
	}
}

func showConference(d Deps) func(context.Context, org.Actor, *IDPath) (*conferenceOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*conferenceOutput, error) {
		return conferred(ctx, d, a, &joint.Conference{ID: in.ID}, nil)
	}
}

type addPointInput struct {
	IDPath
	Body struct {
		PointBody
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func addPoint(d Deps) func(context.Context, org.Actor, *addPointInput) (*conferenceOutput, error) {
	return func(ctx context.Context, a org.Actor, in *addPointInput) (*conferenceOutput, error) {
		c, err := d.Joint.Once(in.Body.ClientRef, web.InputHash("point", in.ID, in.Body)).AddPoint(ctx, a, in.ID, joint.Point(in.Body.PointBody))
		return conferred(ctx, d, a, c, err)
	}
}

type attendInput struct {
	IDPath
	Organisation int64 `path:"organisation" minimum:"1"`
	Body         struct {
		Present bool   `json:"present"`
		Names   string `json:"names,omitempty" maxLength:"200" doc:"谁来的"`
	}
}

func attendConference(d Deps) func(context.Context, org.Actor, *attendInput) (*conferenceOutput, error) {
	return func(ctx context.Context, a org.Actor, in *attendInput) (*conferenceOutput, error) {
		c, err := d.Joint.Attend(ctx, a, in.ID, in.Organisation, in.Body.Present, in.Body.Names)
		return conferred(ctx, d, a, c, err)
	}
}

type decidePointInput struct {
	IDPath
	Item int64 `path:"item" minimum:"1"`
	Body struct {
		Text   string          `json:"text" minLength:"2" maxLength:"2000" doc:"结论；没有议成的也写明"`
		Tasks  []pointTaskBody `json:"tasks,omitempty" maxItems:"20" doc:"由谁、在哪天之前做什么；至少一项"`
		NoTask bool            `json:"no_task,omitempty" doc:"不需要任务，不填任务时要写明"`
	}
}

type pointTaskBody struct {
	To        int64  `json:"to" minimum:"1" doc:"哪个单位"`
	Text      string `json:"text" minLength:"2" maxLength:"500"`
	Due       string `json:"due" format:"date"`
	ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
}

// task gives the task that is meant, at a point of a conference.
func (b pointTaskBody) task(path string, conference, item int64) (joint.NewTask, error) {
	due, err := web.Day(b.Due, path)
	if err != nil {
		return joint.NewTask{}, err
	}
	return joint.NewTask{OrganisationID: b.To, Text: b.Text, DueAt: *web.EndOf(due), ClientRef: b.ClientRef, InputHash: web.InputHash("conference", conference, item, b)}, nil
}

func decidePoint(d Deps) func(context.Context, org.Actor, *decidePointInput) (*conferenceOutput, error) {
	return func(ctx context.Context, a org.Actor, in *decidePointInput) (*conferenceOutput, error) {
		decision := joint.Decision{Text: in.Body.Text, NoTask: in.Body.NoTask}
		for _, b := range in.Body.Tasks {
			t, err := b.task("tasks.due", in.ID, in.Item)
			if err != nil {
				return nil, err
			}
			decision.Tasks = append(decision.Tasks, t)
		}
		c, err := d.Joint.Decide(ctx, a, in.ID, in.Item, decision)
		return conferred(ctx, d, a, c, err)
	}
}

type addPointTaskInput struct {
	IDPath
	Item int64 `path:"item" minimum:"1"`
	Body pointTaskBody
}

func addPointTask(d Deps) func(context.Context, org.Actor, *addPointTaskInput) (*conferenceOutput, error) {
	return func(ctx context.Context, a org.Actor, in *addPointTaskInput) (*conferenceOutput, error) {
		t, err := in.Body.task("due", in.ID, in.Item)
		if err != nil {
			return nil, err
		}
		c, err := d.Joint.GiveTaskOf(ctx, a, in.ID, in.Item, t)
		return conferred(ctx, d, a, c, err)
	}
}

type recordConferenceInput struct {
	IDPath
	Body struct {
		ItemID    int64  `json:"item_id,omitempty" minimum:"0" doc:"只记一项议题时填写；记整次会议的，看不到某项议题的单位也看不到这条纪要"`
		Text      string `json:"text" minLength:"2" maxLength:"4000"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func recordConference(d Deps) func(context.Context, org.Actor, *recordConferenceInput) (*conferenceOutput, error) {
	return func(ctx context.Context, a org.Actor, in *recordConferenceInput) (*conferenceOutput, error) {
		c, err := d.Joint.Record(ctx, a, in.ID, in.Body.ItemID, in.Body.Text, in.Body.ClientRef, web.InputHash("conference", in.ID, in.Body.ItemID, in.Body.Text))
		return conferred(ctx, d, a, c, err)
	}
}

type endConferenceInput struct {
	IDPath
	Body struct {
		Cancel    bool   `json:"cancel,omitempty" doc:"取消会议"`
		Text      string `json:"text,omitempty" maxLength:"500"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func endConference(d Deps) func(context.Context, org.Actor, *endConferenceInput) (*conferenceOutput, error) {
	return func(ctx context.Context, a org.Actor, in *endConferenceInput) (*conferenceOutput, error) {
		c, err := d.Joint.Once(in.Body.ClientRef, web.InputHash("end", in.ID, in.Body)).End(ctx, a, in.ID, in.Body.Cancel, in.Body.Text)
		return conferred(ctx, d, a, c, err)
	}
}
