package joint

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Decision is what a conference concludes on a point, with who does what by when.
type Decision struct {
	Text   string
	Tasks  []NewTask
	NoTask bool // nothing is left to do, or it was not agreed
}

func (d *Decision) check(now time.Time) error {
	d.Text = strings.TrimSpace(d.Text)
	var c fault.Checks
	n := len([]rune(d.Text))
	c.Check(n >= 2 && n <= 2000, "text", "请写明结论（2至2000个字）")
	c.Check(len(d.Tasks) <= 20, "tasks", "任务最多20项")
	c.Check(d.NoTask != (len(d.Tasks) > 0), "tasks", "请写明由哪个单位、在哪天之前做什么；确实没有任务的，请选择“不需要任务”")
	if err := c.Err(); err != nil {
		return err
	}
	for i := range d.Tasks {
		if err := d.Tasks[i].check(now); err != nil {
			return err
		}
	}
	return nil
}

// Decide writes down what the conference decided on a point; each task has an owner among those called, or the holder,
// and a date, or it is said that none is needed. A point is decided once; a correction is a minute.
// Faults: ErrForbidden, ErrConference, ErrHolder, ErrState, ErrItem, ErrAttendee, ErrMany, ErrRefReused,
// complaint.ErrAboutParty, fault.ErrInvalid.
func (s *Service) Decide(ctx context.Context, actor org.Actor, id, item int64, d Decision) (*Conference, error) {
	if err := d.check(s.db.Now()); err != nil {
		return nil, err
	}
	return s.holding(ctx, actor, id, func(tx *store.Tx, c *Conference) error {
		it, err := pointOf(tx, c, item)
		if err != nil {
			return err
		}
		if it.DecidedAt != nil {
			return again(tx, actor, it, d)
		}
		if err := tx.Model(&Item{}).Where("id = ?", item).Updates(map[string]any{"decision": d.Text, "decided_at": tx.Now, "no_task": d.NoTask}).Error; err != nil {
			return err
		}
		for _, n := range d.Tasks {
			if err := s.giveAt(tx, actor, c, it, n); err != nil {
				return err
			}
		}
		if it.CaseID != 0 {
			if err := s.cases.Record(tx, actor, it.CaseID, complaint.Confer, 0, "联席会议（"+c.Number+"）的结论："+cut(d.Text, 450)); err != nil {
				return err
			}
		}
		return audit.Append(tx, actor, "conference.decide", audit.Subject{Kind: "conference", ID: id, Estate: c.EstateID, About: it.AboutID}, map[string]any{"item": item, "tasks": len(d.Tasks)})
	})
}

func pointOf(tx *store.Tx, c *Conference, item int64) (*Item, error) {
	var it Item
	err := tx.ForUpdate().Where("id = ? AND conference_id = ?", item, c.ID).Take(&it).Error
	return &it, store.NotFound(err, ErrItem)
}

// again answers the same decision sent twice, and refuses another one: a task that came with it must not get lost unsaid.
func again(tx *store.Tx, actor org.Actor, it *Item, d Decision) error {
	same := it.Decision == d.Text && it.NoTask == d.NoTask
	for _, n := range d.Tasks {
		done, err := repeated(tx, &Task{}, actor, n.ClientRef, n.InputHash)
		if err != nil {
			return err
		}
		same = same && done
	}
	if same {
		return nil
	}
	return ErrState.Saying("这项议题已经有结论；要更正请写进会议纪要，要再分任务请用“增加任务”")
}

// GiveTaskOf adds a task to a point that is decided.
// Faults: ErrForbidden, ErrConference, ErrHolder, ErrState, ErrItem, ErrAttendee, ErrMany, ErrRefReused,
// complaint.ErrAboutParty, fault.ErrInvalid.
func (s *Service) GiveTaskOf(ctx context.Context, actor org.Actor, id, item int64, n NewTask) (*Conference, error) {
	if err := n.check(s.db.Now()); err != nil {
		return nil, err
	}
	return s.holding(ctx, actor, id, func(tx *store.Tx, c *Conference) error {
		it, err := pointOf(tx, c, item)
		if err != nil {
			return err
		}
		if it.DecidedAt == nil {
			return ErrState.Saying("请先写明这项议题的结论")
		}
		if it.NoTask {
			if err := tx.Model(&Item{}).Where("id = ?", item).Update("no_task", false).Error; err != nil {
				return err
			}
		}
		return s.giveAt(tx, actor, c, it, n)
	})
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func (s *Service) giveAt(tx *store.Tx, actor org.Actor, c *Conference, it *Item, n NewTask) error {
	var called int64
	if err := tx.Model(&Attendee{}).Where("conference_id = ? AND organisation_id = ?", c.ID, n.OrganisationID).Count(&called).Error; err != nil {
		return err
	}
	if called == 0 && n.OrganisationID != c.HolderID {
		return ErrAttendee.Saying("任务只能交给参会的单位")
	}
	if it.AboutID != 0 {
		orgs, err := org.Organisations(tx, []int64{it.AboutID, n.OrganisationID})
		if err != nil {
			return err
		}
		// Nor may one that stands below the body complained about, or counts as one with it, look into it.
		owner, about := orgs[n.OrganisationID], orgs[it.AboutID]
		if complaint.Concerned(&owner, &about) {
			return complaint.ErrAboutParty
		}
	}
	return s.give(tx, actor, Task{SubjectKind: "conference", SubjectID: c.ID, CaseID: it.CaseID, EstateID: c.EstateID, AboutID: it.AboutID}, n)
}
