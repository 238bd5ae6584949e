package complaint

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Joining is what a neighbour says when they join a case.
type Joining struct {
	Text      string
	Cover     Cover
	ClientRef string
	InputHash string
}

// JoinCase gives a neighbour a receipt of their own in a public case, with its updates and rating.
// Faults: ErrForbidden, ErrNotFound, ErrJoined, ErrFull, ErrMove, ErrRefReused, fault.ErrInvalid.
func (s *Service) JoinCase(ctx context.Context, actor org.Actor, id int64, in Joining) (*Case, error) {
	if err := actor.Must(org.FileComplaint); err != nil {
		return nil, err
	}
	in.Text = strings.TrimSpace(in.Text)
	var checks fault.Checks
	checks.Check(len([]rune(in.Text)) <= 500, "text", "不超过500个字")
	checks.Check(in.Cover == Plain || in.Cover == Sealed, "cover", "请选择实名（不填）或对物业和业委会保密（sealed）")
	checks.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := checks.Err(); err != nil {
		return nil, err
	}
	var c *Case
	_, err := s.act(ctx, actor, id, Join, Input{Text: in.Text}, func(t *turn) error {
		var found Case
		before, err := joined(t.tx, actor.PersonID, in.ClientRef, in.InputHash)
		if err != nil {
			return err
		}
		if before != nil {
			if err := t.tx.Where("id = ?", before.CaseID).Take(&found).Error; err != nil {
				return err
			}
			c, t.c = &found, &found
			return errRepeat
		}
		err = t.tx.ForUpdate().Scopes(actor.Within(org.FileComplaint, "cases.estate_id")).Scopes(shown).Where("id = ?", id).Take(&found).Error
		if err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		c = &found
		if err := s.unrestricted(t.tx, actor.PersonID, "", found.Class); err != nil {
			return err
		}
		var n int64
		if err := t.tx.Model(&Complainant{}).Scopes(ownOf(actor.PersonID, id)).Where("state <> ?", Gone).Count(&n).Error; err != nil {
			return err
		}
		switch {
		case n > 0:
			return ErrJoined
		case found.People >= maxPeople:
			return ErrFull
		}
		receipt, err := store.NextNumber(t.tx, "T")
		if err != nil {
			return err
		}
		m := Complainant{CaseID: id, FiledID: id, Receipt: receipt, Source: FromResident, PersonID: actor.PersonID, FiledBy: actor.PersonID, OpenID: actor.OpenID,
			Hidden: in.Cover, Text: in.Text, State: Undecided, ClientRef: in.ClientRef, InputHash: in.InputHash, CreatedAt: t.tx.Now}
		if err := t.tx.Create(&m).Error; err != nil {
			return store.Raced(err)
		}
		found.People++
		t.c, t.mine, t.who = &found, &m, []Who{ByNeighbour}
		e, err := found.event(t.tx)
		if err == nil {
			t.told = append(t.told, event.CaseMoved{Case: e, What: string(Join)})
		}
		return err
	})
	if errors.Is(err, errRepeat) {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// shown narrows to the cases that neighbours may read.
func shown(q *gorm.DB) *gorm.DB {
	return q.Where("cases.visibility = ? AND cases.display = ? AND cases.state NOT IN ?", Public, Cleared, []State{Merged, Withdrawn})
}

// Similar is an open case that may be about the same thing.
type Similar struct {
	View
	Likeness int  // per cent
	Own      bool // one's own, public or not
}

// nearest bounds what is compared and what is offered.
const (
	compared = 300
	offered  = 5
	alike    = 15
)

// ListSimilar offers, before somebody files, the open cases of the estate that look like the draft: public ones, and
// the person's own. Likeness is the overlap of the texts' pairs of characters (Dice), raised by the same matter, the
// same building and the same common part.
func (s *Service) ListSimilar(ctx context.Context, actor org.Actor, d Draft) ([]Similar, error) {
	if err := actor.Must(org.FileComplaint); err != nil {
		return nil, err
	}
	var list []Similar
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, org.FileComplaint, d.EstateID); err != nil {
			return err
		}
		own := tx.Model(&Complainant{}).Select("case_id").Where("person_id = ? AND state <> ?", actor.PersonID, Gone)
		var rows []Case
		err := tx.Where("estate_id = ? AND open = ? AND parent_id = 0", d.EstateID, true).
			Where(tx.DB.Session(&gorm.Session{NewDB: true}).Where("visibility = ? AND display = ?", Public, Cleared).Or("id IN (?)", own)).
			Order("id DESC").Limit(compared).Find(&rows).Error
		if err != nil {
			return err
		}
		var mine []Complainant
		if err := tx.Select("case_id", "receipt").Where("person_id = ? AND state <> ?", actor.PersonID, Gone).Order("id DESC").Limit(1000).Find(&mine).Error; err != nil {
			return err
		}
		joined, filed := map[int64]bool{}, map[string]bool{}
		for _, m := range mine {
			joined[m.CaseID], filed[m.Receipt] = true, true
		}
		views, err := viewCases(tx, rows)
		if err != nil {
			return err
		}
		want := pairs(d.Text)
		for _, v := range views {
			like := likeness(want, pairs(v.Text))
			for _, same := range []bool{d.Matter != "" && d.Matter == v.Matter, d.BuildingID != 0 && d.BuildingID == v.BuildingID, d.Part != "" && d.Part == v.Part} {
				if same {
					like += 10
				}
			}
			if !filed[v.Number] { // whoever joined is a neighbour, too
				v.hideHome()
			}
			if like >= alike {
				list = append(list, Similar{View: v, Likeness: min(like, 100), Own: joined[v.ID]})
			}
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b Similar) int { return cmp.Compare(b.Likeness, a.Likeness) })
	return list[:min(len(list), offered)], err
}

// likeness is twice what two texts share over what they have, in per cent.
func likeness(a, b map[string]bool) int {
	if len(a)+len(b) == 0 {
		return 0
	}
	both := 0
	for p := range a {
		if b[p] {
			both++
		}
	}
	return 200 * both / (len(a) + len(b))
}
