package committee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Report is the work report of a period: owed from the first day of the term on, so that a missing one is visible.
type Report struct {
	ID          int64 `gorm:"primaryKey"`
	EstateID    int64
	TermID      int64
	FromOn      time.Time `gorm:"type:date"`
	ToOn        time.Time `gorm:"type:date"`
	DueAt       time.Time
	Title       string
	Text        string
	SubmittedBy int64
	SubmittedAt *time.Time
	NoticeID    int64
	CreatedAt   time.Time
}

// TableName names the table.
func (Report) TableName() string { return "committee_reports" }

// oweReports lists the reports of a term: one for each period that begins in it, due on its last day.
func (s *Service) oweReports(tx *store.Tx, t *Term) error {
	for n := 0; ; n++ {
		from := t.StartsOn.AddDate(0, n*int(t.ReportMonths), 0)
		if from.After(t.EndsOn) {
			return nil
		}
		to := t.StartsOn.AddDate(0, (n+1)*int(t.ReportMonths), -1)
		if to.After(t.EndsOn) {
			to = t.EndsOn
		}
		due := calendar.DateOf(startOf(to)).End().UTC()
		r := &Report{EstateID: t.EstateID, TermID: t.ID, FromOn: from, ToOn: to, DueAt: due, CreatedAt: tx.Now}
		r.Title = fmt.Sprintf("业委会工作报告（%s至%s）", from.Format("2006年1月"), to.Format("2006年1月"))
		if err := tx.Create(r).Error; err != nil {
			return err
		}
		watch := due.AddDate(0, 0, -reportNotice)
		if err := owe(tx, Duty{EstateID: t.EstateID, TermID: t.ID, Kind: OweReport, SubjectID: r.ID, OwedBy: "committee", Title: r.Title, DueAt: due, WatchAt: &watch}); err != nil {
			return err
		}
	}
}

// reportNotice is how many days before its day a report is asked for: it takes time to write.
const reportNotice = 14

// SubmitReport gives the report to the owners, on the board, and to township and community.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState, fault.ErrInvalid.
func (s *Service) SubmitReport(ctx context.Context, actor org.Actor, id int64, text string, files []int64) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(length(text, 20, 3000), "text", "请写工作报告（20至3000个字），全文可以作为附件")
	c.Check(len(files) <= 10, "file_ids", "附件不超过10份")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "report", func(tx *store.Tx) (int64, error) {
		r, t, _, err := seat(s, tx, actor, id, func(r *Report) int64 { return r.EstateID })
		if err != nil {
			return 0, err
		}
		switch {
		case r.TermID != t.ID, r.SubmittedAt != nil:
			return 0, ErrState
		case tx.Now.Before(r.DueAt.AddDate(0, -1, 0)):
			return 0, ErrState.Saying("这一期还没有到写报告的时候：期末前一个月起可以提交")
		}
		if err := s.files.Attach(tx, actor, files, "notice", "committee_report", r.ID, r.EstateID); err != nil {
			return 0, err
		}
		notice, err := s.board.Post(tx, actor, Posted{EstateID: r.EstateID, Sort: "announcement", Title: r.Title, Body: text, Ref: fmt.Sprintf("committee-report-%d", r.ID), Papers: files, From: dayOf(r.FromOn), To: dayOf(r.ToOn)})
		if err != nil {
			return 0, err
		}
		err = tx.Model(&Report{}).Where("id = ?", r.ID).Updates(map[string]any{"text": text, "submitted_by": actor.PersonID, "submitted_at": tx.Now, "notice_id": notice}).Error
		if err != nil {
			return 0, err
		}
		if err := settle(tx, OweReport, r.ID); err != nil {
			return 0, err
		}
		if err := note(tx, actor, "report", "committee_report", r.ID, r.EstateID, map[string]any{"notice": notice}); err != nil {
			return 0, err
		}
		return r.ID, tell(tx, event.Committee{SubjectKind: "committee_report", SubjectID: r.ID, EstateID: r.EstateID, What: "report", Title: r.Title})
	})
}

// dayOf is a day of a DATE column.
func dayOf(t time.Time) calendar.Date {
	return calendar.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
}
