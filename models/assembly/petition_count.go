package assembly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Support is who stands behind a petition, by heads and by area of the whole estate, as the register has them now.
type Support struct {
	Scope     tally.Amount
	Signed    tally.Amount
	Share     rulepack.Share
	NeedHeads int64
	NeedArea  area.Milli
	Measure   string
	Unset     error // the value that is missing to say whether it obliges
	Enough    bool
}

// support counts a petition against the register. A set that sold everything it had counts no more.
func (s *Service) support(tx *store.Tx, p *Petition) (*Support, *rulepack.Set, error) {
	estate := &Meeting{EstateID: p.EstateID, Session: Extraordinary}
	set, _, err := s.law(tx, estate, tx.Now)
	if err != nil {
		return nil, nil, err
	}
	rows, _, err := s.rollOf(tx, estate, set)
	if err != nil {
		return nil, nil, err
	}
	var sets []int64
	if err := tx.Model(&Signature{}).Where("petition_id = ? AND withdrawn_at IS NULL", p.ID).Limit(maxUnits).Pluck("owner_set_id", &sets).Error; err != nil {
		return nil, nil, err
	}
	signed := make(map[int64]bool, len(sets))
	for _, id := range sets {
		signed[id] = true
	}
	var c Support
	for _, r := range rows {
		c.Scope.Heads, c.Scope.Area = c.Scope.Heads+1, c.Scope.Area+r.Area
		if signed[r.SetID] {
			c.Signed.Heads, c.Signed.Area = c.Signed.Heads+1, c.Signed.Area+r.Area
		}
	}
	return &c, set, c.measure(set)
}

// measure holds the count against the law. How a share of owners is measured is the bureau's to say: until then nothing is guessed.
func (c *Support) measure(set *rulepack.Set) (err error) {
	if c.Share, err = set.Fraction("meeting.petition_share"); err != nil {
		return err
	}
	c.NeedHeads, c.NeedArea = least(c.Share, c.Scope.Heads), area.Milli(least(c.Share, int64(c.Scope.Area)))
	c.Measure, err = set.Text("meeting.petition_measure")
	if errors.Is(err, rulepack.ErrUnset) {
		c.Unset = err
		return nil
	}
	heads, space := c.Share.Met(c.Signed.Heads, c.Scope.Heads), c.Share.Met(int64(c.Signed.Area), int64(c.Scope.Area))
	switch c.Measure {
	case "heads":
		c.Enough = heads
	case "area":
		c.Enough = space
	case "heads_and_area":
		c.Enough = heads && space
	case "heads_or_area":
		c.Enough = heads || space
	}
	return err
}

// least is the smallest part that reaches a share of a whole.
func least(s rulepack.Share, whole int64) int64 {
	if s.Over {
		return whole*s.Num/s.Den + 1
	}
	return (whole*s.Num + s.Den - 1) / s.Den
}

// oblige makes a petition that has enough behind it oblige the committee. Faults: rulepack.ErrUnset, ErrPetition.
func (s *Service) oblige(tx *store.Tx, p *Petition) error {
	c, set, err := s.support(tx, p)
	if err != nil {
		return err
	}
	if err := tx.Model(&Petition{}).Where("id = ?", p.ID).Update("checked_at", tx.Now).Error; err != nil {
		return err
	}
	if c.Unset != nil {
		return c.Unset
	}
	if !c.Enough {
		return ErrPetition.Saying(fmt.Sprintf("还不够数：已签%d人、%s平方米；要%d人、%s平方米（全体%d人、%s平方米）", c.Signed.Heads, c.Signed.Area, c.NeedHeads, c.NeedArea, c.Scope.Heads, c.Scope.Area))
	}
	p.State, p.ReachedAt, p.Heads, p.AreaMilli, p.ScopeHeads, p.ScopeMilli = Reached, &tx.Now, c.Signed.Heads, c.Signed.Area, c.Scope.Heads, c.Scope.Area
	p.Share, p.Measure, p.Pack = c.Share.String(), c.Measure, set.Stamp()
	if err := p.start(set); err != nil {
		return err
	}
	if err := tx.Model(&Petition{}).Where("id = ?", p.ID).Select("state", "reached_at", "heads", "area_milli", "scope_heads", "scope_milli", "share", "measure", "pack", "due_at", "remind_at").Updates(p).Error; err != nil {
		return err
	}
	return s.tellPetition(tx, p, "petition_reached")
}

// start sets the committee's term from the day on which the petition obliged it, where the bureau has said how long it is.
func (p *Petition) start(set *rulepack.Set) error {
	days, err := set.Int("meeting.petition_days")
	if errors.Is(err, rulepack.ErrUnset) {
		return nil
	}
	if err != nil {
		return err
	}
	p.DueAt, p.RemindAt = term(*p.ReachedAt, days)
	return nil
}

// term gives the end of so many days, and when to remind of it. The first day is not counted (Civil Code art. 201).
func term(from time.Time, days int64) (due, remind *time.Time) {
	end := calendar.DateOf(from).Add(int(days)).End().UTC()
	at := calendar.RemindBefore(from, end).UTC()
	return &end, &at
}

func (s *Service) tellPetition(tx *store.Tx, p *Petition, what string) error {
	e, err := org.OpenEstate(tx, p.EstateID)
	if err != nil {
		return err
	}
	out := event.Preparing{What: what, SubjectID: p.ID, Number: p.Number, EstateID: p.EstateID, OfficeID: e.CommitteeID, PersonIDs: []int64{p.PersonID}}
	if p.DueAt != nil {
		out.Due = *p.DueAt
	}
	return announce(tx, out)
}

// Oblige looks again at whether a petition obliges the committee, after the register or the law has changed.
// Faults: ErrForbidden, ErrNoPetition, ErrPetition with what is missing, rulepack.ErrUnset naming the value.
func (s *Service) Oblige(ctx context.Context, actor org.Actor, id int64) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		p, err := petitionFor(tx, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		if p.State != Signing {
			return ErrPetition.Saying("这件提议" + PetitionNames[p.State])
		}
		if err := s.oblige(tx, p); err != nil {
			return err
		}
		return record(tx, actor, "petition", p.ID, p.EstateID, "oblige", nil)
	})
	if err != nil {
		return fmt.Errorf("oblige committee: %w", err)
	}
	return nil
}

// wants are the motions that a petition asks for.
func (p *Petition) wants() (list []Wanted, err error) {
	err = json.Unmarshal([]byte(p.Wanted), &list)
	return list, err
}
