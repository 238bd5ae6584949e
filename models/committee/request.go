package committee

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Request is a meeting that members ask for; from a share of all members on it has to be held within some days.
type Request struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	TermID    int64
	Text      string
	State     string // gathering, obliging, met
	MeetingID int64
	ObligedAt *time.Time
	CreatedAt time.Time
}

// TableName names the table.
func (Request) TableName() string { return "committee_requests" }

// Support is a member who asks.
type Support struct {
	RequestID int64 `gorm:"primaryKey;autoIncrement:false"`
	MemberID  int64 `gorm:"primaryKey;autoIncrement:false"`
	At        time.Time
}

// TableName names the table.
func (Support) TableName() string { return "committee_supports" }

// ErrSupported says that somebody has asked already.
var ErrSupported = fault.New(fault.Conflict, "committee.supported", "您已经提议过了")

// Ask asks for a meeting.
// Faults: org.ErrForbidden, ErrNoTerm, ErrNotMember, fault.ErrInvalid.
func (s *Service) Ask(ctx context.Context, actor org.Actor, estate int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 2, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明提议议什么（2至500个字）"})
	}
	return s.act(ctx, actor, org.ActCommittee, "ask for a meeting", func(tx *store.Tx) (int64, error) {
		t, err := running(tx, actor, org.ActCommittee, estate)
		if err != nil {
			return 0, err
		}
		r := &Request{EstateID: t.EstateID, TermID: t.ID, Text: text, State: "gathering", CreatedAt: tx.Now}
		if err := tx.Create(r).Error; err != nil {
			return 0, err
		}
		return r.ID, s.support(tx, actor, t, r)
	})
}

// Join asks for the same meeting.
// Faults: org.ErrForbidden, ErrNotFound, ErrNoTerm, ErrNotMember, ErrState, ErrSupported.
func (s *Service) Join(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.act(ctx, actor, org.ActCommittee, "join a request", func(tx *store.Tx) (int64, error) {
		r, err := within[Request](tx, actor, org.ActCommittee, id)
		if err != nil {
			return 0, err
		}
		t, err := running(tx, actor, org.ActCommittee, r.EstateID)
		if err != nil {
			return 0, err
		}
		if r.TermID != t.ID || r.State == "met" {
			return 0, ErrState
		}
		return r.ID, s.support(tx, actor, t, r)
	})
}

func (s *Service) support(tx *store.Tx, actor org.Actor, t *Term, r *Request) error {
	me, err := s.me(tx, actor, t.ID)
	if err != nil {
		return err
	}
	if err := tx.Create(&Support{RequestID: r.ID, MemberID: me.ID, At: tx.Now}).Error; err != nil {
		return store.Duplicate(err, ErrSupported)
	}
	if err := note(tx, actor, "ask", "committee_request", r.ID, r.EstateID, nil); err != nil || r.State != "gathering" {
		return err
	}
	set, err := s.rules(tx)
	if err != nil {
		return err
	}
	share, err := set.Fraction("committee.petition_share")
	if err != nil {
		return err
	}
	days, err := set.Int("committee.petition_days")
	if err != nil {
		return err
	}
	all, err := sitting(tx, t.ID)
	if err != nil {
		return err
	}
	// Whoever asked and has left since counts no more.
	var n int64
	mine := tx.Model(&Member{}).Select("id").Scopes(seated(t.ID))
	if err := tx.Model(&Support{}).Where("request_id = ? AND member_id IN (?)", r.ID, mine).Count(&n).Error; err != nil {
		return err
	}
	if !share.Met(n, int64(len(all))) {
		return nil
	}
	if err := tx.Model(&Request{}).Where("id = ?", r.ID).Updates(map[string]any{"state": "obliging", "obliged_at": tx.Now}).Error; err != nil {
		return err
	}
	due := after(tx.Now, days)
	if err := owe(tx, Duty{EstateID: t.EstateID, TermID: t.ID, Kind: OweMeeting, SubjectID: r.ID, OwedBy: "committee", Title: r.Text, DueAt: due}); err != nil {
		return err
	}
	return tell(tx, event.Committee{SubjectKind: "committee_request", SubjectID: r.ID, EstateID: t.EstateID, What: "requested", Due: due})
}
