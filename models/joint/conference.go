package joint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Conference is a meeting of several offices that a community, a township, the bureau or the leading group's office calls.
type Conference struct {
	ID        int64 `gorm:"primaryKey"`
	Number    string
	HolderID  int64
	EstateID  int64 // 0 when it is about no single estate
	Title     string
	Place     string
	StartsAt  time.Time
	State     string // called, closed, cancelled
	Outcome   string
	Version   int64
	CalledBy  int64
	ClientRef string
	InputHash string
	CreatedAt time.Time
	ClosedAt  *time.Time
}

// ConferenceStates are the states as people read them.
var ConferenceStates = map[string]string{"called": "已通知", "closed": "已结束", "cancelled": "已取消"}

// Item is a point of the agenda; one with a case is hidden from the body that the case is about.
type Item struct {
	ID           int64 `gorm:"primaryKey"`
	ConferenceID int64
	CaseID       int64
	AboutID      int64
	Text         string
	Decision     string
	DecidedAt    *time.Time
	NoTask       bool // the conclusion needs no task, which somebody said
}

// TableName names the table.
func (Item) TableName() string { return "conference_items" }

// Attendee is an office that is called.
type Attendee struct {
	ConferenceID   int64  `gorm:"primaryKey;autoIncrement:false"`
	OrganisationID int64  `gorm:"primaryKey;autoIncrement:false"`
	State          string // called, present, absent
	Names          string // who came for it
}

// TableName names the table.
func (Attendee) TableName() string { return "conference_attendees" }

// Faults of conferences.
var (
	ErrConference = fault.New(fault.NotFound, "conference.not_found", "没有找到这次联席会议")
	ErrHolder     = fault.New(fault.Forbidden, "conference.not_holder", "这次会议由其他单位召集，您的单位可以查看")
	ErrItem       = fault.New(fault.NotFound, "conference.no_item", "没有这项议题")
	ErrAttendee   = fault.New(fault.NotFound, "conference.no_attendee", "这个单位没有被通知参会")
	ErrUndecided  = fault.New(fault.Conflict, "conference.undecided", "还有议题没有结论；没有议成的也请写明")
)

// maxItems bounds an agenda.
const maxItems = 50

// Point is what is to be spoken of.
type Point struct {
	CaseID int64 // 0 for none
	Text   string
}

// Calling is a conference to be called.
type Calling struct {
	EstateID  int64
	Title     string
	Place     string
	StartsAt  time.Time
	Points    []Point
	Offices   []int64
	ClientRef string
	InputHash string
}

