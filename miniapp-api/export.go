package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/server/web"
)

type exportOutput struct{ Body exportView }

// exportView is everything that linli keeps about a person, for that person (PIPL art. 45).
type exportView struct {
	Name         string              `json:"name"`
	Phone        string              `json:"phone"`
	Since        time.Time           `json:"since"`
	Accounts     []exportAccount     `json:"wechat_accounts"`
	Consents     []exportConsent     `json:"consents"`
	Homes        []exportHome        `json:"homes"`
	Posts        []exportPost        `json:"posts"`
	Absences     []exportAbsence     `json:"absences" doc:"登记的外出"`
	Wishes       []exportWish        `json:"preferences" doc:"各类消息的选择；没有列出的是每条都发"`
	DigestHour   int                 `json:"digest_hour" doc:"每天几点发合成的一条消息"`
	Roster       []exportOwner       `json:"roster" doc:"业主名册中关于您的记录"`
	Applications []exportApplication `json:"applications" doc:"住户认证申请"`
	AreaClaims   []exportArea        `json:"area_claims" doc:"面积异议"`
	Requests     []exportRequest     `json:"privacy_requests" doc:"个人信息更正和删除申请"`
	Messages     []exportMessages    `json:"subscriptions" doc:"您同意接收的微信消息"`
	Taps         []exportTap         `json:"subscription_entries" doc:"您每次的选择，最近1000次"`
	Inbox        []exportItem        `json:"inbox" doc:"“我的消息”，最近1000条"`
	Sent         []exportSent        `json:"sent_messages" doc:"发到微信和手机的消息，最近1000条"`
	Served       []exportServed      `json:"served_notices" doc:"送达到户的通知、打印和上门记录，最近1000份"`
	Draft        *draftView          `json:"complaint_draft,omitempty" doc:"没写完的投诉"`
	Complaints   []caseView          `json:"complaints" doc:"投诉和办理步骤"`
	Meetings     []exportMeeting     `json:"meetings" doc:"业主大会：您写的、签名的、提交的和投的票，各最近1000条；怎么投的，用回执核验时在您的设备上打开"`
	Looks        []exportLook        `json:"looks" doc:"哪个单位在什么时候查看过您的完整信息；投诉里的查看见办理步骤"`
}

type exportAccount struct {
	Provider string    `json:"provider"`
	OpenID   string    `json:"open_id"`
	Since    time.Time `json:"since"`
}

type exportConsent struct {
	Version   string     `json:"version"`
	Given     time.Time  `json:"given"`
	Withdrawn *time.Time `json:"withdrawn,omitempty"`
}

type exportHome struct {
	UnitID int64      `json:"unit_id"`
	Unit   string     `json:"unit"`
	Role   org.Role   `json:"role"`
	Basis  string     `json:"basis"`
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty"`
}

type exportPost struct {
	PostID int64      `json:"post_id"`
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty"`
}

type exportAbsence struct {
	PostID int64  `json:"post_id"`
	From   string `json:"from"`
	To     string `json:"to"`
}

type exportWish struct {
	PostID int64       `json:"post_id,omitempty" doc:"哪个岗位；没有就是作为居民"`
	Kind   string      `json:"kind"`
	Mode   notify.Mode `json:"mode"`
}

type exportOwner struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Paper string `json:"paper" doc:"证件号码"`
}

type exportApplication struct {
	ID        int64      `json:"id"`
	Unit      string     `json:"unit"`
	Role      org.Role   `json:"role"`
	Name      string     `json:"name"`
	Note      string     `json:"note,omitempty"`
	LeaseEnds string     `json:"lease_ends,omitempty"`
	State     string     `json:"state"`
	Reason    string     `json:"reason,omitempty"`
	FileIDs   []int64    `json:"file_ids,omitempty"`
	At        time.Time  `json:"at"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
}

type exportArea struct {
	ID        int64      `json:"id"`
	Unit      string     `json:"unit"`
	Area      string     `json:"area"`
	Recorded  string     `json:"recorded"`
	Note      string     `json:"note,omitempty"`
	State     string     `json:"state"`
	Reason    string     `json:"reason,omitempty"`
	FileIDs   []int64    `json:"file_ids,omitempty"`
	At        time.Time  `json:"at"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
}

