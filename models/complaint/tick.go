package complaint

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// tickBatch bounds how many cases one round of the clock looks at.
const tickBatch = 100

// Tick does what time has brought: reminders, escalations, ends of pauses and of the window to return an answer. It
// returns how many cases it looked at, at most 100; every case is a transaction of its own, and one that fails does not
// hold up the others.
func (s *Service) Tick(ctx context.Context) (int, error) {
	var ids []int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Case{}).Where("wake_at <= ?", tx.Now).Order("wake_at, id").Limit(tickBatch).Pluck("id", &ids).Error
	})
	if err != nil {
		return 0, err
	}
	var first error
	for _, id := range ids {
		if err := s.wake(ctx, id); err != nil && first == nil {
			first = fmt.Errorf("clock of complaint %d: %w", id, err)
		}
	}
	if first != nil {
		return 0, first // the same cases come again at the next turn, not at once
	}
	return len(ids), nil
}

func (s *Service) wake(ctx context.Context, id int64) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var c Case
		err := tx.ForUpdate().Where("id = ? AND wake_at <= ?", id, tx.Now).Take(&c).Error
		if err != nil {
			return store.NotFound(err, nil) // somebody moved it meanwhile
		}
		t := &turn{Service: s, tx: tx, actor: audit.System{}, c: &c, who: []Who{ByClock}}
		switch {
		case c.State.paused():
			t.in.Text = "暂缓到期，继续办理"
			if c.State == Awaiting {
				t.in.Text = "等待补充已到期，按现有材料继续办理"
			}
			return t.do(Resume)
		case c.State == Answered && c.HeldUntil == nil: // an older program stored it: the window begins now
			until, err := t.confirmUntil()
			if err != nil {
				return err
			}
			c.HeldUntil, t.from = until, c.State
			if err := t.clock(); err != nil {
				return err
			}
			if err := tx.Model(&Case{}).Where("id = ?", c.ID).Select("open", "urgent", "held_until", "queue", "wake_at").Updates(&c).Error; err != nil {
				return err
			}
			return c.seat(tx)
		case c.State == Answered:
			t.in.Text = "在规定时间内没有人退回"
			return t.do(Lapse)
		case c.EscalateAt != nil && !c.EscalateAt.After(tx.Now):
			return t.do(Escalate)
		case c.RemindAt != nil && !c.RemindAt.After(tx.Now):
			return t.remind()
		}
		// Nothing has come to pass, such as in a case that an older program stored: only its place is set right.
		t.from = c.State
		if err := t.clock(); err != nil {
			return err
		}
		if err := tx.Model(&Case{}).Where("id = ?", c.ID).Select("open", "urgent", "queue", "escalate_at", "wake_at").Updates(&c).Error; err != nil {
			return err
		}
		return c.seat(tx)
	})
}

// remind tells the office whose turn it is that the time is running out: that of the step, or that of the case. It leaves
// no step: nothing has happened.
func (t *turn) remind() error {
	c := t.c
	c.RemindAt, t.from = nil, c.State
	// A reminder before the step leaves the one before the case's own date.
	if at := c.reminder(t.tx.Now); at != nil && at.After(t.tx.Now) {
		c.RemindAt = at
	}
	if err := t.clock(); err != nil {
		return err
	}
	if err := t.tx.Model(&Case{}).Where("id = ?", c.ID).Select("remind_at", "wake_at").Updates(c).Error; err != nil {
		return err
	}
	e, err := c.event(t.tx)
	if err != nil {
		return err
	}
	if due := earliest(c.DueAt, c.StepDueAt); due != nil {
		e.Due = *due
	}
	m := event.CaseMoved{Case: e, What: "remind"}
	if waited := t.waited(); waited != c.LeadID {
		o, err := org.FindOrganisation(t.tx, waited)
		if err != nil {
			return err
		}
		m.ToID, m.ToName = o.ID, o.Name
	}
	return outbox.Append(t.tx, m)
}

// waited is the office for which the case waits: the lead, whoever is asked to lead in its place, or whoever arbitrates.
func (t *turn) waited() int64 {
	switch {
	case t.c.State == Offered && t.c.OfferedID != 0:
		return t.c.OfferedID
	case t.c.State == Arbitration:
		if ch, err := chainOf(t.tx, t.c); err == nil && ch.arbiter != 0 {
			return ch.arbiter
		}
	}
	return t.c.LeadID
}

