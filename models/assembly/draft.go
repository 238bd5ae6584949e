package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Call is a meeting as its convener drafts it.
type Call struct {
	EstateID  int64
	Session   Session
	Title     string
	Scope     event.Scope
	Convener  Convener
	Basis     Basis
	BasisID   int64
	Channel   Channel
	Motions   []Proposal
	ClientRef string
	InputHash string
}

// Proposal is a motion as drafted. A revision keeps the documents of a motion where FileIDs is nil, and the committee's item where ItemID is; an empty
// list and 0 take them off.
type Proposal struct {
	ID       int64 // of the motion that it revises; 0 finds it by its title
	Title    string
	Body     string
	Matter   string
	Beside   string
	Question tally.Question
	FileIDs  []int64
	ItemID   *int64 // of the committee, that it takes up
}

// Bounds of a meeting.
const (
	maxMotions = 20
	maxParts   = 200
)

func (d *Call) check() error {
	d.Title = strings.TrimSpace(d.Title)
	var c fault.Checks
	c.Check(SessionNames[d.Session] != "", "session", "请选择首次、定期、临时或换届会议")
	c.Check(ConvenerNames[d.Convener] != "", "convener", "请选择由谁召集")
	c.Check(ChannelNames[d.Channel] != "", "channel", "请选择以哪种表决为准：本系统、政府平台或纸质")
	n := len([]rune(d.Title))
	c.Check(n >= 4 && n <= 60, "title", "请填写会议名称（4至60个字）")
	c.Check(len(d.Scope.Buildings)+len(d.Scope.Units) <= maxParts, "scope", "一次最多选200幢或户；更多的请选整个小区")
	c.Check(d.ClientRef != "" && len(d.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	checkMotions(&c, d.Motions)
	return c.Err()
}

func checkMotions(c *fault.Checks, list []Proposal) {
	c.Check(len(list) > 0 && len(list) <= maxMotions, "motions", "请写1至20个议题")
	for i := range list {
		p, path := &list[i], fmt.Sprintf("motions[%d].", i)
		p.Title, p.Body = strings.TrimSpace(p.Title), strings.TrimSpace(p.Body)
		n := len([]rune(p.Title))
		c.Check(n >= 4 && n <= 60, path+"title", "请填写议题名称（4至60个字）")
		n = len([]rune(p.Body))
		c.Check(n >= 4 && n <= 10000, path+"body", "请写明要表决的内容（4至10000个字）")
		checkMatter(c, path+"matter", p.Matter)
		if p.Beside != "" {
			checkMatter(c, path+"beside", p.Beside)
			c.Check(p.Beside != p.Matter, path+"beside", "并列显示的事项要和本议题的事项不同")
		}
		c.Check(len(p.FileIDs) <= 10, path+"file_ids", "附件不超过10份")
		if p.Question.Kind == tally.Election { // the frozen rule orders candidates, not the organiser
			p.Question.Order, p.Question.Tie, p.Question.Lot = tally.ByHeads, tally.ByRunoff, nil
			if len(p.Question.Options) == 0 { // until the list is final
				p.Question.Options = []string{Unlisted}
			}
		}
		if err := p.Question.Check(); err != nil {
			c.Check(false, path+"question", fault.Of(err).Message)
		}
		c.Check(p.Question.Kind != tally.Election || p.Matter == "committee", path+"question", "只有选举业主委员会的议题才能选候选人")
	}
}

// Convene drafts a meeting. Whoever calls it has the right to: the committee of its own motion or because a petition obliges it, the
// township, the community in default, and for a first meeting or a renewal the group that prepares it.
// Faults: ErrForbidden, org.ErrEstateNotFound, ErrBasis, ErrRefReused, fault.ErrInvalid.
func (s *Service) Convene(ctx context.Context, actor org.Actor, d Call) (*Meeting, error) {
	if err := actor.Must(org.ConveneMeeting); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	var m *Meeting
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var had []Meeting
		if err := tx.Where("written_by = ? AND client_ref = ?", actor.PersonID, d.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) == 1 {
			if m = &had[0]; m.InputHash != d.InputHash {
				return ErrRefReused
			}
			return nil
		}
		e, err := org.EstateFor(tx, actor, org.ConveneMeeting, d.EstateID)
		if err != nil {
			return err
		}
		if err := s.checkBasis(tx, actor, e, &d); err != nil {
			return err
		}
		m, err = s.insert(tx, actor, e, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("convene meeting: %w", err)
	}
	return m, nil
}

func (s *Service) insert(tx *store.Tx, actor org.Actor, e *org.Estate, d Call) (*Meeting, error) {
	scope := ""
	if !d.Scope.Whole() {
		ok, err := org.HasParts(tx, e.ID, d.Scope)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fault.ErrInvalid.With(fault.Field{Path: "scope", Reason: "有的楼幢或房屋不在这个小区，请重新选择"})
		}
		text, err := json.Marshal(d.Scope)
		if err != nil {
			return nil, err
		}
		scope = string(text)
	}
	number, err := store.NextNumber(tx, "H")
	if err != nil {
		return nil, err
	}
	m := &Meeting{Number: number, EstateID: e.ID, Session: d.Session, Title: d.Title, Scope: scope, ConvenerID: actor.OrganisationID(), Convener: d.Convener, Basis: d.Basis, BasisID: d.BasisID,
		Channel: d.Channel, State: Draft, Version: 1, WrittenBy: actor.PersonID, ClientRef: d.ClientRef, InputHash: d.InputHash, CreatedAt: tx.Now}
	if err := tx.Create(m).Error; err != nil {
		return nil, store.Raced(err)
	}
	if err := s.insertMotions(tx, actor, m, d.Motions); err != nil {
		return nil, err
	}
	// The community is told of every meeting and may give its opinion (regulation art. 20).
	m.InvitedAt = &tx.Now
	if err := tx.Model(&Meeting{}).Where("id = ?", m.ID).Update("invited_at", tx.Now).Error; err != nil {
		return nil, err
	}
	if err := note(tx, actor, m, "convene", map[string]any{"number": m.Number, "session": m.Session, "basis": m.Basis, "basis_id": m.BasisID}); err != nil {
		return nil, err
	}
	return m, outbox.Append(tx, event.MeetingCalled{Assembly: m.eventOf(e.Name, tx.Now), CommunityID: e.CommunityID})
}

func (s *Service) insertMotions(tx *store.Tx, actor org.Actor, m *Meeting, list []Proposal) error {
	for i, p := range list {
		if err := s.insertMotion(tx, actor, m, i+1, p); err != nil {
			return err
		}
	}
	return s.takeItems(tx, m)
}

func (s *Service) insertMotion(tx *store.Tx, actor org.Actor, m *Meeting, position int, p Proposal) error {
	q, err := json.Marshal(p.Question)
	if err != nil {
		return err
	}
	row := Motion{MeetingID: m.ID, EstateID: m.EstateID, Position: position, Title: p.Title, Body: p.Body, Matter: p.Matter, Beside: p.Beside, Question: string(q), WrittenBy: actor.PersonID}
	if p.ItemID != nil {
		row.ItemID = *p.ItemID
	}
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	return s.o.Files.Attach(tx, actor, p.FileIDs, "notice", "motion", row.ID, m.EstateID)
}

// note writes down who did what to a meeting.
func note(tx *store.Tx, actor audit.Actor, m *Meeting, verb string, detail any) error {
	return audit.Append(tx, actor, "assembly."+verb, audit.Subject{Kind: "meeting", ID: m.ID, Estate: m.EstateID}, detail)
}

// change runs f on a locked meeting in one of some states and counts its version up. The row's new version is what f set.
func (s *Service) change(ctx context.Context, actor org.Actor, action org.Action, id int64, in []State, f func(*store.Tx, *Meeting) error) (*Meeting, error) {
	return s.changeBy(ctx, actor, action, id, in, func(_ *store.Tx, actor org.Actor, m *Meeting) error {
		if action == org.ConveneMeeting && !m.convenedBy(actor) {
			return ErrNotConvener
		}
		return nil
	}, f)
}

// changeBy is change for whom may lets take the step.
func (s *Service) changeBy(ctx context.Context, actor org.Actor, action org.Action, id int64, in []State, may func(*store.Tx, org.Actor, *Meeting) error, f func(*store.Tx, *Meeting) error) (*Meeting, error) {
	var m *Meeting
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		if m, err = meetingFor(tx, tx.ForUpdate(), actor, action, id); err != nil {
			return err
		}
		if err := m.in(in...); err != nil {
			return err
		}
		if err := may(tx, actor, m); err != nil {
			return err
		}
		if err := f(tx, m); err != nil {
			return err
		}
		m.Version++
		return tx.Model(&Meeting{}).Where("id = ?", m.ID).Select("*").Omit("id", "created_at").Updates(m).Error
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// in refuses a step that the meeting's state does not allow, and says where it stands.
func (m *Meeting) in(states ...State) error {
	for _, st := range states {
		if m.State == st {
			return nil
		}
	}
	return ErrState.Saying("会议现在是“" + StateNames[m.State] + "”，不能办理这一步，请刷新后再看")
}

// convenedBy reports whether somebody acts for whoever calls the meeting. A group has no posts of its own: the township that heads it
// and the community act for it.
func (m *Meeting) convenedBy(actor org.Actor) bool {
	if m.Convener == ByPreparatory || m.Convener == ByRenewal {
		return true
	}
	return actor.OrganisationID() == m.ConvenerID
}