func (c *Calling) check(now time.Time) error {
	c.Title, c.Place = strings.TrimSpace(c.Title), strings.TrimSpace(c.Place)
	var checks fault.Checks
	n := len([]rune(c.Title))
	checks.Check(n >= 2 && n <= 100, "title", "请写会议名称（2至100个字）")
	n = len([]rune(c.Place))
	checks.Check(n >= 2 && n <= 200, "place", "请写开会地点（2至200个字）")
	checks.Check(c.StartsAt.After(now) && c.StartsAt.Before(now.AddDate(1, 0, 0)), "starts_at", "请选择今后一年以内的时间")
	checks.Check(len(c.Points) >= 1 && len(c.Points) <= maxItems, "items", "请写1至50项议题")
	for i, p := range c.Points {
		n := len([]rune(strings.TrimSpace(p.Text)))
		checks.Check(n >= 2 && n <= 500, fmt.Sprintf("items[%d].text", i), "请写明议什么（2至500个字）")
	}
	checks.Check(len(c.Offices) >= 1 && len(c.Offices) <= 50, "offices", "请选择1至50个参会单位")
	checks.Check(c.ClientRef != "" && len(c.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return checks.Err()
}

// Call calls a conference; the offices are told at once. A case on the agenda is one that the holder sees.
// Faults: ErrForbidden, org.ErrEstateNotFound, complaint.ErrNotFound, org.ErrOrganisationNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) Call(ctx context.Context, actor org.Actor, in Calling) (*Conference, error) {
	if err := actor.Must(org.HoldConference); err != nil {
		return nil, err
	}
	if err := in.check(s.db.Now()); err != nil {
		return nil, err
	}
	var c *Conference
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var before []Conference
		if err := tx.Where("called_by = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&before).Error; err != nil {
			return err
		}
		if len(before) == 1 {
			c = &before[0]
			if c.InputHash != in.InputHash {
				return ErrRefReused
			}
			return nil
		}
		var err error
		c, err = s.call(tx, actor, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("call conference: %w", err)
	}
	return c, nil
}

func (s *Service) call(tx *store.Tx, actor org.Actor, in Calling) (*Conference, error) {
	if in.EstateID != 0 {
		if _, err := org.EstateFor(tx, actor, org.HoldConference, in.EstateID); err != nil {
			return nil, err
		}
	}
	number, err := store.NextNumber(tx, "H")
	if err != nil {
		return nil, err
	}
	c := &Conference{Number: number, HolderID: actor.OrganisationID(), EstateID: in.EstateID, Title: in.Title, Place: in.Place, StartsAt: in.StartsAt, State: "called", Version: 1,
		CalledBy: actor.PersonID, ClientRef: in.ClientRef, InputHash: in.InputHash, CreatedAt: tx.Now}
	if err := tx.Create(c).Error; err != nil {
		return nil, store.Raced(err)
	}
	slices.Sort(in.Offices)
	for _, id := range slices.Compact(in.Offices) {
		if _, err := org.FindOrganisation(tx, id); err != nil {
			return nil, err
		}
		if err := tx.Create(&Attendee{ConferenceID: c.ID, OrganisationID: id, State: "called"}).Error; err != nil {
			return nil, err
		}
	}
	for _, p := range in.Points {
		if err := s.point(tx, actor, c, p, in.Offices); err != nil {
			return nil, err
		}
	}
	return c, s.noteConference(tx, actor, c, "called")
}

// point puts a point on the agenda. The offices that come read the case, except the one that it is about and those that
// have nothing to do with it.
func (s *Service) point(tx *store.Tx, actor org.Actor, c *Conference, p Point, offices []int64) error {
	it := Item{ConferenceID: c.ID, CaseID: p.CaseID, Text: strings.TrimSpace(p.Text)}
	if p.CaseID != 0 {
		cs, err := complaint.Seen(tx, actor, p.CaseID)
		if err != nil {
			return err
		}
		it.AboutID = cs.AboutID
		for _, id := range offices {
			err := s.cases.Involve(tx, cs, id)
			if err != nil && !errors.Is(err, complaint.ErrAboutParty) && !errors.Is(err, org.ErrOrganisationNotFound) {
				return err
			}
		}
		if err := s.cases.Record(tx, actor, cs.ID, complaint.Confer, 0, "列入联席会议（"+c.Number+"）议题"); err != nil {
			return err
		}
	}
	return tx.Create(&it).Error
}

// attended narrows to the conferences that an office holds or is called to.
func attended(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		called := q.Session(&gorm.Session{NewDB: true}).Model(&Attendee{}).Select("conference_id").Where("organisation_id = ?", actor.OrganisationID())
		return q.Where("(conferences.holder_id = ? OR conferences.id IN (?))", actor.OrganisationID(), called)
	}
}

// holding locks a conference that the actor's office holds and that is not over, lets f change it, and stores it.
func (s *Service) holding(ctx context.Context, actor org.Actor, id int64, f func(*store.Tx, *Conference) error) (*Conference, error) {
	if err := actor.Must(org.HoldConference); err != nil {
		return nil, err
	}
	var c *Conference
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		c = &Conference{}
		if err := tx.ForUpdate().Scopes(attended(actor)).Where("conferences.id = ?", id).Take(c).Error; err != nil {
			return store.NotFound(err, ErrConference)
		}
		if done, err := s.tapped(tx, actor); done || err != nil {
			return err
		}
		switch {
		case c.HolderID != actor.OrganisationID():
			return ErrHolder
		case c.State != "called":
			return ErrState.Saying("这次会议" + ConferenceStates[c.State] + "，不能再修改")
		}
		if err := f(tx, c); err != nil {
			return err
		}
		if err := s.mark(tx, actor, "conference", c.ID); err != nil {
			return err
		}
		c.Version++
		res := tx.Model(&Conference{}).Where("id = ? AND version = ?", c.ID, c.Version-1).Select("state", "outcome", "version", "closed_at").Updates(c)
		return store.MustAffect(res, ErrState)
	})
	if err != nil {
		return nil, fmt.Errorf("conference %d: %w", id, err)
	}
	return c, nil
}

// Attend records whether an office came, and who for it.
// Faults: ErrForbidden, ErrConference, ErrHolder, ErrState, ErrAttendee, fault.ErrInvalid.
func (s *Service) Attend(ctx context.Context, actor org.Actor, id, organisation int64, present bool, names string) (*Conference, error) {
	names = strings.TrimSpace(names)
	if len([]rune(names)) > 200 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "names", Reason: "不超过200个字"})
	}
	return s.holding(ctx, actor, id, func(tx *store.Tx, c *Conference) error {
		state := "absent"
		if present {
			state = "present"
		}
		res := tx.Model(&Attendee{}).Where("conference_id = ? AND organisation_id = ?", id, organisation).Updates(map[string]any{"state": state, "names": names})
		if err := store.MustAffect(res, ErrAttendee); err != nil {
			return err
		}
		return audit.Append(tx, actor, "conference.attend", audit.Subject{Kind: "conference", ID: id, Estate: c.EstateID}, map[string]any{"office": organisation, "state": state})
	})
}

