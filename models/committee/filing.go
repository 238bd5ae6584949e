package committee

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// FilingKind is what is filed.
type FilingKind string

// The kinds of filings.
const (
	Election FilingKind = "election"
	Change   FilingKind = "change"
)

// FilingKinds, FilingStates and ReviewStates are as people read them.
var (
	FilingKinds  = map[FilingKind]string{Election: "选举备案", Change: "变更备案"}
	FilingStates = map[string]string{"draft": "待提交", "submitted": "审核中", "returned": "已退回，待补正", "filed": "已备案"}
	ReviewStates = map[string]string{"waiting": "待审核", "returned": "退回补正", "filed": "已备案"}
)

// Filing is what a committee files with the bureau and with the township (regulation 16). Form is the members and the term as
// they were when it was submitted.
type Filing struct {
	ID          int64 `gorm:"primaryKey"`
	Number      string
	EstateID    int64
	TermID      int64
	Kind        FilingKind
	State       string
	Form        string
	Text        string
	SubmittedAt *time.Time
	FiledAt     *time.Time
	Version     int64
	CreatedAt   time.Time
}

// TableName names the table.
func (Filing) TableName() string { return "committee_filings" }

// Review is what one of the two offices says of a filing.
type Review struct {
	FilingID       int64  `gorm:"primaryKey;autoIncrement:false"`
	Office         string `gorm:"primaryKey"` // bureau, township
	OrganisationID int64
	State          string
	Number         string
	Reason         string
	PersonID       int64
	At             *time.Time
}

// TableName names the table.
func (Review) TableName() string { return "committee_reviews" }

// Form is what a filing says, as ids and public words; names are read from the members.
type Form struct {
	Term    string       `json:"term"`
	Size    int64        `json:"size"`
	From    string       `json:"from"`
	To      string       `json:"to"`
	Basis   string       `json:"basis"`
	Members []FormMember `json:"members"`
}

// FormMember is a line of the form.
type FormMember struct {
	ID   int64 `json:"id"`
	Role Role  `json:"role"`
}

// Filed reads the form.
func (f *Filing) Filed() (form Form, err error) {
	if f.Form == "" {
		return form, nil
	}
	return form, json.Unmarshal([]byte(f.Form), &form)
}

// openFiling makes a filing that is due; a change joins the one that nobody has submitted yet, which will say it.
func (s *Service) openFiling(tx *store.Tx, actor audit.Actor, set *rulepack.Set, t *Term, kind FilingKind) error {
	if kind == Change {
		var open int64
		if err := tx.Model(&Filing{}).Where("term_id = ? AND state = 'draft'", t.ID).Count(&open).Error; err != nil || open > 0 {
			return err
		}
	}
	days, err := set.Int(map[FilingKind]string{Election: "committee.filing_days", Change: "committee.change_days"}[kind])
	if err != nil {
		return err
	}
	number, err := store.NextNumber(tx, "YB")
	if err != nil {
		return err
	}
	f := &Filing{Number: number, EstateID: t.EstateID, TermID: t.ID, Kind: kind, State: "draft", Version: 1, CreatedAt: tx.Now}
	if err := tx.Create(f).Error; err != nil {
		return err
	}
	if err := note(tx, actor, "filing_due", "committee_filing", f.ID, f.EstateID, nil); err != nil {
		return err
	}
	return owe(tx, Duty{EstateID: t.EstateID, TermID: t.ID, Kind: OweFiling, SubjectID: f.ID, OwedBy: "committee", Title: FilingKinds[kind], DueAt: after(tx.Now, days)})
}

// SubmitFiling sends a filing to both offices, with the members as they are now and the papers. What was returned is
// submitted again, and both look again: the same form lies with both.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState, fault.ErrInvalid.
func (s *Service) SubmitFiling(ctx context.Context, actor org.Actor, id int64, text string, files []int64) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(length(text, 0, 1000), "text", "说明不超过1000个字")
	c.Check(len(files) <= 20, "file_ids", "材料不超过20份")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "submit filing", func(tx *store.Tx) (int64, error) {
		f, t, _, err := seat(s, tx, actor, id, func(f *Filing) int64 { return f.EstateID })
		if err != nil {
			return 0, err
		}
		if f.TermID != t.ID || (f.State != "draft" && f.State != "returned") {
			return 0, ErrState
		}
		if err := s.files.Attach(tx, actor, files, "notice", "committee_filing", f.ID, f.EstateID); err != nil {
			return 0, err
		}
		if f.State == "draft" && len(files) == 0 {
			return 0, fault.ErrInvalid.With(fault.Field{Path: "file_ids", Reason: "请上传备案材料：业主大会决定、议事规则、管理规约、委员名单"})
		}
		form, err := formOf(tx, t)
		if err != nil {
			return 0, err
		}
		res := tx.Model(&Filing{}).Where("id = ? AND version = ?", f.ID, f.Version).Updates(map[string]any{"state": "submitted", "form": form, "text": text, "submitted_at": tx.Now, "version": f.Version + 1})
		if err := store.MustAffect(res, ErrState); err != nil {
			return 0, err
		}
		if err := s.askReviews(tx, f); err != nil {
			return 0, err
		}
		if err := written(tx, actor, "committee_filing", f.ID, f.EstateID, "submitted", text); err != nil {
			return 0, err
		}
		return f.ID, tell(tx, f.event("submitted"))
	})
}

