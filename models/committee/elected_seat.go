package committee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Completion is what the township adds to an election's result. Phones are by the place on the list, from 1. Zero values leave what is known.
type Completion struct {
	StartsOn time.Time
	EndsOn   time.Time
	Phones   map[int]string
}

// ConfirmElection seats a waiting election with what was missing, in one step.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrNoCommittee, ErrNoTerm, ErrMember, ErrTerm, ErrRefReused, fault.ErrInvalid.
func (s *Service) ConfirmElection(ctx context.Context, actor org.Actor, id int64, in Completion) (int64, error) {
	return s.act(ctx, actor, org.SeatCommittee, "confirm election", func(tx *store.Tx) (int64, error) {
		e, err := within[Elected](tx, actor, org.SeatCommittee, id)
		if err != nil {
			return 0, err
		}
		if e.State == ElectedWaits && e.Missing == "[]" && e.StartsOn != nil {
			return 0, ErrState.Saying("这次选举的结果已经确认，到" + e.StartsOn.Format("2006年1月2日") + "自动登记，本届到那时结束")
		}
		return id, s.seatElected(tx, actor, id, in)
	})
}

// seatElected seats a waiting election: a new term by the meeting's number, or the free places of the running one.
func (s *Service) seatElected(tx *store.Tx, actor audit.Actor, id int64, in Completion) error {
	var e Elected
	if err := tx.ForUpdate().Where("id = ?", id).Take(&e).Error; err != nil {
		return err
	}
	switch e.State {
	case ElectedWaits:
	case ElectedRevoked:
		return ErrState.Saying("这次选举已被法院撤销，不能登记")
	case ElectedClosed:
		return ErrState.Saying("这次选举已经结束，没有登记委员")
	default:
		return ErrState.Saying("这次选举的结果已经登记过")
	}
	people, err := s.completed(&e, in)
	if err != nil {
		return err
	}
	estate, err := org.OpenEstate(tx, e.EstateID)
	if err != nil {
		return err
	}
	var t *Term
	if e.Sitting > 0 {
		t, err = s.joinIn(tx, actor, &e, people)
	} else {
		seating := Seating{EstateID: e.EstateID, Size: e.Size, Basis: e.Number, Members: people, seating: e.ID}
		if seating.StartsOn, seating.EndsOn, err = e.days(in); err != nil {
			return err
		}
		if t, err = s.SeatIn(tx, actor, estate, seating); errors.Is(err, ErrTermAhead) {
			return s.hold(tx, &e, seating)
		}
	}
	if err != nil {
		return err
	}
	e.State, e.TermID, e.StartsOn, e.EndsOn, e.ConfirmedAt, e.Missing = ElectedSeated, t.ID, &t.StartsOn, &t.EndsOn, &tx.Now, "[]"
	if who, ok := actor.(org.Actor); ok {
		e.ConfirmedBy = who.PersonID
	}
	e.PeopleSealed = "" // they are members now
	return tx.Model(&Elected{}).Where("id = ?", e.ID).Select("state", "term_id", "starts_on", "ends_on", "confirmed_by", "confirmed_at", "missing", "people_sealed").Updates(&e).Error
}

// hold keeps an election that lacks nothing until the first day of its term, on which the clock seats it.
func (s *Service) hold(tx *store.Tx, e *Elected, in Seating) error {
	people, err := json.Marshal(in.Members)
	if err != nil {
		return err
	}
	e.StartsOn, e.EndsOn, e.Missing, e.PeopleSealed = &in.StartsOn, &in.EndsOn, "[]", s.vault.Seal(string(people), "committee_seatings.people")
	return tx.Model(&Elected{}).Where("id = ?", e.ID).Select("starts_on", "ends_on", "missing", "people_sealed").Updates(e).Error
}

// completed reads the people, with the phones that were missing.
func (s *Service) completed(e *Elected, in Completion) ([]NewMember, error) {
	people, err := s.people(e)
	if err != nil {
		return nil, err
	}
	for i := range people {
		if phone := in.Phones[i+1]; phone != "" && !people[i].reachable() {
			people[i].Phone = phone
		}
	}
	return people, nil
}

func (s *Service) people(e *Elected) (list []NewMember, err error) {
	if e.PeopleSealed == "" {
		return nil, nil
	}
	text, err := s.vault.Open(e.PeopleSealed, "committee_seatings.people")
	if err != nil {
		return nil, err
	}
	return list, json.Unmarshal([]byte(text), &list)
}

