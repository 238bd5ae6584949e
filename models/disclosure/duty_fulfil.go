package disclosure

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Fulfil says that a notice fulfils a duty, in the transaction that publishes it. The same notice again changes nothing. That it was late
// stays on record.
// Faults: ErrDutyNotFound, ErrDutyDone, ErrDutyEarly.
func (s *Service) Fulfil(tx *store.Tx, estate, instance, noticeID int64, publishedOn calendar.Date) error {
	var d Duty
	if err := tx.ForUpdate().Where("id = ? AND estate_id = ?", instance, estate).Take(&d).Error; err != nil {
		return store.NotFound(err, ErrDutyNotFound)
	}
	switch {
	case d.DoneAt != nil && d.NoticeID == noticeID:
		return nil
	case d.DoneAt != nil:
		return ErrDutyDone
	case publishedOn.Before(dateIn(&d.FromOn)):
		return ErrDutyEarly.Saying(fmt.Sprintf("这份公示（%s）早于这一期的第一天（%s），不能用来公开这一期", publishedOn, dateIn(&d.FromOn)))
	case d.AfterEnd && !dateIn(d.ToOn).Before(publishedOn):
		return ErrDutyEarly.Saying(fmt.Sprintf("%s要到%s才结束，结束以后才能公开这一期的账目", d.Period(), dateIn(d.ToOn)))
	}
	d.NoticeID, d.PublishedOn, d.DoneAt, d.WatchAt = noticeID, column(publishedOn), &tx.Now, nil
	d.DaysLate = duty.Late(dateIn(d.DueOn), publishedOn, publishedOn)
	if d.DaysLate > 0 {
		d.late(tx)
	}
	err := tx.Model(&Duty{}).Where("id = ?", d.ID).Select("notice_id", "published_on", "done_at", "watch_at", "days_late", "late_at", "late_organisation_id").Updates(&d).Error
	if err != nil {
		return err
	}
	return audit.Append(tx, audit.System{}, "duty.fulfil", audit.Subject{Kind: "disclosure_duty", ID: d.ID, Estate: estate}, map[string]any{"notice": noticeID, "days_late": d.DaysLate})
}

// late puts on record that a duty was late, and whose it was then: once.
func (d *Duty) late(tx *store.Tx) {
	if d.LateAt == nil {
		d.LateAt, d.LateOrganisationID = &tx.Now, d.OrganisationID
	}
}

// Reopen takes a notice off the duties that it fulfilled, in the transaction that withdraws it: they are owed again.
func (s *Service) Reopen(tx *store.Tx, noticeID int64) error {
	var rows []Duty
	if err := tx.ForUpdate().Where("notice_id = ?", noticeID).Order("id").Limit(mostDuties).Find(&rows).Error; err != nil {
		return err
	}
	for _, d := range rows {
		d.NoticeID, d.PublishedOn, d.DoneAt, d.DaysLate, d.WatchAt, d.Contents, d.ContentsBy = 0, nil, nil, 0, next(tx.Now, dateIn(d.DueOn)), "", 0
		if err := tx.Model(&Duty{}).Where("id = ?", d.ID).Select("notice_id", "published_on", "done_at", "days_late", "watch_at", "contents", "contents_by").Updates(&d).Error; err != nil {
			return err
		}
		if err := audit.Append(tx, audit.System{}, "duty.reopen", audit.Subject{Kind: "disclosure_duty", ID: d.ID, Estate: d.EstateID}, map[string]any{"notice": noticeID}); err != nil {
			return err
		}
	}
	return nil
}

// mostDuties bounds what one notice fulfils.
const mostDuties = 20

// FulfilBy is Fulfil for an organisation that names a notice which it has published before; contents are what the actor confirms is in it.
// Faults: org.ErrForbidden, ErrDutyNotFound, ErrDutyDone, ErrDutyEarly, ErrDutyNotice.
func (s *Service) FulfilBy(ctx context.Context, actor org.Actor, instance, notice int64, contents ...string) error {
	if err := actor.Must(org.PublishNotice); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var d Duty
		err := tx.Scopes(actor.Within(org.PublishNotice, "estate_id")).Where("id = ? AND organisation_id = ?", instance, actor.OrganisationID()).Take(&d).Error
		if err != nil {
			return store.NotFound(err, ErrDutyNotFound)
		}
		var n Notice
		if err := tx.ForUpdate().Where("id = ? AND estate_id = ? AND organisation_id = ?", notice, d.EstateID, d.OrganisationID).Take(&n).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		var held int64
		if err := tx.Model(&Duty{}).Where("notice_id = ?", n.ID).Count(&held).Error; err != nil {
			return err
		}
		switch {
		case n.WithdrawnAt != nil:
			return ErrDutyNotice.Saying("这份公示已经撤回，不能用来公开这一项；请重新发布")
		case n.Scope != "":
			return ErrDutyNotice.Saying("这份公示只涉及部分楼幢或房屋，这一项要向整个小区公开")
		case held >= mostDuties:
			return ErrDutyNotice.Saying("这份公示已经用来公开了20项，请另发一份")
		}
		set, err := s.rules(tx, d.EstateID)
		if err != nil {
			return err
		}
		var v Version // what people read today was not there before its day
		if err := tx.Where("notice_id = ? AND version = ?", n.ID, n.CurrentVersion).Take(&v).Error; err != nil {
			return err
		}
		figures, err := figuresOf(tx, []int64{n.ID}, n.CurrentVersion)
		if err != nil {
			return err
		}
		asked := make([]Query, len(figures))
		for i := range figures {
			asked[i] = figures[i].Query()
		}
		if err := d.suits(tx, set, &n, asked, v.ConfirmedBy); err != nil {
			return err
		}
		if err := d.ofMissed(tx, asked); err != nil {
			return err
		}
		if err := s.Fulfil(tx, d.EstateID, d.ID, n.ID, calendar.DateOf(v.At)); err != nil {
			return err
		}
		if err := s.reaches(tx, &n, &v); err != nil {
			return err
		}
		if err := d.answered(tx, set, &n, edition{title: v.Title, body: v.Body, contents: contents, person: actor.PersonID}); err != nil {
			return err
		}
		return audit.Append(tx, actor, "duty.name", audit.Subject{Kind: "disclosure_duty", ID: d.ID, Estate: d.EstateID}, map[string]any{"notice": n.ID})
	})
}

// FulfilOpen is Fulfil for a domain that publishes what a regular duty asks for without naming the instance, such as a committee's report:
// it fulfils the oldest that is open. Where none is, nothing happens.
// Faults: those of Fulfil.
func (s *Service) FulfilOpen(tx *store.Tx, estate int64, code string, noticeID int64, publishedOn calendar.Date) error {
	var ids []int64
	err := tx.Model(&Duty{}).Where("estate_id = ? AND code = ? AND done_at IS NULL AND from_on <= ?", estate, code, column(publishedOn)).Order("from_on, id").Limit(1).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.Fulfil(tx, estate, ids[0], noticeID, publishedOn)
}

// FulfilSource is Fulfil for the duty that Owe opened for a source. Where there is none, nothing happens.
// Faults: those of Fulfil.
func (s *Service) FulfilSource(tx *store.Tx, estate int64, source string, noticeID int64, publishedOn calendar.Date) error {
	var ids []int64
	err := tx.Model(&Duty{}).Where("estate_id = ? AND slot = ? AND done_at IS NULL", estate, source).Order("id").Limit(1).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.Fulfil(tx, estate, ids[0], noticeID, publishedOn)
}
