package disclosure

import (
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// judgeKey names the rule for how long the community may take to look at a report. As long as it does not, nobody can say when the posting
// ends, and what waits for that stands still.
const judgeKey = "disclosure.judge_days"

// owedBy says until when the community has to look at a report; where nobody has fixed it, it is never late.
func (s *Service) owedBy(tx *store.Tx, x *Incident) error {
	set, err := s.rules(tx, x.EstateID)
	if err != nil {
		return err
	}
	n, err := set.Int(judgeKey)
	if errors.Is(err, rulepack.ErrUnset) {
		return nil
	}
	if err != nil {
		return err
	}
	days, err := workingDays(set)
	if err != nil {
		return err
	}
	due := days.AddWorkingDays(calendar.DateOf(tx.Now).Add(int(n)), 0)
	at := due.End().Add(time.Second).UTC()
	x.DueOn, x.WatchAt = column(due), &at
	return nil
}

// watchIncident gives a report that the community has not looked at in time to the township, once.
func (s *Service) watchIncident(tx *store.Tx, id int64) error {
	var x Incident
	if err := tx.ForUpdate().Where("id = ?", id).Take(&x).Error; err != nil {
		return err
	}
	if x.State != IncidentOpen || x.WatchAt == nil || x.WatchAt.After(tx.Now) {
		return nil // somebody else was first
	}
	if err := tx.Model(&Incident{}).Where("id = ?", x.ID).Updates(map[string]any{"watch_at": nil, "late_at": tx.Now}).Error; err != nil {
		return err
	}
	var v Version
	if err := tx.Where("notice_id = ? AND version = ?", x.NoticeID, x.Version).Take(&v).Error; err != nil {
		return err
	}
	e, err := org.OpenEstate(tx, x.EstateID)
	if err != nil {
		return err
	}
	if err := audit.Append(tx, audit.System{}, "board.judge_late", audit.Subject{Kind: "notice", ID: x.NoticeID, Estate: x.EstateID}, map[string]any{"incident": x.ID, "due": dateIn(x.DueOn).String()}); err != nil {
		return err
	}
	return tellDuty(tx, event.Duty{SubjectKind: "notice", SubjectID: x.NoticeID, EstateID: x.EstateID, What: "judge_late", Title: v.Title, OrganisationID: e.CommunityID, Due: dateIn(x.DueOn).End()})
}

// Due is the last day to look at a report; the zero Date while nobody has fixed it.
func (x *Incident) Due() calendar.Date { return dateIn(x.DueOn) }

// Late is how many days late somebody is to look at a report, or was.
func (x *Incident) Late(today calendar.Date) int64 {
	if x.DecidedAt != nil {
		today = calendar.DateOf(*x.DecidedAt)
	}
	return duty.Late(dateIn(x.DueOn), today, today)
}

// Clock is until when a report is looked at, as people read it.
func (x *Incident) Clock(today calendar.Date) string {
	due := x.Due()
	switch late := x.Late(today); {
	case x.State != IncidentOpen:
		return ""
	case due.IsZero():
		return "社区几天内核实，本地没有规定"
	case late > 0:
		return fmt.Sprintf("社区应在%s以前核实，已逾期%d天，现在由乡镇（办事处）核实", due, late)
	}
	return fmt.Sprintf("社区应在%s以前核实", due)
}
