package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// CandidateList says how the final list came to its order. Strokes and sounds of names are quarrelled about, so the order is drawn by lot
// in front of people, or it is that of the nominations.
type CandidateList struct {
	MeetingID int64 `gorm:"primaryKey;autoIncrement:false"`
	EstateID  int64
	OrderedBy string // lot, time
	Minutes   string // of the draw: when, where, before whom
	FixedBy   int64
	FixedAt   time.Time
}

// OrderedNames are the orders as people read them.
var OrderedNames = map[string]string{"lot": "当众抽签", "time": "按提名时间先后"}

// Unlisted is the one option of an election whose candidates are not final yet.
const Unlisted = "unlisted"

// ErrUnlisted says that the candidates of an election are not final, or were changed since.
var ErrUnlisted = fault.New(fault.Conflict, "candidate.unlisted", "候选人名单还没有确定，或者确定后有变化；请先确定名单")

// FinalList makes the eligible candidates the options of a meeting's election.
type FinalList struct {
	Position   int     // the motion; 0 adds one
	OrderedBy  string  // lot, time
	Drawn      []int64 // candidates in the order drawn
	Minutes    string
	Fill       int
	Alternates int
	Size       int
	Sitting    int
	MaxMarks   int
}

// FixList ends the nominations: nobody is left to be checked and no objection to be answered. The motion has to be confirmed by a second
// person after it, as whenever a motion changes.
// Faults: ErrForbidden, ErrNotFound, ErrNoMotion, ErrState, ErrStale, ErrCandidate, fault.ErrInvalid.
func (s *Service) FixList(ctx context.Context, actor org.Actor, id, version int64, in FinalList) (*Meeting, error) {
	var c fault.Checks
	c.Check(OrderedNames[in.OrderedBy] != "", "ordered_by", "请选择抽签或按提名时间排序")
	least := 0
	if in.OrderedBy == "lot" {
		least = 4
	}
	checkText(&c, "minutes", &in.Minutes, least, 1000, "请写明抽签的时间、地点和见证人（4至1000个字）")
	if err := c.Err(); err != nil {
		return nil, err
	}
	m, err := s.change(ctx, actor, org.ConveneMeeting, id, []State{Draft, Posted, Frozen}, func(tx *store.Tx, m *Meeting) error {
		if m.Version != version {
			return ErrStale
		}
		if err := noRival(tx, m, actor); err != nil {
			return err
		}
		order, err := eligible(tx, m)
		if err != nil {
			return err
		}
		if in.OrderedBy == "lot" {
			if order, err = drawn(order, in.Drawn); err != nil {
				return err
			}
		}
		keys, err := giveSlots(tx, m, order)
		if err != nil {
			return err
		}
		q := tally.Question{Kind: tally.Election, Options: keys, Fill: in.Fill, Alternates: in.Alternates, Size: in.Size, Sitting: in.Sitting, MaxMarks: in.MaxMarks, Order: tally.ByHeads, Tie: tally.ByRunoff}
		if err := q.Check(); err != nil {
			return err
		}
		if err := putElection(tx, actor, m, in.Position, q); err != nil {
			return err
		}
		if err := tx.Where("meeting_id = ?", m.ID).Delete(&CandidateList{}).Error; err != nil {
			return err
		}
		if err := tx.Create(&CandidateList{MeetingID: m.ID, EstateID: m.EstateID, OrderedBy: in.OrderedBy, Minutes: in.Minutes, FixedBy: actor.PersonID, FixedAt: tx.Now}).Error; err != nil {
			return err
		}
		return note(tx, actor, m, "fix_candidates", map[string]any{"ordered": in.OrderedBy, "candidates": order})
	})
	if err != nil {
		return nil, fmt.Errorf("fix candidates: %w", err)
	}
	return m, nil
}

// eligible gives the candidates in the order of their nomination, when nothing about them is open.
func eligible(tx *store.Tx, m *Meeting) ([]int64, error) {
	var rows []Candidate
	if err := tx.Where("meeting_id = ? AND state IN ?", m.ID, []CandidateState{Nominee, Eligible}).Order("at, id").Limit(500).Find(&rows).Error; err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, x := range rows {
		if x.State != Eligible {
			return nil, ErrCandidate.Saying("还有候选人没有审查完资格")
		}
		ids[i] = x.ID
	}
	if len(ids) == 0 {
		return nil, ErrCandidate.Saying("还没有资格审查通过的候选人")
	}
	var open int64
	if err := tx.Model(&Comment{}).Where("about = ? AND about_id IN ? AND state = ?", AboutCandidate, ids, Open).Count(&open).Error; err != nil {
		return nil, err
	}
	if open > 0 {
		return nil, ErrCandidate.Saying(fmt.Sprintf("还有%d件对候选人的异议没有答复", open))
	}
	return ids, nil
}

