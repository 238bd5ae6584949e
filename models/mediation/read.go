package mediation

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// PartyView is a party with the name by which the others know it.
type PartyView struct {
	Party
	Name string
	Mine bool
}

// StepView is a step with who took it.
type StepView struct {
	Step
	By string
	Of string // the party whom the step concerns, where somebody else took it
}

// View is a mediation as the host and the parties read it.
type View struct {
	Mediation
	Estate     string
	Host       string
	LawyerName string
	CaseNumber string
	Parties    []PartyView
	Text       string // of the agreement that counts
	Terms      []Term
	Steps      []StepView
	Next       []string // the levels above that may still mediate
	Allowed    []string
}

// List pages through the mediations that the actor reads, newest first; state "" means all.
func (s *Service) List(ctx context.Context, actor org.Actor, state State, before int64, limit int) ([]View, error) {
	if err := actor.Must(org.JoinMediation); err != nil {
		return nil, err
	}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		ids, err := store.Newest(before, limit, seen(tx, actor, func(q *gorm.DB) *gorm.DB {
			if state != "" {
				q = q.Where("mediations.state = ?", state)
			}
			return q
		})...)
		if err != nil {
			return err
		}
		var rows []Mediation
		if err := tx.Where("id IN ?", append([]int64{0}, ids...)).Order("id DESC").Find(&rows).Error; err != nil {
			return err
		}
		views, err = view(tx, rows)
		return err
	})
	return views, err
}

func view(tx *store.Tx, rows []Mediation) ([]View, error) {
	estates, hosts := []int64{}, []int64{0}
	for _, m := range rows {
		estates, hosts = append(estates, m.EstateID), append(hosts, m.HostID)
	}
	names, err := org.EstateNames(tx, estates)
	if err != nil {
		return nil, err
	}
	orgs, err := org.Organisations(tx, hosts)
	if err != nil {
		return nil, err
	}
	views := make([]View, len(rows))
	for i, m := range rows {
		views[i] = View{Mediation: m, Estate: names[m.EstateID], Host: orgs[m.HostID].Name}
	}
	return views, nil
}

// Find shows a mediation whole. Faults: ErrForbidden, ErrNotFound.
func (s *Service) Find(ctx context.Context, actor org.Actor, id int64) (*View, error) {
	if err := actor.Must(org.JoinMediation); err != nil {
		return nil, err
	}
	var v *View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var m Mediation
		if err := tx.Scopes(readable(actor)).Where("mediations.id = ?", id).Take(&m).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		views, err := view(tx, []Mediation{m})
		if err != nil {
			return err
		}
		v = &views[0]
		return s.whole(tx, actor, v)
	})
	return v, err
}

func (s *Service) whole(tx *store.Tx, actor org.Actor, v *View) error {
	parties, err := partiesOf(tx, v.ID)
	if err != nil {
		return err
	}
	if v.Parties, err = s.named(tx, actor, parties); err != nil {
		return err
	}
	if v.LawyerID != 0 {
		if err := tx.Model(&Lawyer{}).Where("id = ?", v.LawyerID).Pluck("name", &v.LawyerName).Error; err != nil {
			return err
		}
	}
	if v.Agreement != 0 {
		if err := tx.Model(&Agreement{}).Where("id = ?", v.Agreement).Pluck("text", &v.Text).Error; err != nil {
			return err
		}
		if err := tx.Where("mediation_id = ? AND agreement_id = ?", v.ID, v.Agreement).Order("due_at, id").Limit(maxTerms).Find(&v.Terms).Error; err != nil {
			return err
		}
	}
	var steps []Step // the newest, if an older program let there be more
	if err := tx.Where("mediation_id = ?", v.ID).Order("id DESC").Limit(2 * maxSteps).Find(&steps).Error; err != nil {
		return err
	}
	slices.Reverse(steps)
	everybody, err := s.everybody(tx, actor, v)
	if err != nil {
		return err
	}
	ids := []int64{0}
	for _, st := range steps {
		ids = append(ids, st.OrganisationID)
	}
	orgs, err := org.Organisations(tx, ids)
	if err != nil {
		return err
	}
	for _, st := range steps {
		step := StepView{Step: st, By: orgs[st.OrganisationID].Name}
		for _, p := range everybody {
			if p.ID != st.PartyID {
				continue
			}
			if step.By == "" && st.PersonID != 0 {
				step.By = p.Name
			} else if p.OrganisationID == 0 || p.OrganisationID != st.OrganisationID {
				step.Of = p.Name
			}
		}
		v.Steps = append(v.Steps, step)
	}
	d := &deed{Service: s, tx: tx, actor: actor, m: &v.Mediation, parties: parties}
	levels, err := d.ladder()
	if err != nil {
		return err
	}
	for _, p := range levels {
		if slices.Index(order, p.level) > slices.Index(order, v.Level) {
			v.Next = append(v.Next, p.host.Name)
		}
	}
	stalled, err := d.stalled()
	v.Allowed = v.allowed(actor, stalled)
	return err
}

