package disclosure

import (
	"errors"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// law is what decides about an estate's duties today.
type law struct {
	set    *rulepack.Set
	days   calendar.Calendar
	today  calendar.Date
	estate *org.Estate
	facts  duty.Estate
	model  *Charging // nil while nobody has recorded it
}

// law reads the packs, the city's values, the estate's own rules and its service contract.
func (s *Service) law(tx *store.Tx, e *org.Estate) (*law, error) {
	model, err := chargingOf(tx, e.ID)
	if err != nil {
		return nil, err
	}
	var own []rulepack.Local
	if s.o.Own != nil {
		if own, err = s.o.Own(tx, e.ID); err != nil {
			return nil, err
		}
	}
	set, err := org.Rules(tx, tx.Now, s.o.Pack, append(own, model.locals()...)...)
	if err != nil {
		return nil, err
	}
	l := &law{set: set, today: calendar.DateOf(tx.Now), estate: e, model: model, facts: duty.Estate{Company: e.CompanyID, Committee: e.CommitteeID, Community: e.CommunityID, Township: e.TownshipID}}
	if model != nil {
		l.facts.Charging = model.Model
	}
	var bureaus []int64
	if err := tx.Model(&org.Organisation{}).Where("kind = ? AND closed_at IS NULL", org.Bureau).Order("id").Limit(1).Pluck("id", &bureaus).Error; err != nil {
		return nil, err
	}
	if len(bureaus) == 1 {
		l.facts.Bureau = bureaus[0]
	}
	if s.o.OwnFund != nil {
		if l.facts.OwnFund, err = s.o.OwnFund(tx, e.ID); err != nil {
			return nil, err
		}
	}
	l.days, err = workingDays(set)
	return l, err
}

// workingDays is the calendar with the days that the bureau has entered.
func workingDays(set *rulepack.Set) (calendar.Calendar, error) {
	lines, err := set.List("calendar.days")
	if errors.Is(err, rulepack.ErrUnset) {
		return calendar.National(), nil
	}
	if err != nil {
		return calendar.Calendar{}, err
	}
	o, err := calendar.ParseOverrides(lines)
	return calendar.National().With(o), err
}

// owes is who owes a duty that an event brings about: where the estate has no such body, whoever stands in for it.
func (l *law) owes(d rulepack.Disclosure) int64 {
	if id, _ := l.facts.Owes(d); id != 0 {
		return id
	}
	by := org.FunctionCommittee
	switch d.By {
	case "company":
		by = org.FunctionCompany
	case "township", "bureau":
		by = org.FunctionTownship
	}
	return l.estate.StandIn(by).OrganisationID
}