// days are the first and the last day of the term: by the frozen rules, which the township does not change, else as it says.
func (e *Elected) days(in Completion) (starts, ends time.Time, err error) {
	if starts = in.StartsOn; e.StartsOn != nil {
		starts = *e.StartsOn
	}
	if ends = in.EndsOn; e.EndsOn != nil {
		ends = *e.EndsOn
	}
	var c fault.Checks
	c.Check(!starts.IsZero(), "starts_on", "请填写新一届从哪一天开始")
	c.Check(!ends.IsZero(), "ends_on", "请填写任期到哪一天为止")
	return starts, ends, c.Err()
}

// joinIn puts those elected to free places into the running term.
func (s *Service) joinIn(tx *store.Tx, actor audit.Actor, e *Elected, people []NewMember) (*Term, error) {
	set, err := s.rules(tx)
	if err != nil {
		return nil, err
	}
	var t Term
	if err := tx.ForUpdate().Where("running = ?", e.EstateID).Take(&t).Error; err != nil {
		return nil, store.NotFound(err, ErrNoTerm)
	}
	sit, err := sitting(tx, t.ID)
	if err != nil {
		return nil, err
	}
	seats := 0
	for _, m := range people {
		if m.Role != Alternate {
			seats++
		}
		if !m.reachable() {
			return nil, fault.ErrInvalid.With(fault.Field{Path: "phones", Reason: "请填写" + m.Name + "的11位手机号，委员要用它验证身份"})
		}
	}
	if int64(len(sit)+seats) > t.Size {
		return nil, ErrState.Saying(fmt.Sprintf("本届应有委员%d人，在任%d人，补选%d人，超过了名额，请核对在任委员", t.Size, len(sit), seats))
	}
	if err := s.insertMembers(tx, &t, e.ID, people); err != nil {
		return nil, err
	}
	if err := s.openFiling(tx, actor, set, &t, Change); err != nil {
		return nil, err
	}
	if err := note(tx, actor, "join", "committee_term", t.ID, e.EstateID, map[string]any{"basis": e.Number, "members": len(people)}); err != nil {
		return nil, err
	}
	return &t, tell(tx, event.Committee{SubjectKind: "committee_term", SubjectID: t.ID, EstateID: e.EstateID, What: "seated", Number: t.Number, Title: fmt.Sprintf("第%d届（补选）", t.Ordinal)})
}

// suspended names those whom a revoked election seated.
func (s *Service) suspended(tx *store.Tx, id int64) ([]NewMember, error) {
	var all []Member
	if err := tx.Where("seating_id = ? AND left_at IS NULL", id).Order("place, id").Limit(maxMembers).Find(&all).Error; err != nil {
		return nil, err
	}
	list := make([]NewMember, len(all))
	for i, m := range all {
		name, err := s.vault.Open(m.NameSealed, "committee_members.name")
		if err != nil {
			return nil, err
		}
		list[i] = NewMember{PersonID: m.PersonID, Name: name, Role: m.Role}
	}
	return list, nil
}

// Awaiting is an election that waits for the township.
type Awaiting struct {
	Elected
	Names   []string
	Reached []bool // whether something says whose account each is
	Asks    []string
}

// awaiting lists the elections of an estate that wait to be seated, or for a decision about those whom they seated.
func (s *Service) awaiting(tx *store.Tx, estate int64) ([]Awaiting, error) {
	var rows []Elected
	if err := tx.Where("estate_id = ? AND (state = ? OR (state = ? AND term_id <> 0))", estate, ElectedWaits, ElectedRevoked).Order("id DESC").Limit(10).Find(&rows).Error; err != nil {
		return nil, err
	}
	list := make([]Awaiting, len(rows))
	for i := range rows {
		list[i].Elected = rows[i]
		people, err := s.people(&rows[i])
		if err != nil {
			return nil, err
		}
		if rows[i].State == ElectedRevoked {
			if people, err = s.suspended(tx, rows[i].ID); err != nil {
				return nil, err
			}
		}
		for _, m := range people {
			name := m.Name
			if m.Role == Alternate {
				name += "（候补）"
			}
			list[i].Names, list[i].Reached = append(list[i].Names, name), append(list[i].Reached, m.reachable())
		}
		if err := json.Unmarshal([]byte(rows[i].Missing), &list[i].Asks); err != nil {
			return nil, err
		}
	}
	return list, nil
}
