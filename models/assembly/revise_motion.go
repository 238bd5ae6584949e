package assembly

import (
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// reviseMotions puts a new list in the place of a meeting's motions. Those that go on keep their row, so that what hangs on it stays.
func (s *Service) reviseMotions(tx *store.Tx, actor org.Actor, m *Meeting, list []Proposal) error {
	var old []Motion
	if err := tx.Where("meeting_id = ?", m.ID).Order("position").Find(&old).Error; err != nil {
		return err
	}
	goesOn, err := pair(old, list)
	if err != nil {
		return err
	}
	moved := map[int]int{} // of each motion that was: its place now; 0 where it is gone
	for _, row := range old {
		moved[row.Position] = 0
	}
	// Out of the way first: no two motions have one place.
	if err := tx.Model(&Motion{}).Where("meeting_id = ?", m.ID).Update("position", gorm.Expr("-position")).Error; err != nil {
		return err
	}
	for i, row := range goesOn {
		if row == nil {
			if err := s.insertMotion(tx, actor, m, i+1, list[i]); err != nil {
				return err
			}
			continue
		}
		moved[row.Position] = i + 1
		if err := s.reviseMotion(tx, actor, row, i+1, list[i]); err != nil {
			return err
		}
	}
	if err := tx.Where("meeting_id = ? AND position < 0", m.ID).Delete(&Motion{}).Error; err != nil {
		return err
	}
	if err := s.takeItems(tx, m); err != nil {
		return err
	}
	return follows(tx, m, moved)
}

// pair finds for each motion of a new list the earlier one that it is: the one that it names, else the one of its title. nil is a new motion:
// place and matter alone are no sign, or it would take over another's documents and comments.
func pair(old []Motion, list []Proposal) ([]*Motion, error) {
	out, taken := make([]*Motion, len(list)), map[int64]bool{}
	for _, is := range []func(i int, row *Motion) bool{
		func(i int, row *Motion) bool { return list[i].ID == row.ID },
		func(i int, row *Motion) bool { return list[i].ID == 0 && list[i].Title == row.Title },
	} {
		for i := range list {
			at := slices.IndexFunc(old, func(row Motion) bool { return out[i] == nil && !taken[row.ID] && is(i, &row) })
			if at >= 0 {
				out[i], taken[old[at].ID] = &old[at], true
			}
		}
	}
	for i, p := range list {
		if p.ID != 0 && out[i] == nil {
			return nil, ErrNoMotion.With(fault.Field{Path: fmt.Sprintf("motions[%d].id", i), Reason: "这次会议没有这个议题，或者写了两次；新加的议题不用填编号"})
		}
	}
	return out, nil
}

func (s *Service) reviseMotion(tx *store.Tx, actor org.Actor, row *Motion, position int, p Proposal) error {
	was, err := row.question()
	if err != nil {
		return err
	}
	if p.Question.Kind == tally.Election && was.Kind == tally.Election && slices.Equal(p.Question.Options, []string{Unlisted}) {
		p.Question.Options = was.Options // the list of candidates is fixed elsewhere
		if err := p.Question.Check(); err != nil {
			return err
		}
	}
	q, err := json.Marshal(p.Question)
	if err != nil {
		return err
	}
	item := row.ItemID
	if p.ItemID != nil {
		item = *p.ItemID
	}
	err = tx.Model(&Motion{}).Where("id = ?", row.ID).Updates(map[string]any{"item_id": item, "position": position, "title": p.Title, "body": p.Body, "matter": p.Matter, "beside": p.Beside, "question": string(q),
		"written_by": actor.PersonID, "confirmed_by": 0, "confirmed_at": nil}).Error
	if err != nil || p.FileIDs == nil {
		return err
	}
	had, err := s.o.Files.IDsIn(tx, "motion", []int64{row.ID})
	if err != nil {
		return err
	}
	in := func(list []int64) func(int64) bool { return func(id int64) bool { return slices.Contains(list, id) } }
	if err := s.o.Files.Retire(tx, slices.DeleteFunc(slices.Clone(had[row.ID]), in(p.FileIDs)), "motion", row.ID); err != nil {
		return err
	}
	return s.o.Files.Attach(tx, actor, slices.DeleteFunc(slices.Clone(p.FileIDs), in(had[row.ID])), "notice", "motion", row.ID, row.EstateID)
}

// follows takes what owners said to a motion to its new place; what was said to one that is gone stands with the whole.
func follows(tx *store.Tx, m *Meeting, moved map[int]int) error {
	on := func(position int) *gorm.DB {
		return tx.Model(&Comment{}).Where("about = ? AND about_id = ? AND position = ?", AboutDrafts, m.ID, position)
	}
	for from, to := range moved {
		if from != to {
			if err := on(from).Update("position", -to-maxMotions).Error; err != nil {
				return err
			}
		}
	}
	for from, to := range moved {
		if from != to {
			if err := on(-to-maxMotions).Update("position", to).Error; err != nil {
				return err
			}
		}
	}
	return nil
}