// drawn holds a drawn order against the candidates: each once, nobody else.
func drawn(candidates, order []int64) ([]int64, error) {
	if !slices.Equal(slices.Sorted(slices.Values(candidates)), slices.Sorted(slices.Values(order))) {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "drawn", Reason: "抽签的顺序要列出每一位资格审查通过的候选人，各一次"})
	}
	return order, nil
}

// giveSlots gives each candidate the key on the ballot.
func giveSlots(tx *store.Tx, m *Meeting, order []int64) ([]string, error) {
	if err := tx.Model(&Candidate{}).Where("meeting_id = ? AND slot IS NOT NULL", m.ID).Update("slot", nil).Error; err != nil {
		return nil, err
	}
	keys := make([]string, len(order))
	for i, id := range order {
		keys[i] = fmt.Sprint("c", i+1)
		if err := tx.Model(&Candidate{}).Where("id = ?", id).Update("slot", keys[i]).Error; err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// putElection asks the question in the motion at a position, or in a new one after the others.
func putElection(tx *store.Tx, actor org.Actor, m *Meeting, position int, q tally.Question) error {
	text, err := json.Marshal(q)
	if err != nil {
		return err
	}
	if position > 0 {
		var row Motion
		if err := tx.Where("meeting_id = ? AND position = ?", m.ID, position).Take(&row).Error; err != nil {
			return store.NotFound(err, ErrNoMotion)
		}
		if row.Matter != "committee" {
			return ErrNoMotion.Saying("这个议题不是选举业主委员会")
		}
		return tx.Model(&Motion{}).Where("id = ?", row.ID).Updates(map[string]any{"question": string(text), "written_by": actor.PersonID, "confirmed_by": 0, "confirmed_at": nil}).Error
	}
	var last int64
	if err := tx.Model(&Motion{}).Where("meeting_id = ?", m.ID).Count(&last).Error; err != nil {
		return err
	}
	if last >= maxMotions {
		return ErrNoMotion.Saying("议题已满，请先删去不用的议题")
	}
	return tx.Create(&Motion{MeetingID: m.ID, EstateID: m.EstateID, Position: int(last) + 1, Title: "选举业主委员会", Body: "从公示的候选人中选举业主委员会委员。", Matter: "committee", Question: string(text), WrittenBy: actor.PersonID}).Error
}

// noRival refuses whoever stands in the same election: nobody judges those they run against, or draws the order.
func noRival(tx *store.Tx, m *Meeting, actor org.Actor) error {
	stands, err := candidateOf(tx, m.ID, actor.PersonID)
	if err == nil && stands {
		err = ErrSamePerson.Saying("候选人不能审查其他候选人，也不能确定名单，请由另一个人办理")
	}
	return err
}

// listed holds an election's options against the final list. Fault: ErrUnlisted.
func listed(tx *store.Tx, meeting int64, q tally.Question) error {
	var slots []string
	if err := tx.Model(&Candidate{}).Where("meeting_id = ? AND slot IS NOT NULL", meeting).Pluck("slot", &slots).Error; err != nil {
		return err
	}
	options := slices.Sorted(slices.Values(q.Options))
	if slices.Sort(slots); !slices.Equal(slots, options) {
		return ErrUnlisted
	}
	return nil
}

// names gives the names of a meeting's candidates by their keys on the ballot.
func (s *Service) names(tx *store.Tx, meeting int64) (map[string]string, error) {
	var rows []Candidate
	if err := tx.Where("meeting_id = ? AND slot IS NOT NULL", meeting).Order("id").Limit(500).Find(&rows).Error; err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, x := range rows {
		name, err := s.o.Vault.Open(x.NameSealed, "candidates.name")
		if err != nil {
			return nil, err
		}
		names[*x.Slot] = name
	}
	return names, nil
}
