package disclosure

import (
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrComposed keeps the figures of an automatic draft what they are.
var ErrComposed = fault.New(fault.Conflict, "notice.composed", "这份草稿的数由系统按法规要求列出，不能增减；可以修改标题、说明和附件")

// OpenDutyOf finds the open regular duty of a code under which an estate's organisation publishes a year's figures: of a duty about whole periods
// the instance in which the year ended; of another that year's own while it is still open, for what comes late answers what was missed, else the one
// that runs today; nil where there is none.
func (s *Service) OpenDutyOf(tx *store.Tx, estate int64, code string, year int) (*Duty, error) {
	end, today := column(calendar.Date{Year: year, Month: time.December, Day: 31}), org.DayOf(tx.Now)
	var rows []Duty
	err := tx.Where("estate_id = ? AND code = ? AND event = ? AND done_at IS NULL AND organisation_id <> 0", estate, code, false).
		Where("(from_on <= ? AND to_on >= ?) OR (after_end = ? AND from_on <= ? AND (to_on IS NULL OR to_on >= ?))", end, end, false, today, today).
		Order("from_on, id").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// TakeDown withdraws a notice in the caller's transaction, when what it says does not hold any more: its duties are owed again. Withdrawn before,
// nothing happens.
func (s *Service) TakeDown(tx *store.Tx, id int64, reason string) error {
	var n Notice
	if err := tx.ForUpdate().Where("id = ?", id).Limit(1).Find(&n).Error; err != nil || n.ID == 0 || n.WithdrawnAt != nil {
		return err
	}
	if r := []rune(reason); len(r) > 200 {
		reason = string(r[:200])
	}
	if err := s.takeDown(tx, &n, reason); err != nil {
		return err
	}
	return audit.Append(tx, audit.System{}, "board.withdraw", audit.Subject{Kind: "notice", ID: n.ID, Estate: n.EstateID}, nil)
}

// DraftFor prepares a notice whose figures follow from the law and the books, for an organisation's people to look at: one submits it, another
// publishes it. Its figures are not theirs to change. The same ref once more is the same draft.
func (s *Service) DraftFor(tx *store.Tx, organisation int64, d Draft) (int64, error) {
	var had []Prepared
	if err := tx.Where("entered_by = 0 AND client_ref = ?", d.ClientRef).Limit(1).Find(&had).Error; err != nil {
		return 0, err
	}
	if len(had) == 1 {
		return had[0].ID, nil
	}
	var err error
	if d.Title, d.Body, err = s.blotted(tx, d.EstateID, d.Title, d.Body, nil); err != nil {
		return 0, err
	}
	for i := range d.Queries { // they may quote what a project is called
		if d.Queries[i].Label, _, err = s.blotted(tx, d.EstateID, d.Queries[i].Label, "", nil); err != nil {
			return 0, err
		}
	}
	p := &Prepared{EstateID: d.EstateID, OrganisationID: organisation, State: Drafted, CreatedAt: tx.Now, ClientRef: d.ClientRef, InputHash: d.InputHash}
	if err := s.write(tx, org.Actor{}, p, d, ""); err != nil {
		return 0, err
	}
	if err := tx.Create(p).Error; err != nil {
		return 0, store.Raced(err)
	}
	if err := audit.Append(tx, audit.System{}, "board.draft", audit.Subject{Kind: "notice_draft", ID: p.ID, Estate: p.EstateID}, map[string]any{"revision": p.Revision}); err != nil {
		return 0, err
	}
	return p.ID, tellDuty(tx, event.Duty{SubjectKind: "notice_draft", SubjectID: p.ID, EstateID: p.EstateID, What: "drafted", Title: p.Title, OrganisationID: organisation})
}

// keeps lets people change the words of an automatic draft, and nothing else of it.
func (p *Prepared) keeps(d *Draft) error {
	if p.EnteredBy != 0 || p.NoticeID != 0 {
		return nil
	}
	had := p.queries()
	same := len(had) == len(d.Queries)
	for i := 0; same && i < len(had); i++ {
		same = had[i].row() == d.Queries[i].row()
	}
	if !same {
		return ErrComposed
	}
	d.Kind, d.Audience, d.Form, d.Queries, d.Duties = p.Kind, p.Audience, p.Form, had, p.duties()
	return nil
}
