package committee

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Faults of items that were sent to the assembly.
var (
	ErrNotReferred = fault.New(fault.Invalid, "committee.not_referred", "没有找到这项提交业主大会的业委会议题，请从起草议题的清单里选")
	ErrTaken       = fault.New(fault.Conflict, "committee.item_taken", "这项议题已经写进业主大会，不用再答复")
	ErrAnswered    = fault.New(fault.Conflict, "committee.item_answered", "这项议题已经答复过了")
)

// Motions are what meetings of the owners decide on.
type Motions interface {
	// Taken gives which of some items are in the motions of meetings that stand.
	Taken(tx *store.Tx, items []int64) (map[int64]Taken, error)
}

// Taken is the motion that took an item up.
type Taken struct {
	MeetingID int64
	Number    string
	Position  int
	State     string // of the meeting, as people read it
}

// WithMotions lets the committee see what the assembly has taken up.
func (s *Service) WithMotions(m Motions) *Service {
	s.motions = m
	return s
}

// Referral is where an item stands that was sent to the assembly.
type Referral struct {
	By    string // the organisation, and of the committee the member's name
	At    *time.Time
	Taken *Taken // nil until a motion takes it up
}

// Waiting is such an item as whoever drafts motions reads it.
type Waiting struct {
	Item
	Referral
	Meeting string // the committee's: its number
	May     []Matter
}

// ListReferred pages through the items of an estate's committee that wait to be written into a motion, by when they were sent, newest first: neither
// taken up nor answered. at and id are those of the last one before.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListReferred(ctx context.Context, actor org.Actor, estate, at, id int64, limit int) ([]Waiting, error) {
	if err := actor.Must(org.ConveneMeeting); err != nil {
		return nil, err
	}
	var list []Waiting
	err := s.db.View(ctx, func(tx *store.Tx) error {
		list = nil
		e, err := org.EstateFor(tx, actor, org.ConveneMeeting, estate)
		if err != nil {
			return err
		}
		var waiting []Item
		at, id := at, id
		for len(waiting) < limit { // what was taken up in between is passed over
			rows, err := referredBefore(tx, e.ID, at, id, limit)
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				break
			}
			last := rows[len(rows)-1]
			at, id = last.Sent(), last.ID
			open, err := s.untaken(tx, rows)
			if err != nil {
				return err
			}
			waiting = append(waiting, open...)
		}
		list, err = s.referred(tx, waiting[:min(limit, len(waiting))])
		return err
	})
	return list, err
}

// Sent is when an item was sent, as its place in the list.
func (it *Item) Sent() int64 {
	if it.CheckedAt == nil {
		return 0
	}
	return it.CheckedAt.Unix()
}

func referredBefore(tx *store.Tx, estate, at, id int64, limit int) ([]Item, error) {
	q := tx.Where("estate_id = ? AND state = ? AND answered_at IS NULL", estate, Referred)
	if id > 0 {
		when := time.Unix(at, 0).UTC()
		q = q.Where("(checked_at < ? OR checked_at = ? AND id < ?)", when, when, id)
	}
	var rows []Item
	return rows, q.Order("checked_at DESC, id DESC").Limit(limit).Find(&rows).Error
}

func (s *Service) untaken(tx *store.Tx, rows []Item) ([]Item, error) {
	taken, err := s.taken(tx, rows)
	if err != nil {
		return nil, err
	}
	var open []Item
	for _, it := range rows {
		if _, ok := taken[it.ID]; !ok {
			open = append(open, it)
		}
	}
	return open, nil
}

func (s *Service) taken(tx *store.Tx, rows []Item) (map[int64]Taken, error) {
	if s.motions == nil || len(rows) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(rows))
	for i, it := range rows {
		ids[i] = it.ID
	}
	return s.motions.Taken(tx, ids)
}

