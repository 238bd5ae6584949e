package disclosure

import (
	"context"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// QuestionView is a question as its reader may see it: never who asked.
type QuestionView struct {
	Question
	About    string // the notice's or the duty's title
	Estate   string
	AskedOf  string
	Asker    string // 业主, 家属 or 租户
	DaysLate int64
	Mine     bool
	Shown    string // the text as this reader may see it
}

// What others read in place of a question that is not shown.
const (
	beingChecked = "（这个提问正在由社区核对，核对后显示）"
	notShown     = "（这个提问经核对不公开显示）"
)

// askers are how people are called by their role, without a name.
var askers = map[string]string{"owner": "业主", "family": "业主家人", "tenant": "租户"}

// aboutOf gives the title of what a question is about.
func aboutOf(tx *store.Tx, q *Question) (string, error) {
	titles, err := titlesOf(tx, []Question{*q})
	return titles[q.ID], err
}

func titlesOf(tx *store.Tx, rows []Question) (map[int64]string, error) {
	notices, duties := []int64{0}, []int64{0}
	for _, q := range rows {
		notices, duties = append(notices, q.NoticeID), append(duties, q.DutyID)
	}
	var versions []Version
	err := tx.Select("notice_id", "title").Where("notice_id IN ? AND version = (SELECT current_version FROM notices n WHERE n.id = notice_id)", unique(notices)).Find(&versions).Error
	if err != nil {
		return nil, err
	}
	var owed []Duty
	if err := tx.Where("id IN ?", unique(duties)).Find(&owed).Error; err != nil {
		return nil, err
	}
	ofNotice, ofDuty, titles := map[int64]string{}, map[int64]string{}, map[int64]string{}
	for _, v := range versions {
		ofNotice[v.NoticeID] = v.Title
	}
	for _, d := range owed {
		ofDuty[d.ID] = d.called()
	}
	for _, q := range rows {
		titles[q.ID] = ofNotice[q.NoticeID] + ofDuty[q.DutyID]
	}
	return titles, nil
}

// viewQuestions words questions for a reader: the offices of the estate read them as they are, neighbours and anybody what may be shown.
func (s *Service) viewQuestions(tx *store.Tx, rows []Question, reader int64, office bool) ([]QuestionView, error) {
	titles, err := titlesOf(tx, rows)
	if err != nil {
		return nil, err
	}
	var estates, orgs []int64
	for _, q := range rows {
		estates, orgs = append(estates, q.EstateID), append(orgs, q.OrganisationID)
	}
	names, err := org.EstateNames(tx, unique(estates))
	if err != nil {
		return nil, err
	}
	offices, err := org.Organisations(tx, unique(orgs))
	if err != nil {
		return nil, err
	}
	today := calendar.DateOf(tx.Now)
	views := make([]QuestionView, len(rows))
	for i, q := range rows {
		v := QuestionView{Question: q, About: titles[q.ID], Estate: names[q.EstateID], AskedOf: offices[q.OrganisationID].Name, Asker: askers[q.Role], Mine: reader != 0 && q.PersonID == reader, Shown: q.Text}
		switch {
		case v.Mine, office:
		case q.Display == Review:
			v.Shown, v.Line = beingChecked, ""
		case q.Display == Hidden:
			v.Shown, v.Line = notShown, ""
		default:
			v.Shown, v.Line = s.o.Blot(q.Text), s.o.Blot(q.Line)
		}
		answered := calendar.Date{}
		if q.AnsweredAt != nil {
			answered = calendar.DateOf(*q.AnsweredAt)
		}
		v.DaysLate = duty.Late(dateIn(q.DueOn), answered, today)
		v.Answer = s.o.Blot(q.Answer)
		views[i] = v
	}
	return views, nil
}

// Due is the last day to answer; the zero Date while nobody has fixed it.
func (q *Question) Due() calendar.Date { return dateIn(q.DueOn) }

// ListQuestions pages through what was asked about a notice or a duty, newest first, for somebody who may read it.
// Faults: org.ErrForbidden, ErrNotFound, ErrDutyNotFound.
func (s *Service) ListQuestions(ctx context.Context, actor org.Actor, notice, dutyID, before int64, limit int) (views []QuestionView, err error) {
	if err := actor.Must(org.ReadBoard); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		q, err := about(tx.Scopes(actor.Within(org.ReadBoard, "estate_id")), tx, notice, dutyID)
		if err != nil {
			return err
		}
		views, err = s.pageQuestions(tx, q, before, limit, actor.PersonID, actor.Must(org.ScreenQuestion) == nil)
		return err
	})
	return views, err
}

// ListQuestionsPublic is ListQuestions for anybody: about a public notice, or a duty.
func (s *Service) ListQuestionsPublic(ctx context.Context, notice, dutyID, before int64, limit int) (views []QuestionView, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		open := tx.DB
		if notice != 0 {
			open = tx.Where("audience = ?", Everyone)
		}
		q, err := about(open, tx, notice, dutyID)
		if err != nil {
			return err
		}
		views, err = s.pageQuestions(tx, q, before, limit, 0, false)
		return err
	})
	return views, err
}

// about finds the notice or duty among those that the reader may see, and gives the questions about it.
func about(seen *gorm.DB, tx *store.Tx, notice, dutyID int64) (*gorm.DB, error) {
	if notice != 0 {
		var n Notice
		return tx.Where("notice_id = ?", notice), store.NotFound(seen.Where("id = ?", notice).Take(&n).Error, ErrNotFound)
	}
	var d Duty
	return tx.Where("duty_id = ?", dutyID), store.NotFound(seen.Where("id = ?", dutyID).Take(&d).Error, ErrDutyNotFound)
}

func (s *Service) pageQuestions(tx *store.Tx, q *gorm.DB, before int64, limit int, reader int64, office bool) ([]QuestionView, error) {
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	var rows []Question
	if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, err
	}
	return s.viewQuestions(tx, rows, reader, office)
}

// ListMyQuestions pages through what the actor has asked, newest first.
func (s *Service) ListMyQuestions(ctx context.Context, actor org.Actor, before int64, limit int) (views []QuestionView, err error) {
	if err := actor.Must(org.AskQuestion); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		views, err = s.pageQuestions(tx, tx.Where("person_id = ?", actor.PersonID), before, limit, actor.PersonID, false)
		return err
	})
	return views, err
}

// ListAsked pages through what the actor's organisation has to answer (open) or has answered, newest first.
func (s *Service) ListAsked(ctx context.Context, actor org.Actor, answered bool, before int64, limit int) (views []QuestionView, err error) {
	if err := actor.Must(org.AnswerQuestion); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("organisation_id = ? AND display = ? AND answered_at IS NULL", actor.OrganisationID(), Cleared)
		if answered {
			q = tx.Where("organisation_id = ? AND display = ? AND answered_at IS NOT NULL", actor.OrganisationID(), Cleared)
		}
		views, err = s.pageQuestions(tx, q, before, limit, 0, false)
		return err
	})
	return views, err
}

// ListToScreen pages through the questions that wait for somebody to look at them, newest first.
func (s *Service) ListToScreen(ctx context.Context, actor org.Actor, before int64, limit int) (views []QuestionView, err error) {
	if err := actor.Must(org.ScreenQuestion); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Scopes(actor.Within(org.ScreenQuestion, "estate_id")).Where("display = ? AND organisation_id <> ?", Review, actor.OrganisationID())
		views, err = s.pageQuestions(tx, q, before, limit, 0, true)
		return err
	})
	return views, err
}
