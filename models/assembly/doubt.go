package assembly

import (
	"cmp"
	"context"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Doubt is something that a person answers before a roll is frozen.
type Doubt struct {
	No   int      `json:"no"` // in the order of doors
	Key  string   `json:"key"`
	Kind string   `json:"kind"` // overlap, no_area, disputed, no_owner, paper_missing
	Text string   `json:"text"`
	Unit []string `json:"units"`
}

// answer is what a person found about it, by its key, or about all of its kind.
func (q *Doubt) answer(reviewed map[string]string) string {
	return strings.TrimSpace(cmp.Or(reviewed[q.Key], reviewed[q.Kind]))
}

// answered refuses questions without an answer of a person, and names them.
func answered(questions []Doubt, reviewed map[string]string) error {
	var missing []fault.Field
	for _, q := range questions {
		if n := len([]rune(q.answer(reviewed))); n < 2 || n > 500 {
			missing = append(missing, fault.Field{Path: "reviewed." + q.Key, Reason: q.Text})
		}
	}
	if len(missing) > 0 {
		return ErrUnreviewed.With(missing[:min(len(missing), 100)]...)
	}
	return nil
}

// keepReviews keeps what a person found about each question.
func keepReviews(tx *store.Tx, actor org.Actor, m *Meeting, questions []Doubt, reviewed map[string]string) error {
	notes := make([]RollNote, len(questions))
	for i, q := range questions {
		notes[i] = RollNote{MeetingID: m.ID, EstateID: m.EstateID, Kind: "review", Text: q.Text + "：" + short(strings.Join(q.Unit, "、"), 300), State: "noted", Answer: q.answer(reviewed),
			PersonID: actor.PersonID, AnsweredBy: actor.PersonID, AnsweredAt: &tx.Now, At: tx.Now}
	}
	if len(notes) == 0 {
		return nil
	}
	return tx.CreateInBatches(&notes, 900).Error
}

// ListDoubts pages through what is to be answered before the roll is frozen, all of it or one kind, and says how many there are of each.
// Faults: ErrForbidden, ErrNotFound, ErrState.
func (s *Service) ListDoubts(ctx context.Context, actor org.Actor, id int64, kind string, after, limit int) (rows []Doubt, kinds map[string]int, err error) {
	kinds = map[string]int{}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		if m.FrozenAt != nil {
			return ErrState.Saying("名册已经锁定，核对结果见名册的记录")
		}
		set, _, err := s.law(tx, m, tx.Now)
		if err != nil {
			return err
		}
		_, questions, err := s.rollOf(tx, m, set)
		if err != nil {
			return err
		}
		for _, q := range questions {
			if kinds[q.Kind]++; q.No > after && (kind == "" || q.Kind == kind) && len(rows) < limit {
				rows = append(rows, q)
			}
		}
		return nil
	})
	return rows, kinds, err
}
