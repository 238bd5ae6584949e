package joint

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// SummonsView is a summons with the office's name.
type SummonsView struct {
	Summons
	Office string
}

// MinuteView is a minute with the office that wrote it.
type MinuteView struct {
	Minute
	By string
}

// View is a whistle as an office reads it.
type View struct {
	Whistle
	Estate     string
	AskedName  string
	SignedName string
	CaseNumber string
	Late       bool
	Calls      []SummonsView
	Minutes    []MinuteView
	Tasks      []TaskView
	Allowed    []string
}

// List pages through the whistles that an office reads, newest first; state "" means all, caseID 0 every case.
func (s *Service) List(ctx context.Context, actor org.Actor, state State, caseID, before int64, limit int) ([]View, error) {
	if err := actor.Must(org.ReadWhistles); err != nil {
		return nil, err
	}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Whistle{}).Scopes(readable(actor))
		if state != "" {
			q = q.Where("whistles.state = ?", state)
		}
		if caseID != 0 {
			q = q.Where("whistles.case_id = ?", caseID)
		}
		if before > 0 {
			q = q.Where("whistles.id < ?", before)
		}
		var rows []Whistle
		if err := q.Order("whistles.id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		views, err = s.view(tx, rows)
		return err
	})
	return views, err
}

// Find shows a whistle with who was called, the minutes and the tasks. Faults: ErrForbidden, ErrWhistle.
func (s *Service) Find(ctx context.Context, actor org.Actor, id int64) (*View, error) {
	if err := actor.Must(org.ReadWhistles); err != nil {
		return nil, err
	}
	var v *View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var w Whistle
		if err := tx.Scopes(readable(actor)).Where("whistles.id = ?", id).Take(&w).Error; err != nil {
			return store.NotFound(err, ErrWhistle)
		}
		views, err := s.view(tx, []Whistle{w})
		if err != nil {
			return err
		}
		v = &views[0]
		var minutes []Minute
		if err := tx.Where("subject_kind = 'whistle' AND subject_id = ?", id).Order("id").Limit(maxNotes).Find(&minutes).Error; err != nil {
			return err
		}
		ids := []int64{0}
		for _, m := range minutes {
			ids = append(ids, m.OrganisationID)
		}
		names, err := org.Organisations(tx, ids)
		if err != nil {
			return err
		}
		for _, m := range minutes {
			v.Minutes = append(v.Minutes, MinuteView{m, names[m.OrganisationID].Name})
		}
		var tasks []Task
		if err := tx.Where("subject_kind = 'whistle' AND subject_id = ?", id).Order("id").Limit(maxNotes).Find(&tasks).Error; err != nil {
			return err
		}
		if v.Tasks, err = viewTasks(tx, tasks); err != nil {
			return err
		}
		v.Allowed = v.allowed(actor)
		return nil
	})
	return v, err
}

// MayOpenFiles reports whether the actor may open the pictures of a whistle: whoever reads it.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, id int64) error {
	if actor.Post == nil {
		return ErrWhistle
	}
	_, err := s.Find(ctx, actor, id)
	return err
}

// allowed lists what the actor's office may do now.
func (v *View) allowed(actor org.Actor) []string {
	var can []string
	blower := v.blower(actor) == nil && actor.Must(org.AskWhistle) == nil
	switch v.State {
	case Requested:
		if actor.Must(org.BlowWhistle) == nil && v.TownshipID == actor.OrganisationID() {
			can = append(can, "sign")
		}
		if blower && v.AskedOrg == actor.OrganisationID() {
			can = append(can, "recall")
		}
	case Blown:
		if blower {
			can = append(can, "minutes", "tasks", "close")
		}
		for _, c := range v.Calls {
			switch {
			case c.State == Refused && actor.Must(org.DecideWhistle) == nil:
				can = append(can, "decide")
			case c.OrganisationID == actor.OrganisationID() && c.State == Called:
				can = append(can, "check-in")
				if !c.Final {
					can = append(can, "refuse")
				}
			case c.OrganisationID == actor.OrganisationID() && c.State == Arrived:
				can = append(can, "minutes")
			}
		}
	case Closed:
		if blower {
			can = append(can, "rate")
		}
	}
	return can
}

func (s *Service) view(tx *store.Tx, rows []Whistle) ([]View, error) {
	views := make([]View, len(rows))
	estates, orgs, ids, cases := []int64{0}, []int64{0}, []int64{0}, []int64{0}
	for _, w := range rows {
		estates, orgs, ids, cases = append(estates, w.EstateID), append(orgs, w.AskedOrg, w.TownshipID), append(ids, w.ID), append(cases, w.CaseID)
	}
	var called []Summons
	if err := tx.Where("whistle_id IN ?", ids).Order("whistle_id, organisation_id").Find(&called).Error; err != nil {
		return nil, err
	}
	for _, c := range called {
		orgs = append(orgs, c.OrganisationID)
	}
	names, err := org.Organisations(tx, orgs)
	if err != nil {
		return nil, err
	}
	in, err := org.EstateNames(tx, estates)
	if err != nil {
		return nil, err
	}
	var numbers []struct {
		ID     int64
		Number string
	}
	if err := tx.Table("cases").Select("id", "number").Where("id IN ?", cases).Scan(&numbers).Error; err != nil {
		return nil, err
	}
	numberOf := map[int64]string{}
	for _, n := range numbers {
		numberOf[n.ID] = n.Number
	}
	at := map[int64]int{}
	for i, w := range rows {
		views[i] = View{Whistle: w, Estate: in[w.EstateID], AskedName: names[w.AskedOrg].Name, SignedName: names[w.TownshipID].Name, CaseNumber: numberOf[w.CaseID],
			Late: w.State == Blown && w.DueAt != nil && tx.Now.After(*w.DueAt)}
		at[w.ID] = i
	}
	for _, c := range called {
		i := at[c.WhistleID]
		views[i].Calls = append(views[i].Calls, SummonsView{c, names[c.OrganisationID].Name})
	}
	return views, nil
}
