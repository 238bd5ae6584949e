package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type comNoteView struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	By   string    `json:"by,omitempty"`
	Text string    `json:"text,omitempty"`
}

func viewNotes(notes []committee.Note, offices map[int64]string) []comNoteView {
	list := make([]comNoteView, len(notes))
	for i, n := range notes {
		list[i] = comNoteView{At: web.Time(n.At), What: committee.NoteNames[n.What], By: offices[n.OrganisationID], Text: n.Text}
	}
	return list
}

type comReviewView struct {
	Office string     `json:"office"`
	State  string     `json:"state"`
	Says   string     `json:"state_name"`
	Number string     `json:"number,omitempty" doc:"备案编号"`
	Reason string     `json:"reason,omitempty"`
	At     *time.Time `json:"at,omitempty"`
}

type comFilingView struct {
	ID        int64           `json:"id"`
	Number    string          `json:"number"`
	Estate    string          `json:"estate"`
	Kind      string          `json:"kind"`
	State     string          `json:"state"`
	StateName string          `json:"state_name"`
	Text      string          `json:"text,omitempty"`
	Term      string          `json:"term,omitempty"`
	From      string          `json:"from,omitempty"`
	To        string          `json:"to,omitempty"`
	Basis     string          `json:"basis,omitempty"`
	Members   []string        `json:"members,omitempty" doc:"提交时的名单"`
	Reviews   []comReviewView `json:"reviews"`
	Notes     []comNoteView   `json:"notes"`
	DueAt     *time.Time      `json:"due_at,omitempty"`
	FiledAt   *time.Time      `json:"filed_at,omitempty"`
	FileIDs   []int64         `json:"file_ids,omitempty"`
}

type comFilingOutput struct{ Body comFilingView }

func showFiling(d Deps) func(context.Context, org.Actor, *IDPath) (*comFilingOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*comFilingOutput, error) {
		v, err := d.Committee.FindFiling(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := comFilingView{ID: v.ID, Number: v.Number, Estate: v.Estate, Kind: committee.FilingKinds[v.Kind], State: v.State, StateName: committee.FilingStates[v.State], Text: v.Text, Term: v.Filed.Term, From: v.Filed.From,
			To: v.Filed.To, Basis: v.Filed.Basis, Reviews: []comReviewView{}, Notes: viewNotes(v.Notes, v.Offices), DueAt: web.TimeOr(v.DueAt), FiledAt: web.TimeOr(v.FiledAt), FileIDs: v.FileIDs}
		for _, m := range v.Filed.Members {
			out.Members = append(out.Members, committee.RoleNames[m.Role]+"："+v.Names[m.ID])
		}
		for _, r := range v.Reviews {
			out.Reviews = append(out.Reviews, comReviewView{Office: v.Offices[r.OrganisationID], State: r.State, Says: committee.ReviewStates[r.State], Number: r.Number, Reason: r.Reason, At: web.TimeOr(r.At)})
		}
		return &comFilingOutput{Body: out}, nil
	}
}

type comProposalView struct {
	ID         int64         `json:"id"`
	Number     string        `json:"number"`
	Title      string        `json:"title"`
	Text       string        `json:"text"`
	State      string        `json:"state"`
	StateName  string        `json:"state_name"`
	Company    string        `json:"company,omitempty"`
	DueAt      *time.Time    `json:"due_at,omitempty" doc:"物业服务企业什么时候之前答复"`
	LateDays   int64         `json:"late_days,omitempty"`
	Answer     string        `json:"answer,omitempty"`
	AnsweredAt *time.Time    `json:"answered_at,omitempty"`
	Reply      string        `json:"reply,omitempty"`
	CreatedAt  time.Time     `json:"created_at"`
	Notes      []comNoteView `json:"notes,omitempty"`
}

type comProposalOutput struct{ Body comProposalView }

func viewProposal(p committee.Proposal, now time.Time) comProposalView {
	out := comProposalView{ID: p.ID, Number: p.Number, Title: p.Title, Text: p.Text, State: p.State, StateName: committee.ProposalStates[p.State], DueAt: web.TimeOr(p.DueAt), Answer: p.Answer, AnsweredAt: web.TimeOr(p.AnsweredAt),
		Reply: p.Reply, CreatedAt: web.Time(p.CreatedAt)}
	if p.DueAt != nil {
		if p.AnsweredAt != nil {
			now = *p.AnsweredAt
		}
		out.LateDays = committee.Late(*p.DueAt, now)
	}
	return out
}

