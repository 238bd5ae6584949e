package complaint

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// OpenUpdate is one thing that happened to a published case.
type OpenUpdate struct {
	ID     int64
	Number string
	Kind   Action
	Over   bool // what it left the case as
	Text   string
	At     time.Time
}

// told are the steps that anybody may know of. What offices and complainants write to each other is theirs: of all
// these texts only an answer's is shown.
var told = []Action{File, Accept, Transfer, Arbitrate, Redirect, Plan, Hold, Resume, Conclude, Answer, Confirm, Return, Lapse, Reopen, ForceClose, Merge}

// openStep is a step with the number of its case.
type openStep struct {
	Step
	Number string
}

// OpenUpdates lists what happened to published cases, in the order in which it did.
func (s *Service) OpenUpdates(ctx context.Context, f OpenFilter) ([]OpenUpdate, error) {
	var list []OpenUpdate
	err := s.db.View(ctx, func(tx *store.Tx) error {
		// SQLite keeps the order of a CROSS JOIN: a page over time walks the steps' time, whatever the statistics say
		join := "CROSS JOIN cases ON cases.id = case_steps.case_id"
		if len(f.Numbers) > 0 {
			join = "JOIN cases ON cases.id = case_steps.case_id"
		}
		q := tx.Table("case_steps").Select("case_steps.*, cases.number").Joins(join).Scopes(published).
			Where("case_steps.at >= ? AND case_steps.at <= ? AND case_steps.public = ? AND case_steps.kind IN ?", f.From, f.To, true, told)
		if len(f.Numbers) > 0 {
			q = q.Where("cases.number IN ?", f.Numbers)
		}
		var rows []openStep
		if err := q.Order("case_steps.at, case_steps.id").Offset(f.Offset).Limit(f.Limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		list, err = viewUpdates(tx, rows)
		return err
	})
	return list, err
}

// addUpdates loads what happened to each of the cases.
func (b *behind) addUpdates(tx *store.Tx, ids []int64) error {
	var steps []Step
	if err := tx.Where("case_id IN ? AND public = ? AND kind IN ?", ids, true, told).Order("case_id, seq").Find(&steps).Error; err != nil {
		return err
	}
	rows := make([]openStep, len(steps))
	for i, st := range steps {
		rows[i].Step = st
	}
	views, err := viewUpdates(tx, rows)
	for i, v := range views {
		b.steps[rows[i].CaseID] = append(b.steps[rows[i].CaseID], v)
	}
	return err
}

func viewUpdates(tx *store.Tx, rows []openStep) ([]OpenUpdate, error) {
	ids := []int64{0}
	for _, r := range rows {
		ids = append(ids, r.OrganisationID, r.ToID)
	}
	offices, err := org.Organisations(tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]OpenUpdate, len(rows))
	for i, r := range rows {
		list[i] = OpenUpdate{ID: r.ID, Number: r.Number, Kind: r.Kind, Over: r.State.over(), At: r.At, Text: r.sentence(offices)}
	}
	return list, nil
}

// sentence says what happened, by whom if that was an office.
func (st *Step) sentence(offices map[int64]org.Organisation) string {
	text := ActionNames[st.Kind]
	switch st.Kind {
	case Answer:
		text += "：" + answered(*st)
	case Plan, Hold:
		if st.OnAt != nil {
			text += "，" + st.OnAt.In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format(time.DateOnly)
		}
	case File, Transfer, Arbitrate, Redirect:
		if to := offices[st.ToID].Name; to != "" {
			text += "，" + to + "办理"
		}
	case Confirm:
		if !st.State.over() {
			text = "一位投诉人已确认，等待其他投诉人"
		}
	}
	if by := offices[st.OrganisationID].Name; by != "" && st.ComplainantID == 0 && st.Kind != File {
		text = by + "：" + text
	}
	return text
}
