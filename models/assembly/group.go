package assembly

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Group prepares a first meeting (guiding rules arts 8 to 15), or a change of term.
type Group struct {
	ID             int64 `gorm:"primaryKey"`
	Number         string
	EstateID       int64
	Kind           GroupKind
	State          GroupState
	Living         *string // "estate/kind" while it has work to do: an estate has one of a kind at a time
	Request        string  // what owners, or the community for them, asked for
	RequestedAt    time.Time
	FormBy         *time.Time // the end of the term in which it has to be formed; NULL where there is none
	DeliveredMilli area.Milli // the register's figures on the day of forming
	TotalMilli     area.Milli
	ConfirmedFor   string // the bureau's document, where the register does not show that enough is delivered
	ConfirmedBy    int64
	ConfirmedAt    *time.Time
	PostedAt       *time.Time // when the list of members was posted
	ObjectUntil    *time.Time
	FormedAt       *time.Time
	FormedBy       int64
	DoneBy         *time.Time // until when the meeting has to be prepared
	RemindAt       *time.Time
	OverdueAt      *time.Time // when it was told that the running term has passed
	EndedAt        *time.Time
	EndedFor       string
	Pack           string
	PersonID       int64
	ClientRef      string
	InputHash      string
	CreatedAt      time.Time
}

// TableName names the table; GROUPS is a word of SQL.
func (Group) TableName() string { return "preparation_groups" }

// GroupKind says what is prepared.
type GroupKind string

// The kinds of groups.
const (
	FirstGroup   GroupKind = "first"
	RenewalGroup GroupKind = "renewal"
)

// GroupNames are the kinds as people read them.
var GroupNames = map[GroupKind]string{FirstGroup: "首次业主大会筹备组", RenewalGroup: "换届小组"}

// GroupState is where a group stands.
type GroupState string

// The states of a group.
const (
	Requested GroupState = "requested"
	Listed    GroupState = "listed" // the list of members is posted
	Formed    GroupState = "formed"
	Done      GroupState = "done" // notice of its meeting is given
	Ended     GroupState = "ended"
)

// GroupStates are the states as people read them.
var GroupStates = map[GroupState]string{Requested: "待组建", Listed: "名单公示中", Formed: "已成立，正在筹备", Done: "已发出会议通知", Ended: "已结束"}

// Faults of groups.
var (
	ErrNoGroup    = fault.New(fault.NotFound, "group.not_found", "没有找到这个筹备组或换届小组")
	ErrGroup      = fault.New(fault.Conflict, "group.state", "目前不能办理这一步，请刷新后再看")
	ErrGroupRules = fault.New(fault.Conflict, "group.rules", "还不能成立，请按下面各项补齐")
)

// GroupRequest asks for a group: an owner in the mini-program, or an officer with what was handed in on paper.
type GroupRequest struct {
	EstateID  int64
	Kind      GroupKind
	Text      string
	FileIDs   []int64
	ClientRef string
	InputHash string
}

// RequestGroup starts the term in which the township has to form a group. Owners ask for a first meeting's; an officer enters either.
// Faults: ErrForbidden, org.ErrEstateNotFound, ErrNoVote, ErrGroup, ErrRefReused, fault.ErrInvalid.
func (s *Service) RequestGroup(ctx context.Context, actor org.Actor, in GroupRequest) (*Group, error) {
	action := org.FormGroup
	if actor.Post == nil {
		action = org.JoinMeeting
	}
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var c fault.Checks
	c.Check(GroupNames[in.Kind] != "", "kind", "请选择首次业主大会筹备组或换届小组")
	c.Check(actor.Post != nil || in.Kind == FirstGroup, "kind", "换届小组由社区或乡镇（办事处）组建")
	checkText(&c, "text", &in.Text, 4, 1000, "请写明要求和理由（4至1000个字）")
	c.Check(len(in.FileIDs) <= 10, "file_ids", "附件不超过10份")
	checkRef(&c, in.ClientRef)
	if err := c.Err(); err != nil {
		return nil, err
	}
	var g *Group
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		g, err = earlier(tx, "person_id", actor.PersonID, in.ClientRef, in.InputHash, func(g *Group) string { return g.InputHash })
		if err != nil || g != nil {
			return err
		}
		e, err := estateFor(tx, actor, action, in.EstateID)
		if err != nil {
			return err
		}
		g, err = s.insertGroup(tx, actor, e, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("request group: %w", err)
	}
	return g, nil
}