type exportRequest struct {
	ID     int64     `json:"id"`
	Kind   string    `json:"kind"`
	Body   string    `json:"body,omitempty"`
	State  string    `json:"state"`
	Answer string    `json:"answer,omitempty"`
	At     time.Time `json:"at"`
}

type exportMessages struct {
	Template string     `json:"template"`
	Stock    int        `json:"stock" doc:"还可以收到几条"`
	LongTerm bool       `json:"long_term" doc:"一直可以收到"`
	Asked    *time.Time `json:"asked,omitempty"`
	Refused  *time.Time `json:"refused,omitempty"`
	Closed   *time.Time `json:"closed,omitempty"`
}

type exportTap struct {
	Template string       `json:"template"`
	Kind     consent.Kind `json:"kind"`
	At       time.Time    `json:"at"`
}

type exportItem struct {
	Title  string     `json:"title"`
	Body   string     `json:"body"`
	At     time.Time  `json:"at"`
	ReadAt *time.Time `json:"read_at,omitempty"`
}

type exportSent struct {
	Channel     string     `json:"channel"`
	Title       string     `json:"title"`
	State       string     `json:"state"`
	At          time.Time  `json:"at"`
	SentAt      *time.Time `json:"sent_at,omitempty"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty" doc:"微信或运营商说已送到"`
}

type exportServed struct {
	Title       string        `json:"title"`
	State       string        `json:"state"`
	PrintedAt   *time.Time    `json:"printed_at,omitempty"`
	ConfirmedAt *time.Time    `json:"confirmed_at,omitempty"`
	How         string        `json:"confirmed_how,omitempty"`
	Visits      []exportVisit `json:"visits,omitempty"`
}

type exportVisit struct {
	At     time.Time `json:"at"`
	Result string    `json:"result"`
	Place  string    `json:"place,omitempty"`
	Note   string    `json:"note,omitempty"`
}

type exportMeeting struct {
	Kind    string    `json:"kind" doc:"petition 联名提议；signature 签名；comment 意见；candidacy 参选；nomination 提名；backing 附议；roll_note 名册异议；objection 结果异议；proxy 委托；agency 受托；credential 证明材料；ballot 投票"`
	Number  string    `json:"number,omitempty"`
	Text    string    `json:"text,omitempty"`
	State   string    `json:"state,omitempty"`
	Answer  string    `json:"answer,omitempty"`
	FileIDs []int64   `json:"file_ids,omitempty"`
	Erasure string    `json:"erasure" doc:"申请删除个人信息时怎么处理，依据是什么"`
	At      time.Time `json:"at"`
}

type exportLook struct {
	At             time.Time `json:"at"`
	OrganisationID int64     `json:"organisation_id"`
	Subject        string    `json:"subject" doc:"unit 房屋业主信息，application 认证申请，privacy_request 个人信息申请"`
	SubjectID      int64     `json:"subject_id"`
	Detail         string    `json:"detail,omitempty"`
}

func exportMe(d Deps) func(context.Context, org.Actor, *web.Empty) (*exportOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*exportOutput, error) {
		x, err := d.Org.Export(ctx, a)
		if err != nil {
			return nil, err
		}
		cases, err := d.Complaints.ExportOwn(ctx, a)
		if err != nil {
			return nil, err
		}
		v := viewExport(x)
		if err := addPapers(ctx, d, &v, cases); err != nil {
			return nil, err
		}
		if v.Draft, err = findDraft(ctx, d, a); err != nil {
			return nil, err
		}
		rows, hour, err := d.Wishes.Export(ctx, a)
		if err != nil {
			return nil, err
		}
		v.DigestHour = hour
		for _, r := range rows {
			v.Wishes = append(v.Wishes, exportWish{PostID: r.PostID, Kind: r.Kind, Mode: r.Mode})
		}
		for _, add := range []func(context.Context, Deps, org.Actor, *exportView) error{addConsents, addMessages, addServed, addMeetings} {
			if err := add(ctx, d, a, &v); err != nil {
				return nil, err
			}
		}
		return &exportOutput{Body: v}, nil
	}
}