func (s *Service) referred(tx *store.Tx, rows []Item) ([]Waiting, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	set, err := s.rules(tx)
	if err != nil {
		return nil, err
	}
	words, err := wordsOf(set)
	if err != nil {
		return nil, err
	}
	stands, err := s.referrals(tx, rows)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, it := range rows {
		ids = append(ids, it.MeetingID)
	}
	var meetings []Meeting
	if err := tx.Select("id, number").Where("id IN ?", ids).Find(&meetings).Error; err != nil {
		return nil, err
	}
	numbers := map[int64]string{}
	for _, m := range meetings {
		numbers[m.ID] = m.Number
	}
	list := make([]Waiting, len(rows))
	for i, it := range rows {
		list[i] = Waiting{Item: it, Referral: stands[it.ID], Meeting: numbers[it.MeetingID], May: words.mayBe(set, it.Title, it.Text)}
	}
	return list, nil
}

// referrals gives where those of some items stand that were sent to the assembly.
func (s *Service) referrals(tx *store.Tx, items []Item) (map[int64]Referral, error) {
	var rows []Item
	var people, offices []int64
	for _, it := range items {
		if it.State == Referred {
			rows, people, offices = append(rows, it), append(people, it.CheckedBy), append(offices, it.CheckedFor)
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	taken, err := s.taken(tx, rows)
	if err != nil {
		return nil, err
	}
	names, err := s.memberNames(tx, rows[0].EstateID, people)
	if err != nil {
		return nil, err
	}
	var called []org.Organisation
	if err := tx.Select("id, name").Where("id IN ?", offices).Find(&called).Error; err != nil {
		return nil, err
	}
	office := map[int64]string{}
	for _, o := range called {
		office[o.ID] = o.Name
	}
	stands := map[int64]Referral{}
	for _, it := range rows {
		r := Referral{By: strings.TrimSpace(office[it.CheckedFor] + " " + names[it.CheckedBy]), At: it.CheckedAt}
		if t, ok := taken[it.ID]; ok {
			r.Taken = &t
		}
		stands[it.ID] = r
	}
	return stands, nil
}

// memberNames gives the names of those people who sit or sat in an estate's committee.
func (s *Service) memberNames(tx *store.Tx, estate int64, people []int64) (map[int64]string, error) {
	var rows []Member
	mine := tx.Model(&Term{}).Select("id").Where("estate_id = ?", estate)
	if err := tx.Where("person_id IN ? AND person_id <> 0 AND term_id IN (?)", people, mine).Order("id").Limit(maxItems * maxMembers).Find(&rows).Error; err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, m := range rows {
		name, err := s.vault.Open(m.NameSealed, "committee_members.name")
		if err != nil {
			return nil, err
		}
		names[m.PersonID] = name
	}
	return names, nil
}

// Take gives an item to a motion: it is of this estate and was sent to the assembly. It stays locked, so that one motion takes it.
// Faults: ErrNotReferred.
func (s *Service) Take(tx *store.Tx, estate, item int64) error {
	var it Item
	return store.NotFound(tx.ForUpdate().Where("id = ? AND estate_id = ? AND state = ?", item, estate, Referred).Take(&it).Error, ErrNotReferred)
}

// AnswerItem says of an item that was sent to the assembly why no motion takes it up.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrTaken, ErrAnswered, fault.ErrInvalid.
func (s *Service) AnswerItem(ctx context.Context, actor org.Actor, item int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 2, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明为什么不写进业主大会的议题（2至500个字）"})
	}
	return s.act(ctx, actor, org.ConveneMeeting, "answer item", func(tx *store.Tx) (int64, error) {
		it, err := within[Item](tx, actor, org.ConveneMeeting, item)
		if err != nil {
			return 0, err
		}
		switch {
		case it.State != Referred:
			return 0, ErrState
		case it.AnsweredAt != nil:
			return 0, ErrAnswered
		}
		taken, err := s.taken(tx, []Item{*it})
		if err != nil {
			return 0, err
		}
		if t, ok := taken[it.ID]; ok {
			return 0, ErrTaken.Saying("这项议题已经写进业主大会" + t.Number + "，不用再答复")
		}
		if err := tx.Model(&Item{}).Where("id = ?", it.ID).Updates(map[string]any{"answer": text, "answered_by": actor.PersonID, "answered_at": tx.Now}).Error; err != nil {
			return 0, err
		}
		return it.ID, note(tx, actor, "answer_item", "committee_item", it.ID, it.EstateID, nil)
	})
}