// AddPoint puts one more point on the agenda.
// Faults: ErrForbidden, ErrConference, ErrHolder, ErrState, ErrMany, complaint.ErrNotFound, fault.ErrInvalid.
func (s *Service) AddPoint(ctx context.Context, actor org.Actor, id int64, p Point) (*Conference, error) {
	if n := len([]rune(strings.TrimSpace(p.Text))); n < 2 || n > 500 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明议什么（2至500个字）"})
	}
	return s.holding(ctx, actor, id, func(tx *store.Tx, c *Conference) error {
		var n int64
		if err := tx.Model(&Item{}).Where("conference_id = ?", id).Count(&n).Error; err != nil {
			return err
		}
		if n >= maxItems {
			return ErrMany
		}
		var offices []int64
		if err := tx.Model(&Attendee{}).Where("conference_id = ?", id).Order("organisation_id").Pluck("organisation_id", &offices).Error; err != nil {
			return err
		}
		return s.point(tx, actor, c, p, offices)
	})
}

// Record adds to the minutes of a conference, of one point or of the whole. What is of the whole is read by those who read
// every point.
// Faults: ErrForbidden, ErrConference, ErrHolder, ErrState, ErrMany, ErrRefReused, fault.ErrInvalid.
func (s *Service) Record(ctx context.Context, actor org.Actor, id, item int64, text, ref, hash string) (*Conference, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	n := len([]rune(text))
	c.Check(n >= 2 && n <= 4000, "text", "请写2至4000个字")
	c.Check(ref != "" && len(ref) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.holding(ctx, actor, id, func(tx *store.Tx, c *Conference) error {
		if done, err := repeated(tx, &Minute{}, actor, ref, hash); done || err != nil {
			return err
		}
		if err := room(tx, &Minute{}, "conference", id); err != nil {
			return err
		}
		if item != 0 {
			if _, err := pointOf(tx, c, item); err != nil {
				return err
			}
		}
		m := Minute{SubjectKind: "conference", SubjectID: id, ItemID: item, Text: text, PersonID: actor.PersonID, PostID: actor.Post.PostID, OrganisationID: actor.OrganisationID(), ClientRef: ref, InputHash: hash, At: tx.Now}
		if err := tx.Create(&m).Error; err != nil {
			return store.Raced(err)
		}
		return audit.Append(tx, actor, "conference.minute", audit.Subject{Kind: "conference", ID: id, Estate: c.EstateID}, nil)
	})
}

// End closes a conference when every point has its conclusion, or cancels it with a reason.
// Faults: ErrForbidden, ErrConference, ErrHolder, ErrState, ErrUndecided, fault.ErrInvalid.
func (s *Service) End(ctx context.Context, actor org.Actor, id int64, cancel bool, text string) (*Conference, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n > 500 || (cancel && n < 2) {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "取消时请写明原因（2至500个字）"})
	}
	return s.holding(ctx, actor, id, func(tx *store.Tx, c *Conference) error {
		if !cancel {
			var left int64
			if err := tx.Model(&Item{}).Where("conference_id = ? AND decided_at IS NULL", id).Count(&left).Error; err != nil {
				return err
			}
			if left > 0 {
				return ErrUndecided
			}
			if tx.Now.Before(c.StartsAt) {
				return ErrState.Saying("会议还没有开始，不能结束；不开了请取消会议")
			}
			// Whoever was called and not seen was absent.
			if err := tx.Model(&Attendee{}).Where("conference_id = ? AND state = 'called'", id).Update("state", "absent").Error; err != nil {
				return err
			}
		}
		c.State, c.Outcome, c.ClosedAt = "closed", text, &tx.Now
		if cancel {
			c.State = "cancelled"
		}
		return s.noteConference(tx, actor, c, c.State)
	})
}

func (s *Service) noteConference(tx *store.Tx, actor org.Actor, c *Conference, what string) error {
	if err := audit.Append(tx, actor, "conference."+what, audit.Subject{Kind: "conference", ID: c.ID, Estate: c.EstateID}, nil); err != nil {
		return err
	}
	var called []int64
	if err := tx.Model(&Attendee{}).Where("conference_id = ?", c.ID).Order("organisation_id").Pluck("organisation_id", &called).Error; err != nil {
		return err
	}
	return outbox.Append(tx, event.Conference{ConferenceID: c.ID, Number: c.Number, EstateID: c.EstateID, What: what, HolderName: actor.Post.OrgName, Place: c.Place, OfficeIDs: called, On: c.StartsAt, At: tx.Now})
}