func viewExport(x *org.Export) exportView {
	v := exportView{Name: x.Name, Phone: x.Phone, Since: web.Time(x.Since), Accounts: []exportAccount{}, Consents: []exportConsent{}, Homes: []exportHome{},
		Posts: []exportPost{}, Absences: []exportAbsence{}, Wishes: []exportWish{}, Roster: []exportOwner{}, Applications: []exportApplication{}, AreaClaims: []exportArea{}, Requests: []exportRequest{},
		Complaints: []caseView{}, Looks: []exportLook{}, Messages: []exportMessages{}, Taps: []exportTap{}, Inbox: []exportItem{}, Sent: []exportSent{}, Served: []exportServed{}}
	for _, i := range x.Accounts {
		v.Accounts = append(v.Accounts, exportAccount{Provider: string(i.Provider), OpenID: i.OpenID, Since: web.Time(i.CreatedAt)})
	}
	for _, c := range x.Consents {
		v.Consents = append(v.Consents, exportConsent{Version: c.Version, Given: web.Time(c.GivenAt), Withdrawn: web.TimeOr(c.WithdrawnAt)})
	}
	for _, h := range x.Homes {
		v.Homes = append(v.Homes, exportHome{UnitID: h.UnitID, Unit: x.Units[h.UnitID], Role: h.Role, Basis: h.Basis, Since: web.Time(h.Since), Until: web.TimeOr(h.Until)})
	}
	for _, p := range x.Posts {
		v.Posts = append(v.Posts, exportPost{PostID: p.PostID, Since: web.Time(p.Since), Until: web.TimeOr(p.Until)})
	}
	for _, b := range x.Absences {
		v.Absences = append(v.Absences, exportAbsence{PostID: b.PostID, From: b.StartsOn.Format(time.DateOnly), To: b.EndsOn.Format(time.DateOnly)})
	}
	for _, o := range x.OwnerOf {
		v.Roster = append(v.Roster, exportOwner{Name: o.Name, Phone: o.Phone, Paper: o.Paper})
	}
	for _, a := range x.Applications {
		v.Applications = append(v.Applications, exportApplication{ID: a.ID, Unit: a.UnitName, Role: a.Role, Name: a.Name, Note: a.Note, LeaseEnds: web.DayOr(a.LeaseEnds),
			State: a.State, Reason: a.Reason, At: web.Time(a.CreatedAt), DecidedAt: web.TimeOr(a.DecidedAt)})
	}
	for _, c := range x.AreaClaims {
		v.AreaClaims = append(v.AreaClaims, exportArea{ID: c.ID, Unit: c.UnitName, Area: area.Milli(c.AreaMilli).String(), Recorded: area.Milli(c.RecordedMilli).String(),
			Note: c.Note, State: c.State, Reason: c.Reason, At: web.Time(c.CreatedAt), DecidedAt: web.TimeOr(c.DecidedAt)})
	}
	for _, r := range x.Requests {
		v.Requests = append(v.Requests, exportRequest{ID: r.ID, Kind: r.Kind, Body: r.Body, State: r.State, Answer: r.Answer, At: web.Time(r.CreatedAt)})
	}
	for _, l := range x.Looks {
		v.Looks = append(v.Looks, exportLook{At: web.Time(l.At), OrganisationID: l.OrganisationID, Subject: l.SubjectKind, SubjectID: l.SubjectID, Detail: l.Detail})
	}
	return v
}

