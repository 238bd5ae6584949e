package hall

import (
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/server/web"
)

// Support is how many stand behind a petition.
type Support struct {
	Scope   Amount `json:"scope" doc:"全体业主"`
	Signed  Amount `json:"signed" doc:"已签名的"`
	Need    Amount `json:"need" doc:"达到规定比例要多少"`
	Share   string `json:"share,omitempty"`
	Measure string `json:"measure,omitempty" doc:"heads 按人数；area 按面积；heads_and_area 两项都要；heads_or_area 任一项"`
	Unset   string `json:"unset,omitempty" doc:"还不能判定是否够数时，缺哪一项规定"`
}

// Petition is a petition as its readers see it.
type Petition struct {
	ID        int64             `json:"id"`
	Number    string            `json:"number"`
	EstateID  int64             `json:"estate_id"`
	Title     string            `json:"title"`
	Text      string            `json:"text"`
	Motions   []assembly.Wanted `json:"motions,omitempty"`
	State     string            `json:"state" doc:"signing 联名中；reached 已够数；withdrawn 已撤回"`
	StateName string            `json:"state_name"`
	Support   *Support          `json:"support,omitempty" doc:"联名中按现在的名册计算；够数后是当时的数"`
	ReachedAt *time.Time        `json:"reached_at,omitempty"`
	DueAt     *time.Time        `json:"due_at,omitempty" doc:"业委会发出会议通知的期限；没有本地规定时为空"`
	Overdue   bool              `json:"overdue,omitempty"`
	Mine      bool              `json:"mine,omitempty" doc:"我发起的"`
	Signed    bool              `json:"signed,omitempty" doc:"我签过名"`
	MeetingID int64             `json:"meeting_id,omitempty" doc:"据此召集的会议"`
	Orders    []Order           `json:"orders,omitempty"`
	CreatedAt time.Time         `json:"created_at"`
}

// OfPetition shows a petition in a list.
func OfPetition(p assembly.Petition) Petition {
	v := Petition{ID: p.ID, Number: p.Number, EstateID: p.EstateID, Title: p.Title, Text: p.Text, State: string(p.State), StateName: assembly.PetitionNames[p.State], ReachedAt: web.TimeOr(p.ReachedAt),
		DueAt: web.TimeOr(p.DueAt), Overdue: p.OverdueAt != nil, CreatedAt: web.Time(p.CreatedAt)}
	if p.ReachedAt != nil {
		v.Support = &Support{Scope: amount(tally.Amount{Heads: p.ScopeHeads, Area: p.ScopeMilli}), Signed: amount(tally.Amount{Heads: p.Heads, Area: p.AreaMilli}), Share: p.Share, Measure: p.Measure}
	}
	return v
}

// OfPetitionView shows a petition whole.
func OfPetitionView(p *assembly.PetitionView) Petition {
	v := OfPetition(p.Petition)
	v.Motions, v.Mine, v.Signed = p.Wants, p.Mine, p.Signed
	if c := p.Support; c != nil {
		v.Support = &Support{Scope: amount(c.Scope), Signed: amount(c.Signed), Need: amount(tally.Amount{Heads: c.NeedHeads, Area: c.NeedArea}), Share: c.Share.String(), Measure: c.Measure}
		if c.Unset != nil {
			v.Support.Unset = fault.Of(c.Unset).Message
		}
	}
	if p.Meeting != nil {
		v.MeetingID = p.Meeting.ID
	}
	for _, o := range p.Orders {
		v.Orders = append(v.Orders, OfOrder(o))
	}
	return v
}

// Order is a township's order as its readers see it.
type Order struct {
	ID         int64      `json:"id"`
	Number     string     `json:"number"`
	EstateID   int64      `json:"estate_id"`
	Cause      string     `json:"cause"`
	PetitionID int64      `json:"petition_id,omitempty"`
	Reason     string     `json:"reason"`
	State      string     `json:"state" doc:"standing 待召集；met 已召集；overdue 逾期"`
	StateName  string     `json:"state_name"`
	DueAt      time.Time  `json:"due_at"`
	MetAt      *time.Time `json:"met_at,omitempty"`
	At         time.Time  `json:"at"`
	FileIDs    []int64    `json:"file_ids,omitempty"`
}

// OfOrder shows an order.
func OfOrder(o assembly.Order) Order { return OfOrderView(assembly.OrderView{Order: o}) }

// OfOrderView shows an order with its documents.
func OfOrderView(o assembly.OrderView) Order {
	return Order{ID: o.ID, Number: o.Number, EstateID: o.EstateID, Cause: assembly.CauseNames[o.Cause], PetitionID: o.PetitionID, Reason: o.Reason, State: string(o.State), StateName: assembly.OrderNames[o.State],
		DueAt: web.Time(o.DueAt), MetAt: web.TimeOr(o.MetAt), At: web.Time(o.At), FileIDs: o.FileIDs}
}