func listProposals(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[comProposalView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[comProposalView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Committee.ListProposals(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(p committee.Proposal) int64 { return p.ID }, func(p committee.Proposal) comProposalView { return viewProposal(p, d.DB.Now()) }), nil
	}
}

func showProposal(d Deps) func(context.Context, org.Actor, *IDPath) (*comProposalOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*comProposalOutput, error) {
		v, err := d.Committee.FindProposal(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := viewProposal(v.Proposal, d.DB.Now())
		out.Company, out.Notes = v.Company, viewNotes(v.Notes, v.Offices)
		return &comProposalOutput{Body: out}, nil
	}
}

type comUseView struct {
	ID         int64      `json:"id"`
	Seal       string     `json:"seal"`
	Resolution string     `json:"resolution" doc:"依据的决定编号"`
	Purpose    string     `json:"purpose"`
	Paper      string     `json:"paper"`
	Copies     int64      `json:"copies"`
	Asked      string     `json:"asked_by"`
	Approved   string     `json:"approved_by,omitempty"`
	State      string     `json:"state"`
	StateName  string     `json:"state_name"`
	Text       string     `json:"text,omitempty"`
	UsedAt     *time.Time `json:"used_at,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	FileIDs    []int64    `json:"file_ids,omitempty" doc:"盖好章的文件照片"`
}

func listSealUses(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[comUseView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[comUseView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Committee.ListSealUses(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(u committee.UseView) int64 { return u.ID }, func(u committee.UseView) comUseView {
			return comUseView{ID: u.ID, Seal: u.Seal, Resolution: u.Resolution, Purpose: u.Purpose, Paper: u.Paper, Copies: u.Copies, Asked: u.Asked, Approved: u.Approved, State: u.State, StateName: committee.UseStates[u.State],
				Text: u.Text, UsedAt: web.TimeOr(u.UsedAt), CreatedAt: web.Time(u.CreatedAt), FileIDs: u.FileIDs}
		}), nil
	}
}

type comHandedView struct {
	ID      int64      `json:"id"`
	Kind    string     `json:"kind"`
	Name    string     `json:"name"`
	Detail  string     `json:"detail,omitempty"`
	GivenAt *time.Time `json:"given_at,omitempty" doc:"上一届确认移交"`
	TakenAt *time.Time `json:"taken_at,omitempty" doc:"新一届确认接收，或写明缺少"`
	Missing bool       `json:"missing,omitempty"`
	Text    string     `json:"text,omitempty"`
}

type comHandoverView struct {
	ID          int64           `json:"id"`
	Estate      string          `json:"estate"`
	State       string          `json:"state"`
	DueAt       time.Time       `json:"due_at"`
	LateDays    int64           `json:"late_days,omitempty"`
	Missing     int64           `json:"missing" doc:"缺少几项"`
	WitnessedAt *time.Time      `json:"witnessed_at,omitempty"`
	Text        string          `json:"text,omitempty"`
	Items       []comHandedView `json:"items"`
}

type comHandoverOutput struct{ Body comHandoverView }

func showHandover(d Deps) func(context.Context, org.Actor, *IDPath) (*comHandoverOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*comHandoverOutput, error) {
		v, err := d.Committee.FindHandover(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		end := d.DB.Now()
		if v.DoneAt != nil {
			end = *v.DoneAt
		}
		out := comHandoverView{ID: v.ID, Estate: v.Estate, State: v.State, DueAt: web.Time(v.DueAt), LateDays: committee.Late(v.DueAt, end), Missing: v.Missing, WitnessedAt: web.TimeOr(v.WitnessedAt), Text: v.Text, Items: []comHandedView{}}
		for _, x := range v.Items {
			out.Items = append(out.Items, comHandedView{ID: x.ID, Kind: committee.HandedKinds[x.Kind], Name: x.Name, Detail: x.Detail, GivenAt: web.TimeOr(x.GivenAt), TakenAt: web.TimeOr(x.TakenAt), Missing: x.Missing, Text: x.Text})
		}
		return &comHandoverOutput{Body: out}, nil
	}
}