// everybody are the parties with those that were taken out again, for the names in the file.
func (s *Service) everybody(tx *store.Tx, actor org.Actor, v *View) ([]PartyView, error) {
	var gone []Party
	if err := tx.Where("mediation_id = ? AND removed_at IS NOT NULL", v.ID).Order("id").Limit(maxNamed).Find(&gone).Error; err != nil || len(gone) == 0 {
		return v.Parties, err
	}
	named, err := s.named(tx, actor, gone)
	return append(slices.Clone(v.Parties), named...), err
}

// named gives the parties' names: organisations' own, people's as they gave them. Those in a dispute know each other; but
// somebody whom an office brought in by the receipt of a complaint stays unnamed until they are willing.
func (s *Service) named(tx *store.Tx, actor org.Actor, parties []Party) ([]PartyView, error) {
	orgIDs, people := []int64{0}, []int64{0}
	for _, p := range parties {
		orgIDs, people = append(orgIDs, p.OrganisationID), append(people, p.PersonID)
	}
	orgs, err := org.Organisations(tx, orgIDs)
	if err != nil {
		return nil, err
	}
	var persons []org.Person
	if err := tx.Where("id IN ?", people).Find(&persons).Error; err != nil {
		return nil, err
	}
	views := make([]PartyView, len(parties))
	for i, p := range parties {
		v := PartyView{Party: p, Name: orgs[p.OrganisationID].Name}
		v.Mine = (actor.Post == nil && p.PersonID != 0 && p.PersonID == actor.PersonID) || (actor.Post != nil && p.OrganisationID != 0 && p.OrganisationID == actor.OrganisationID())
		if p.NameSealed != "" {
			if v.Name, err = s.vault.Open(p.NameSealed, "mediation_parties.name"); err != nil {
				return nil, err
			}
		}
		for _, person := range persons {
			if person.ID == p.PersonID && v.Name == "" && person.NameSealed != "" && (p.State == "willing" || v.Mine) {
				if v.Name, err = s.vault.Open(person.NameSealed, "persons.name"); err != nil {
					return nil, err
				}
			}
		}
		if v.Name == "" {
			v.Name = "当事人"
		}
		views[i] = v
	}
	return views, nil
}

// allowed lists what the actor may do now.
func (v *View) allowed(actor org.Actor, stalled bool) []string {
	var can []string
	if actor.Post != nil && slices.ContainsFunc(v.Parties, func(p PartyView) bool { return p.PersonID != 0 && p.PersonID == actor.PersonID }) {
		return nil // see ErrPersonal
	}
	host := actor.Post != nil && v.HostID == actor.OrganisationID()
	mine := slices.IndexFunc(v.Parties, func(p PartyView) bool { return p.Mine })
	applicant := mine >= 0 && v.Parties[mine].Side == Applicant
	asks := applicant || (actor.Post != nil && v.AskedOrg == actor.OrganisationID())
	switch v.State {
	case Requested, Open:
		if host {
			can = append(can, "accept", "party", "remove")
			if v.State == Requested {
				can = append(can, "decline")
			} else {
				can = append(can, "session", "minute", "draft", "fail")
			}
		}
		if mine >= 0 {
			can = append(can, "answer")
		}
		if asks && stalled && len(v.Next) > 0 {
			can = append(can, "raise")
		}
	case Drafted:
		if host {
			can = append(can, "session", "minute", "draft", "fail")
		}
		if mine >= 0 && v.Parties[mine].Confirmed != v.Agreement {
			can = append(can, "confirm", "object")
		}
	case Agreed:
		if host || mine >= 0 {
			can = append(can, "term", "breach")
		}
	case Failed, Declined:
		if host || mine >= 0 || asks {
			if len(v.Next) > 0 && (asks || v.State == Failed) {
				can = append(can, "raise")
			}
			if asks || v.State == Failed {
				can = append(can, "court")
			}
		}
	}
	if (applicant && slices.Contains([]State{Requested, Open, Drafted, Failed}, v.State)) || (asks && v.State == Requested) {
		can = append(can, "withdraw")
	}
	return can
}

// MayOpenFiles reports whether the actor may open the papers of a mediation: whoever reads it.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, id int64) error {
	_, err := s.Find(ctx, actor, id)
	return err
}

// Erase takes a person's name and phone out of the mediations; what was agreed stays with the other parties.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	return tx.Model(&Party{}).Where("person_id = ?", person).Updates(map[string]any{"name_sealed": "", "phone_sealed": "", "phone_index": ""}).Error
}