// addConsents adds which messages the person takes, and each time that they said so.
func addConsents(ctx context.Context, d Deps, a org.Actor, v *exportView) error {
	kept, err := d.Consents.Export(ctx, a)
	if err != nil {
		return err
	}
	for _, s := range kept.Subscriptions {
		v.Messages = append(v.Messages, exportMessages{Template: s.Template, Stock: s.Stock, LongTerm: s.LongTerm, Asked: web.TimeOr(s.AskedAt), Refused: web.TimeOr(s.RefusedAt), Closed: web.TimeOr(s.ClosedAt)})
	}
	for _, e := range kept.Entries {
		v.Taps = append(v.Taps, exportTap{Template: e.Template, Kind: e.Kind, At: web.Time(e.At)})
	}
	return nil
}

// mostItems bounds the messages of an export.
const mostItems = 1000

// addMessages adds what the person was told, in the app and outside.
func addMessages(ctx context.Context, d Deps, a org.Actor, v *exportView) error {
	items, err := d.Inbox.List(ctx, a, 0, mostItems)
	if err != nil {
		return err
	}
	for _, i := range items {
		v.Inbox = append(v.Inbox, exportItem{Title: i.Title, Body: i.Body, At: web.Time(i.CreatedAt), ReadAt: web.TimeOr(i.ReadAt)})
	}
	sends, err := d.Notifier.ListOwn(ctx, a)
	if err != nil {
		return err
	}
	for _, s := range sends {
		v.Sent = append(v.Sent, exportSent{Channel: string(s.Channel), Title: s.Title, State: string(s.State), At: web.Time(s.CreatedAt), SentAt: web.TimeOr(s.SentAt), ConfirmedAt: web.TimeOr(s.ConfirmedAt)})
	}
	return nil
}

// addServed adds what was served on the person's homes.
func addServed(ctx context.Context, d Deps, a org.Actor, v *exportView) error {
	list, err := d.Campaigns.ListOwn(ctx, a)
	if err != nil {
		return err
	}
	for _, s := range list {
		x := exportServed{Title: s.Title, State: campaign.ReachNames[s.State], PrintedAt: web.TimeOr(s.PrintedAt), ConfirmedAt: web.TimeOr(s.ConfirmedAt), How: campaign.HowNames[s.ConfirmedHow]}
		for _, c := range s.Calls {
			x.Visits = append(x.Visits, exportVisit{At: web.Time(c.At), Result: campaign.ResultNames[c.Result], Place: c.Place, Note: c.Note})
		}
		v.Served = append(v.Served, x)
	}
	return nil
}

// addMeetings adds what the person did around owners' meetings, with the documents that they handed in.
func addMeetings(ctx context.Context, d Deps, a org.Actor, v *exportView) error {
	list, err := d.Assemblies.Export(ctx, a)
	if err != nil {
		return err
	}
	v.Meetings = []exportMeeting{}
	for _, o := range list {
		x := exportMeeting{Kind: o.Kind, Number: o.Number, Text: o.Text, State: o.State, Answer: o.Answer, Erasure: o.Erasure, At: web.Time(o.At)}
		switch o.Kind {
		case "objection", "proxy", "credential":
			if x.FileIDs, err = d.Files.IDsFor(ctx, o.Kind, o.ID); err != nil {
				return err
			}
		}
		v.Meetings = append(v.Meetings, x)
	}
	return nil
}

// addPapers adds the complaints, and to everything the files that belong to it.
func addPapers(ctx context.Context, d Deps, v *exportView, cases []complaint.View) error {
	for _, c := range cases {
		files, err := d.Files.IDsFor(ctx, "case", c.ID)
		if err != nil {
			return err
		}
		c.FileIDs = files
		v.Complaints = append(v.Complaints, viewCase(c))
	}
	for i := range v.Applications {
		var err error
		if v.Applications[i].FileIDs, err = d.Files.IDsFor(ctx, "application", v.Applications[i].ID); err != nil {
			return err
		}
	}
	for i := range v.AreaClaims {
		var err error
		if v.AreaClaims[i].FileIDs, err = d.Files.IDsFor(ctx, "area_claim", v.AreaClaims[i].ID); err != nil {
			return err
		}
	}
	return nil
}
