package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// comDone names what was made or changed.
type comDone struct {
	Body struct {
		ID int64 `json:"id"`
	}
}

func comDid(id int64, err error) (*comDone, error) {
	if err != nil {
		return nil, err
	}
	out := &comDone{}
	out.Body.ID = id
	return out, nil
}

type proposeInput struct {
	IDPath
	Body struct {
		Title     string `json:"title" minLength:"2" maxLength:"40"`
		Text      string `json:"text" minLength:"5" maxLength:"2000"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func proposeToCommittee(d Deps) func(context.Context, org.Actor, *proposeInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *proposeInput) (*comDone, error) {
		return comDid(d.Committee.Once(in.Body.ClientRef, web.InputHash("propose", in.ID, in.Body)).Propose(ctx, a, in.ID, in.Body.Title, in.Body.Text))
	}
}

type proposalView struct {
	ID         int64      `json:"id"`
	Number     string     `json:"number"`
	Title      string     `json:"title"`
	Text       string     `json:"text"`
	StateName  string     `json:"state_name"`
	Company    string     `json:"company,omitempty"`
	DueAt      *time.Time `json:"due_at,omitempty" doc:"物业服务企业什么时候之前答复"`
	LateDays   int64      `json:"late_days,omitempty"`
	Answer     string     `json:"answer,omitempty"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	Reply      string     `json:"reply,omitempty" doc:"业委会的回复"`
	CreatedAt  time.Time  `json:"created_at"`
}

type proposalOutput struct{ Body proposalView }

func viewProposal(p committee.Proposal, now time.Time) proposalView {
	out := proposalView{ID: p.ID, Number: p.Number, Title: p.Title, Text: p.Text, StateName: committee.ProposalStates[p.State], DueAt: web.TimeOr(p.DueAt), Answer: p.Answer, AnsweredAt: web.TimeOr(p.AnsweredAt), Reply: p.Reply, CreatedAt: web.Time(p.CreatedAt)}
	if p.DueAt != nil {
		if p.AnsweredAt != nil {
			now = *p.AnsweredAt
		}
		out.LateDays = committee.Late(*p.DueAt, now)
	}
	return out
}

func listMyProposals(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[proposalView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[proposalView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Committee.ListMyProposals(ctx, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(p committee.Proposal) int64 { return p.ID }, func(p committee.Proposal) proposalView { return viewProposal(p, d.Committee.Now()) }), nil
	}
}

func showMyProposal(d Deps) func(context.Context, org.Actor, *IDPath) (*proposalOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*proposalOutput, error) {
		v, err := d.Committee.FindMyProposal(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := viewProposal(v.Proposal, d.Committee.Now())
		out.Company = v.Company
		return &proposalOutput{Body: out}, nil
	}
}

type comItemView struct {
	ID     int64        `json:"id"`
	Title  string       `json:"title"`
	Text   string       `json:"text"`
	Clause string       `json:"clause"`
	State  string       `json:"state_name"`
	Mine   *comVoteView `json:"mine,omitempty" doc:"我的表决"`
}

type comBallotView struct {
	MeetingID int64         `json:"meeting_id"`
	Number    string        `json:"number"`
	Estate    string        `json:"estate"`
	Title     string        `json:"title"`
	State     string        `json:"state_name"`
	VoteEnds  *time.Time    `json:"vote_ends,omitempty"`
	Seats     int64         `json:"seats" doc:"全体委员"`
	Need      int64         `json:"need" doc:"至少要几人同意"`
	Items     []comItemView `json:"items"`
}

func listCommitteeVotes(d Deps) func(context.Context, org.Actor, *comNothing) (*web.All[comBallotView], error) {
	return func(ctx context.Context, a org.Actor, _ *comNothing) (*web.All[comBallotView], error) {
		rows, err := d.Committee.ListVotes(ctx, a)
		return web.Whole(rows, viewPaper), err
	}
}

// comNothing is the input of what takes none.
type comNothing struct{}

func viewPaper(p committee.Paper) comBallotView {
	out := comBallotView{MeetingID: p.Meeting.ID, Number: p.Meeting.Number, Estate: p.Estate, Title: p.Meeting.Title, State: committee.MeetingStates[p.Meeting.State], VoteEnds: web.TimeOr(p.Meeting.VoteEnds), Seats: p.Seats, Need: p.Need, Items: []comItemView{}}
	for _, it := range p.Items {
		x := comItemView{ID: it.ID, Title: it.Title, Text: it.Text, Clause: it.Clause, State: committee.ItemStates[it.State]}
		if v, ok := p.Mine[it.ID]; ok {
			x.Mine = &comVoteView{Choice: committee.ChoiceNames[v.Choice], Reason: v.Reason, Interest: v.Interest}
		}
		out.Items = append(out.Items, x)
	}
	return out
}

type votesInput struct {
	IDPath
	Body struct {
		Votes []struct {
			ItemID   int64  `json:"item_id" minimum:"1"`
			Choice   string `json:"choice" enum:"yes,no,abstain" doc:"yes 同意；no 反对；abstain 弃权"`
			Reason   string `json:"reason,omitempty" maxLength:"500"`
			Interest string `json:"interest,omitempty" maxLength:"200" doc:"与议题有利害关系的，写明是什么"`
		} `json:"votes" minItems:"1" maxItems:"30"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func voteCommittee(d Deps) func(context.Context, org.Actor, *votesInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *votesInput) (*comDone, error) {
		ballots := make([]committee.Ballot, len(in.Body.Votes))
		for i, v := range in.Body.Votes {
			ballots[i] = committee.Ballot(v)
		}
		return comDid(d.Committee.Once(in.Body.ClientRef, web.InputHash("votes", in.ID, in.Body)).Cast(ctx, a, in.ID, ballots))
	}
}

type handedView struct {
	ID      int64      `json:"id"`
	Kind    string     `json:"kind"`
	Name    string     `json:"name"`
	Detail  string     `json:"detail,omitempty"`
	GivenAt *time.Time `json:"given_at,omitempty" doc:"上一届确认移交"`
	TakenAt *time.Time `json:"taken_at,omitempty" doc:"新一届确认接收，或写明缺少"`
	Missing bool       `json:"missing,omitempty"`
	Text    string     `json:"text,omitempty"`
}

type handoverOutput struct {
	Body struct {
		ID     int64        `json:"id"`
		Estate string       `json:"estate"`
		State  string       `json:"state"`
		DueAt  time.Time    `json:"due_at"`
		Gives  bool         `json:"gives" doc:"我是上一届的"`
		Takes  bool         `json:"takes" doc:"我是新一届的"`
		Items  []handedView `json:"items"`
	}
}

func showHandover(d Deps) func(context.Context, org.Actor, *IDPath) (*handoverOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*handoverOutput, error) {
		v, err := d.Committee.FindHandover(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &handoverOutput{}
		b := &out.Body
		b.ID, b.Estate, b.State, b.DueAt, b.Gives, b.Takes = v.ID, v.Estate, v.State, web.Time(v.DueAt), v.Gives, v.Takes
		for _, x := range v.Items {
			b.Items = append(b.Items, handedView{ID: x.ID, Kind: committee.HandedKinds[x.Kind], Name: x.Name, Detail: x.Detail, GivenAt: web.TimeOr(x.GivenAt), TakenAt: web.TimeOr(x.TakenAt), Missing: x.Missing, Text: x.Text})
		}
		return out, nil
	}
}

type tickInput struct {
	IDPath
	Body struct {
		ItemID    int64  `json:"item_id" minimum:"1"`
		Missing   bool   `json:"missing,omitempty" doc:"没有移交"`
		Text      string `json:"text,omitempty" maxLength:"500" doc:"缺什么"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64"`
	}
}

func tickHanded(d Deps) func(context.Context, org.Actor, *tickInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *tickInput) (*comDone, error) {
		return comDid(d.Committee.Once(in.Body.ClientRef, web.InputHash("tick", in.ID, in.Body)).TickHanded(ctx, a, in.ID, in.Body.ItemID, in.Body.Missing, in.Body.Text))
	}
}
