package office

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type notifyMeetingInput struct {
	IDPath
	Body struct {
		Version  int64     `json:"version" minimum:"1"`
		OpensAt  time.Time `json:"opens_at"`
		ClosesAt time.Time `json:"closes_at"`
		Words    string    `json:"words,omitempty" maxLength:"100" doc:"召集人想补充的话；“没有投票怎么算”由系统按议事规则写进通知，不能删去"`
	}
}

// NextStep says what has to be done so that what was begun goes on.
type NextStep struct {
	Text       string `json:"text"`
	CampaignID int64  `json:"campaign_id,omitempty" doc:"送达每户的群发"`
	Number     string `json:"number,omitempty"`
	State      string `json:"state,omitempty" doc:"submitted 等另一个人批准；approved 马上发出"`
}

type noticedOutput struct {
	Body struct {
		hall.Meeting
		Next NextStep `json:"next"`
	}
}

// notifyMeeting gives the notice, and drafts in the same deed what serves it on each seat: by rule another person lets that go out.
func notifyMeeting(d Deps) func(context.Context, org.Actor, *notifyMeetingInput) (*noticedOutput, error) {
	return func(ctx context.Context, a org.Actor, in *notifyMeetingInput) (*noticedOutput, error) {
		m, err := d.Assemblies.Notify(ctx, a, in.ID, in.Body.Version, assembly.Window{Opens: in.Body.OpensAt, Closes: in.Body.ClosesAt, Words: in.Body.Words})
		if err != nil {
			return nil, err
		}
		out := &noticedOutput{}
		out.Body.Meeting, out.Body.Next = hall.OfMeeting(m), d.serveNotice(ctx, a, m)
		return out, nil
	}
}

// serveNotice drafts the campaign that serves a notice. Where that fails, the notice stands, and whoever gave it reads what to do.
func (d Deps) serveNotice(ctx context.Context, a org.Actor, m *assembly.Meeting) NextStep {
	w, err := noticeWords(m, "业主大会会议通知："+m.Title, fmt.Sprintf("meeting-%d-notice", m.ID))
	if err == nil {
		w.Channels = []campaign.Channel{plan.Mini, plan.SMS, campaign.Letter, campaign.Visit}
		w.NeedsProof, w.RemindEvery = true, min(int(m.OpensAt.Sub(d.DB.Now())/(24*time.Hour))+1, 30) // the first when voting has opened
		var next *NextStep
		if next, err = d.submitted(ctx, a, w); err == nil {
			if !d.LinkTexts {
				next.Text += "短信里的投票链接还没有开通（缺短信签名或 letter 模板），没有小程序的业主请用信件、上门通知。"
			}
			return *next
		}
	}
	why := fault.Of(err)
	says := []string{why.Message}
	for _, f := range why.Fields {
		says = append(says, f.Reason)
	}
	return NextStep{Text: "会议通知已经发出并冻结，但是送达每户的群发没有起草成功：" + strings.Join(says, "；") + "。请在“群发和送达”里起草，类别选业主大会，正文用会议通知的原文。"}
}

// noticeWords are the frozen words of a meeting's notice, for the owners of its scope, until the close.
func noticeWords(m *assembly.Meeting, title, ref string) (campaign.Words, error) {
	scope, err := m.Concerns()
	if r := []rune(title); len(r) > 40 {
		title = string(r[:39]) + "…"
	}
	return campaign.Words{EstateID: m.EstateID, Title: title, Body: m.Notice, Kind: "assembly", SubjectKind: event.AssemblySubject, SubjectID: m.ID, Audience: campaign.Owners,
		Scope: campaign.Scope{Buildings: scope.Buildings, Units: scope.Units}, EndsAt: m.ClosesAt, ClientRef: ref, InputHash: web.InputHash(ref, m.Notice)}, err
}

// submitted drafts a campaign and asks for its approval.
func (d Deps) submitted(ctx context.Context, a org.Actor, w campaign.Words) (*NextStep, error) {
	c, err := d.Campaigns.Write(ctx, a, w)
	if err != nil {
		return nil, err
	}
	if c.State == campaign.Draft {
		if c, err = d.Campaigns.Submit(ctx, a, c.ID); err != nil {
			return nil, err
		}
	}
	next := &NextStep{CampaignID: c.ID, Number: c.Number, State: string(c.State), Text: "送达每户的群发（" + c.Number + "）已经起草并提交，还没有发出：请另一个人（本单位负责人或上级单位，不能是您）在“群发和送达”里看过后批准，批准后马上发出。"}
	if c.State != campaign.Submitted {
		next.Text = "送达每户的群发（" + c.Number + "）不用第二个人批准，马上发出。"
	}
	return next, nil
}

// errNoLinkTexts says that no link can go out by a short message.
var errNoLinkTexts = fault.New(fault.Closed, "link.no_texts", "用短信发投票链接还没有开通：缺短信签名或者 letter 模板，请联系系统管理员。没有小程序的业主，请打印信件、上门通知，或者在会议里生成链接自己发给业主")

type textLinksInput struct {
	IDPath
	Body struct {
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type textLinksOutput struct{ Body NextStep }

// textLinks drafts short messages to the owners who have neither voted nor been served, each with the link of their own seat.
func textLinks(d Deps) func(context.Context, org.Actor, *textLinksInput) (*textLinksOutput, error) {
	return func(ctx context.Context, a org.Actor, in *textLinksInput) (*textLinksOutput, error) {
		if !d.LinkTexts {
			return nil, errNoLinkTexts
		}
		m, sets, err := d.Assemblies.Unreached(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		w, err := noticeWords(m, "业主大会投票链接："+m.Title, in.Body.ClientRef)
		if err != nil {
			return nil, err
		}
		w.Channels, w.Scope = []campaign.Channel{plan.SMS}, campaign.Scope{Seats: sets}
		next, err := d.submitted(ctx, a, w)
		if err != nil {
			return nil, err
		}
		return &textLinksOutput{*next}, nil
	}
}
