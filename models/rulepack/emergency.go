package rulepack

import (
	"fmt"
	"regexp"
	"slices"
)

// Emergency is a number to call at once, which the law and the national numbering plan give, not the city.
type Emergency struct {
	Phone   string   `yaml:"phone"`
	Name    string   `yaml:"name"`
	When    string   `yaml:"when"`    // what has happened, as people say it
	Matters []string `yaml:"matters"` // empty for every danger
	Source  string   `yaml:"source"`
}

// Emergencies are the numbers for a dangerous matter, those for it alone first. Of a matter that none names, all are given.
func (p *Pack) Emergencies(matter string) []Emergency {
	var own, any []Emergency
	for _, e := range p.Emergency {
		switch {
		case slices.Contains(e.Matters, matter):
			own = append(own, e)
		case len(e.Matters) == 0:
			any = append(any, e)
		}
	}
	if len(own) == 0 {
		return slices.Clone(p.Emergency)
	}
	return append(own, any...)
}

var short = regexp.MustCompile(`^[0-9]{3,6}$`)

func (p *Pack) checkEmergencies() []error {
	var errs []error
	for _, e := range p.Emergency {
		if !short.MatchString(e.Phone) || e.Name == "" || e.When == "" || e.Source == "" {
			errs = append(errs, fmt.Errorf("%s: emergency %q: phone, name, when and source are required", p.Code, e.Phone))
		}
	}
	return errs
}
