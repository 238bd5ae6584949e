package assembly

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// nextSteps are what a meeting owes after the close, by where it stands.
var nextSteps = map[State]string{Closed: "count", Provisional: "certify", Certified: "disclose"}

// NextNames are the steps as people read them.
var NextNames = map[State]string{Closed: "公布初步结果", Provisional: "答复异议、确认结果", Certified: "公开结果"}

// owes starts the term of a meeting's next step; with no days no rule gives one, and nothing is watched but the docket.
func (m *Meeting) owes(now, from time.Time, days int64) {
	m.DueAt, m.WatchAt, m.OverdueAt = nil, nil, nil
	if days > 0 {
		m.DueAt, m.WatchAt = term(from, days)
	}
	if m.State == Provisional { // objections first: each has to be answered
		at := calendar.RemindBefore(now, *m.ObjectionsUntil).UTC()
		m.WatchAt = &at
	}
}

// owesBoard starts the term of disclosure, where a result is not on the board yet.
func (m *Meeting) owesBoard() {
	m.DueAt, m.WatchAt, m.OverdueAt = nil, nil, nil
	if m.DisclosedID == 0 {
		m.DueAt, m.WatchAt = m.DiscloseBy, m.DiscloseBy
	}
}

// closeTerm reminds the convener of the next step after the close, and tells once whoever stands above that it is late.
func (s *Service) closeTerm(tx *store.Tx, id int64) error {
	var m Meeting
	if err := tx.ForUpdate().Where("id = ? AND watch_at <= ?", id, tx.Now).Take(&m).Error; err != nil {
		return store.NotFound(err, nil)
	}
	t, err := m.terms()
	if err != nil {
		return err
	}
	what, next := nextSteps[m.State], (*time.Time)(nil)
	switch {
	case m.State == Provisional && !tx.Now.After(*m.ObjectionsUntil):
		if what, err = openDocket(tx, &m); err != nil {
			return err
		}
		if t.CertifyDays > 0 {
			_, next = term(*m.ObjectionsUntil, t.CertifyDays)
		}
	case m.DueAt == nil || what == "" || m.State == Certified && m.DisclosedID != 0:
		what = ""
	case tx.Now.After(*m.DueAt):
		what, m.OverdueAt = what+"_overdue", &tx.Now
	default:
		late := m.DueAt.Add(time.Second)
		what, next = what+"_soon", &late
	}
	m.WatchAt = next
	if err := tx.Model(&Meeting{}).Where("id = ?", m.ID).Select("watch_at", "overdue_at").Updates(&m).Error; err != nil || what == "" {
		return err
	}
	estate, err := estateName(tx, &m)
	if err != nil {
		return err
	}
	e := event.StepDue{Assembly: m.eventOf(estate, tx.Now), What: what}
	if e.Due = *m.ClosesAt; m.DueAt != nil {
		e.Due = *m.DueAt
	}
	if what == "docket_soon" {
		e.Due = *m.ObjectionsUntil
	}
	return outbox.Append(tx, e)
}

// openDocket gives the reminder of objections that nobody has answered.
func openDocket(tx *store.Tx, m *Meeting) (string, error) {
	var open int64
	err := tx.Model(&Objection{}).Where("meeting_id = ? AND state = 'open'", m.ID).Count(&open).Error
	if err != nil || open == 0 {
		return "", err
	}
	return "docket_soon", nil
}

// ListOverdue pages through the meetings of a township whose next step after the close is late.
// Fault: ErrForbidden.
func (s *Service) ListOverdue(ctx context.Context, actor org.Actor, after int64, limit int) ([]Meeting, error) {
	if err := actor.Must(org.GuideMeetings); err != nil {
		return nil, err
	}
	var rows []Meeting
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Scopes(actor.Within(org.GuideMeetings, "meetings.estate_id")).Where("overdue_at IS NOT NULL AND id > ?", after).Order("id").Limit(limit).Find(&rows).Error
	})
	return rows, err
}