// Member is somebody in a group, by family name alone.
type Member struct {
	Part        string `json:"part"`
	Head        bool   `json:"head,omitempty" doc:"组长"`
	Name        string `json:"name"`
	Recommended string `json:"recommended,omitempty"`
}

// Group is a preparatory or change-of-term group as its readers see it.
type Group struct {
	ID           int64         `json:"id"`
	Number       string        `json:"number"`
	EstateID     int64         `json:"estate_id"`
	Kind         string        `json:"kind"`
	KindName     string        `json:"kind_name"`
	State        string        `json:"state" doc:"requested 待组建；listed 名单公示中；formed 正在筹备；done 已通知；ended 已结束"`
	StateName    string        `json:"state_name"`
	Request      string        `json:"request,omitempty"`
	RequestedAt  time.Time     `json:"requested_at"`
	FormBy       *time.Time    `json:"form_by,omitempty" doc:"组建的期限"`
	ObjectUntil  *time.Time    `json:"object_until,omitempty" doc:"对名单提出异议的截止时间"`
	FormedAt     *time.Time    `json:"formed_at,omitempty"`
	DoneBy       *time.Time    `json:"done_by,omitempty" doc:"完成筹备的期限"`
	Overdue      bool          `json:"overdue,omitempty"`
	Delivered    string        `json:"delivered,omitempty" doc:"已交付面积，㎡"`
	Total        string        `json:"total,omitempty" doc:"总面积，㎡"`
	FileIDs      []int64       `json:"file_ids,omitempty"`
	ConfirmedFor string        `json:"confirmed_for,omitempty" doc:"住建局确认交付面积的依据"`
	EndedFor     string        `json:"ended_for,omitempty"`
	Members      []Member      `json:"members,omitempty"`
	Unmet        []fault.Field `json:"unmet,omitempty" doc:"还不符合的成立条件"`
	MeetingID    int64         `json:"meeting_id,omitempty"`
}

// OfGroup shows a group in a list.
func OfGroup(g assembly.Group) Group {
	v := Group{ID: g.ID, Number: g.Number, EstateID: g.EstateID, Kind: string(g.Kind), KindName: assembly.GroupNames[g.Kind], State: string(g.State), StateName: assembly.GroupStates[g.State], RequestedAt: web.Time(g.RequestedAt),
		FormBy: web.TimeOr(g.FormBy), ObjectUntil: web.TimeOr(g.ObjectUntil), FormedAt: web.TimeOr(g.FormedAt), DoneBy: web.TimeOr(g.DoneBy), Overdue: g.OverdueAt != nil, ConfirmedFor: g.ConfirmedFor, EndedFor: g.EndedFor}
	if g.TotalMilli > 0 {
		v.Delivered, v.Total = g.DeliveredMilli.String(), g.TotalMilli.String()
	}
	return v
}

// OfGroupView shows a group whole.
func OfGroupView(g *assembly.GroupView) Group {
	v := OfGroup(g.Group)
	v.Request, v.Overdue, v.Unmet, v.FileIDs = g.Request, v.Overdue || g.Due, g.Unmet, g.FileIDs
	for _, m := range g.Members {
		v.Members = append(v.Members, Member{Part: assembly.PartNames[m.Part], Head: m.Head, Name: m.Name, Recommended: m.Recommended})
	}
	if g.Meeting != nil {
		v.MeetingID = g.Meeting.ID
	}
	return v
}

// Comment is what an owner said, without who it was.
type Comment struct {
	ID         int64      `json:"id"`
	From       string     `json:"from"`
	Mine       bool       `json:"mine,omitempty"`
	Position   int        `json:"position,omitempty" doc:"对第几个议题；不填为整体"`
	Text       string     `json:"text"`
	State      string     `json:"state" doc:"open 待答复；accepted 已采纳；declined 未采纳"`
	StateName  string     `json:"state_name"`
	Answer     string     `json:"answer,omitempty"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	At         time.Time  `json:"at"`
}

// OfComment shows a comment.
func OfComment(c assembly.CommentView) Comment {
	return Comment{ID: c.ID, From: c.From, Mine: c.Mine, Position: c.Position, Text: c.Text, State: string(c.State), StateName: assembly.CommentNames[c.State], Answer: c.Answer, AnsweredAt: web.TimeOr(c.AnsweredAt), At: web.Time(c.At)}
}

// Comments is a page of comments with how many there are.
type Comments struct {
	Body struct {
		Items    []Comment `json:"items"`
		Next     string    `json:"next,omitempty"`
		Total    int64     `json:"total"`
		Answered int64     `json:"answered"`
	}
}

// OfComments shows a page of comments.
func OfComments(p web.Page, c *assembly.Comments) *Comments {
	page := web.Paged(p, c.Rows, func(r assembly.CommentView) int64 { return r.ID }, OfComment)
	out := &Comments{}
	out.Body.Items, out.Body.Next, out.Body.Total, out.Body.Answered = page.Body.Items, page.Body.Next, c.Total, c.Answered
	return out
}