func formOf(tx *store.Tx, t *Term) (string, error) {
	form := Form{Term: fmt.Sprintf("第%d届", t.Ordinal), Size: t.Size, From: t.StartsOn.Format(time.DateOnly), To: t.EndsOn.Format(time.DateOnly), Basis: t.Basis}
	var all []Member
	if err := tx.Where("term_id = ? AND left_at IS NULL", t.ID).Order("place, id").Limit(maxMembers).Find(&all).Error; err != nil {
		return "", err
	}
	for _, m := range all {
		form.Members = append(form.Members, FormMember{ID: m.ID, Role: m.Role})
	}
	raw, err := json.Marshal(form)
	return string(raw), err
}

// askReviews puts the filing before both offices.
func (s *Service) askReviews(tx *store.Tx, f *Filing) error {
	var e org.Estate
	if err := tx.Where("id = ?", f.EstateID).Take(&e).Error; err != nil {
		return err
	}
	var bureaus []int64
	if err := tx.Model(&org.Organisation{}).Where("kind = ? AND closed_at IS NULL", org.Bureau).Order("id").Limit(1).Pluck("id", &bureaus).Error; err != nil {
		return err
	}
	if err := tx.Where("filing_id = ?", f.ID).Delete(&Review{}).Error; err != nil {
		return err
	}
	rows := []Review{{FilingID: f.ID, Office: string(org.Township), OrganisationID: e.TownshipID, State: "waiting"}, {FilingID: f.ID, Office: string(org.Bureau), State: "waiting"}}
	if len(bureaus) == 1 {
		rows[1].OrganisationID = bureaus[0]
	}
	return tx.Create(&rows).Error
}

func (f *Filing) event(what string) event.Committee {
	return event.Committee{SubjectKind: "committee_filing", SubjectID: f.ID, EstateID: f.EstateID, What: what, Number: f.Number, Title: FilingKinds[f.Kind]}
}

// ReviewFiling is one office's answer: filed under its number, or returned with what is missing. It is filed when both have.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) ReviewFiling(ctx context.Context, actor org.Actor, id int64, accept bool, number, reason string) (int64, error) {
	number, reason = strings.TrimSpace(number), strings.TrimSpace(reason)
	var c fault.Checks
	c.Check(!accept || length(number, 2, 64), "number", "请填写备案编号（2至64个字）")
	c.Check(length(reason, 0, 500) && (accept || reason != ""), "reason", "退回时请写明缺什么、怎么补（不超过500个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ReviewCommittee, "review filing", func(tx *store.Tx) (int64, error) {
		f, err := within[Filing](tx, actor, org.ReviewCommittee, id)
		if err != nil {
			return 0, err
		}
		if f.State != "submitted" {
			return 0, ErrState
		}
		state, what := "returned", "returned"
		if accept {
			state, what = "filed", "reviewed"
		}
		res := tx.Model(&Review{}).Where("filing_id = ? AND office = ? AND state = 'waiting'", f.ID, string(actor.Post.OrgKind)).
			Updates(map[string]any{"organisation_id": actor.OrganisationID(), "state": state, "number": number, "reason": reason, "person_id": actor.PersonID, "at": tx.Now})
		if err := store.MustAffect(res, ErrState.Saying("您单位已经审核过了")); err != nil {
			return 0, err
		}
		if err := written(tx, actor, "committee_filing", f.ID, f.EstateID, what, strings.TrimSpace(number+" "+reason)); err != nil {
			return 0, err
		}
		return f.ID, s.afterReview(tx, f, accept)
	})
}

func (s *Service) afterReview(tx *store.Tx, f *Filing, accept bool) error {
	if !accept {
		if err := tx.Model(&Filing{}).Where("id = ?", f.ID).Updates(map[string]any{"state": "returned", "version": f.Version + 1}).Error; err != nil {
			return err
		}
		return tell(tx, f.event("returned"))
	}
	var left int64
	if err := tx.Model(&Review{}).Where("filing_id = ? AND state <> 'filed'", f.ID).Count(&left).Error; err != nil || left > 0 {
		return err
	}
	if err := tx.Model(&Filing{}).Where("id = ?", f.ID).Updates(map[string]any{"state": "filed", "filed_at": tx.Now, "version": f.Version + 1}).Error; err != nil {
		return err
	}
	if err := settle(tx, OweFiling, f.ID); err != nil {
		return err
	}
	return tell(tx, f.event("filed"))
}