func (s *Service) insertGroup(tx *store.Tx, actor org.Actor, e *org.Estate, in GroupRequest) (*Group, error) {
	if err := s.mayRequest(tx, actor, e, in.Kind); err != nil {
		return nil, err
	}
	set, _, err := s.law(tx, &Meeting{EstateID: e.ID, Session: First}, tx.Now)
	if err != nil {
		return nil, err
	}
	living := fmt.Sprintf("%d/%s", e.ID, in.Kind)
	g := &Group{EstateID: e.ID, Kind: in.Kind, State: Requested, Living: &living, Request: in.Text, RequestedAt: tx.Now, Pack: set.Stamp(), PersonID: actor.PersonID, ClientRef: in.ClientRef, InputHash: in.InputHash, CreatedAt: tx.Now}
	if in.Kind == FirstGroup { // the national rules give no term for a change-of-term group
		days, err := set.Int("first_meeting.group_days")
		if err != nil {
			return nil, err
		}
		g.FormBy, g.RemindAt = term(tx.Now, days)
	}
	if g.Number, err = store.NextNumber(tx, "ZB"); err != nil {
		return nil, err
	}
	if err := tx.Create(g).Error; err != nil {
		return nil, store.Raced(err)
	}
	if err := s.attach(tx, actor, in.FileIDs, "preparation_group", g.ID, e.ID); err != nil {
		return nil, err
	}
	if err := record(tx, actor, "preparation_group", g.ID, e.ID, "request", map[string]any{"number": g.Number, "kind": g.Kind}); err != nil {
		return nil, err
	}
	return g, g.tell(tx, "group_requested")
}

// mayRequest refuses a second group while one has work to do, a first meeting where there is a committee, and owners without a vote.
func (s *Service) mayRequest(tx *store.Tx, actor org.Actor, e *org.Estate, kind GroupKind) error {
	var living int64
	if err := tx.Model(&Group{}).Where("living = ?", fmt.Sprintf("%d/%s", e.ID, kind)).Count(&living).Error; err != nil {
		return err
	}
	switch {
	case living > 0:
		return ErrGroup.Saying("本小区已经有" + GroupNames[kind] + "在组建或筹备，请直接查看进度")
	case kind == FirstGroup && e.CommitteeID != 0:
		return ErrGroup.Saying("本小区已有业委会，不用再筹备首次业主大会")
	case kind == RenewalGroup && e.CommitteeID == 0:
		return ErrGroup.Saying("本小区还没有业委会，请先筹备首次业主大会")
	}
	if actor.Post != nil {
		return nil
	}
	sets, err := votesIn(tx, actor, e.ID)
	if err == nil && len(sets) == 0 {
		err = ErrNoVote
	}
	return err
}

// tell says what happened to a group: the township is the office that has to act.
func (g *Group) tell(tx *store.Tx, what string) error {
	e, err := org.OpenEstate(tx, g.EstateID)
	if err != nil {
		return err
	}
	out := event.Preparing{What: what, SubjectID: g.ID, Number: g.Number, EstateID: g.EstateID, OfficeID: e.TownshipID}
	if due := g.due(); due != nil {
		out.Due = *due
	}
	return announce(tx, out)
}

// due is the end of the term that runs.
func (g *Group) due() *time.Time {
	if g.State == Formed {
		return g.DoneBy
	}
	return g.FormBy
}

// groupFor finds a group on whose estate the actor may do the action; q says whether it is locked.
func groupFor(tx *store.Tx, q *gorm.DB, actor org.Actor, action org.Action, id int64) (*Group, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var g Group
	err := q.Scopes(reach(tx, actor, action, "preparation_groups.estate_id")).Where("id = ?", id).Take(&g).Error
	return &g, store.NotFound(err, ErrNoGroup)
}

// changeGroup runs f on a locked group in one of some states and writes down what it did.
func (s *Service) changeGroup(ctx context.Context, actor org.Actor, action org.Action, id int64, verb string, f func(*store.Tx, *Group) error, in ...GroupState) (*Group, error) {
	var g *Group
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		if g, err = groupFor(tx, tx.ForUpdate(), actor, action, id); err != nil {
			return err
		}
		if !slices.Contains(in, g.State) {
			return ErrGroup.Saying(GroupNames[g.Kind] + "现在是“" + GroupStates[g.State] + "”，不能办理这一步")
		}
		if err := f(tx, g); err != nil {
			return err
		}
		if err := tx.Model(&Group{}).Where("id = ?", g.ID).Select("*").Omit("id", "created_at").Updates(g).Error; err != nil {
			return err
		}
		return record(tx, actor, "preparation_group", g.ID, g.EstateID, verb, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("%s group: %w", verb, err)
	}
	return g, nil
}