// escalate calls in the next level above: it sees the case in its queue and may redirect or close it. The lead keeps
// the case; waiting must not be a way to get rid of one.
func (t *turn) escalate() error {
	c := t.c
	ch, err := chainOf(t.tx, c)
	if err != nil {
		return err
	}
	next := int64(0)
	// A supervisor that has left the chain, because the lead has changed, counts as none.
	if at := slices.Index(ch.up, c.SupervisorID) + 1; at < len(ch.up) {
		next = ch.up[at]
	}
	if next == 0 { // nobody stands higher; whoever was called in stays so, and is not told again
		if t.step.Text, err = t.why(); err != nil {
			return err
		}
		t.step.Text += "；已经到最高一级"
		c.SupervisorID, c.EscalateAt = cmp.Or(c.SupervisorID, c.LeadID), nil
		return nil
	}
	if t.step.Text, err = t.why(); err != nil {
		return err
	}
	if c.State == Arbitration { // only the leading group itself can speak in its office's place
		next = ch.up[len(ch.up)-1]
	}
	c.Escalations++
	c.SupervisorID, t.step.ToID = next, next
	if err := addRole(t.tx, c.ID, next, "above"); err != nil {
		return err
	}
	if len(ch.up) > 0 && next != ch.up[len(ch.up)-1] {
		set, err := org.Rules(t.tx, t.tx.Now, t.pack.Code)
		if err != nil {
			return err
		}
		if c.EscalateAt, _, err = Term(set, "complaint.escalate_step", t.tx.Now); err != nil {
			return err
		}
	} else {
		c.EscalateAt = nil
	}
	o, err := org.FindOrganisation(t.tx, next)
	if err != nil {
		return err
	}
	return t.moved(Escalate, o)
}

// why says which clock has run out, or that nobody is there.
func (t *turn) why() (string, error) {
	c := t.c
	vacant, err := vacantAt(t.tx, t.waited())
	if err != nil {
		return "", err
	}
	late := StateNames[c.State] + "超过规定时间"
	switch {
	case vacant && c.State == Offered:
		late = "被请主办的单位目前没有在岗人员"
	case vacant && c.State == Arbitration:
		late = "裁定的单位目前没有在岗人员"
	case vacant:
		late = "主办单位目前没有在岗人员"
	case c.DueAt != nil && !c.DueAt.After(t.tx.Now):
		late = "超过办理时限"
	}
	if c.SupervisorID != 0 {
		late += "，督办后仍未办结"
	}
	return late, nil
}

// staffed narrows to organisations that have somebody at a post whose term runs.
func staffed(q *gorm.DB, now time.Time) *gorm.DB {
	day := org.DayOf(now)
	return q.Session(&gorm.Session{NewDB: true}).Model(&org.PostHolder{}).Select("posts.organisation_id").
		Joins("JOIN posts ON posts.id = post_holders.post_id").Where("post_holders.holding IS NOT NULL AND posts.closed_at IS NULL AND (posts.starts_on IS NULL OR posts.starts_on <= ?) AND (posts.ends_on IS NULL OR posts.ends_on >= ?)", day, day)
}

func vacantAt(tx *store.Tx, organisation int64) (bool, error) {
	var n int64
	err := staffed(tx.DB, tx.Now).Where("posts.organisation_id = ?", organisation).Count(&n).Error
	return n == 0, err
}

// turnRoles are the parts of a case that keep it waiting.
var turnRoles = []string{"lead", "offered", "arbiter"}

// WakeVacant calls the clock to cases that wait for an office with nobody at any post, be it the lead, the one that is
// asked to lead or the one that arbitrates: such a queue hides nothing, it escalates.
func (s *Service) WakeVacant(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		waits := tx.Model(&Party{}).Select("1").Where("case_parties.organisation_id = organisations.id AND waiting = ? AND role IN ?", true, turnRoles)
		var vacant []int64
		err := tx.Model(&org.Organisation{}).Where("id NOT IN (?) AND EXISTS (?)", staffed(tx.DB, tx.Now), waits).Order("id").Limit(1000).Pluck("id", &vacant).Error
		if err != nil || len(vacant) == 0 {
			return err
		}
		cases := tx.Model(&Party{}).Select("case_id").Where("organisation_id IN ? AND waiting = ? AND role IN ?", vacant, true, turnRoles)
		return tx.Model(&Case{}).Where("id IN (?) AND supervisor_id = 0 AND open = ?", cases, true).Updates(map[string]any{"escalate_at": tx.Now, "wake_at": tx.Now}).Error
	})
}
