package complaint

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Stay is how long a case stood in a state at an organisation: from the step that brought it there to the one that took it
// away, or to the end of the period.
type Stay struct {
	CaseID int64
	Number string
	Office int64 // who led it then
	State  State
	From   time.Time
	Length time.Duration
	Ended  bool // within the period
	goesOn bool // follows another stay at once: the case had not ended between them
}

// Dwell is the stays of one state at one organisation. Those that ended in the period count; those that went on beyond it
// are named apart.
type Dwell struct {
	OrganisationID int64
	Name           string
	State          State
	Ended          int64
	Total          time.Duration // of those that ended
	Median         time.Duration
	Longest        time.Duration
	Waiting        int64 // still there at the end of the period
	LongestWaiting time.Duration
}

// dwellPage is how many cases are in memory at a time.
const dwellPage = 500

// ListDwell gives how long cases stood in each state at each organisation, in natural hours, by the name of the
// organisation and the order of the states.
// Faults: ErrForbidden, ErrPeriod.
func (s *Service) ListDwell(ctx context.Context, actor org.Actor, p Period) ([]Dwell, error) {
	type key struct {
		office int64
		state  State
	}
	found, lengths := map[key]*Dwell{}, map[key][]time.Duration{}
	err := s.stays(ctx, actor, p, func(st Stay) {
		k := key{st.Office, st.State}
		d := found[k]
		if d == nil {
			d = &Dwell{OrganisationID: st.Office, State: st.State}
			found[k] = d
		}
		if !st.Ended {
			d.Waiting++
			d.LongestWaiting = max(d.LongestWaiting, st.Length)
			return
		}
		d.Ended++
		d.Total += st.Length
		d.Longest = max(d.Longest, st.Length)
		lengths[k] = append(lengths[k], st.Length)
	})
	if err != nil {
		return nil, err
	}
	ids := []int64{0}
	for k := range found {
		ids = append(ids, k.office)
	}
	slices.Sort(ids)
	var list []Dwell
	err = s.db.View(ctx, func(tx *store.Tx) error {
		names, err := org.Organisations(tx, slices.Compact(ids))
		for k, d := range found {
			slices.Sort(lengths[k])
			if n := len(lengths[k]); n > 0 {
				d.Median = (lengths[k][(n-1)/2] + lengths[k][n/2]) / 2
			}
			d.Name = names[k.office].Name
			list = append(list, *d)
		}
		return err
	})
	slices.SortFunc(list, func(a, b Dwell) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.OrganisationID, b.OrganisationID), cmp.Compare(slices.Index(States, a.State), slices.Index(States, b.State)))
	})
	return list, err
}

// maxStays bounds a list of stays.
const maxStays = 1000

// ListStays gives the stays behind a number of ListDwell, the longest first, at most 1000.
// Faults: ErrForbidden, ErrPeriod.
func (s *Service) ListStays(ctx context.Context, actor org.Actor, p Period, office int64, state State, ended bool) ([]Stay, error) {
	var list []Stay
	longestFirst := func(a, b Stay) int { return cmp.Or(cmp.Compare(b.Length, a.Length), cmp.Compare(a.CaseID, b.CaseID)) }
	err := s.stays(ctx, actor, p, func(st Stay) {
		if st.Office != office || st.State != state || st.Ended != ended {
			return
		}
		list = append(list, st)
		if len(list) >= 2*maxStays {
			slices.SortFunc(list, longestFirst)
			list = list[:maxStays]
		}
	})
	slices.SortFunc(list, longestFirst)
	return list[:min(len(list), maxStays)], err
}

// stays walks the complaints that were open at some time in a period and gives every stay that touches it.
func (s *Service) stays(ctx context.Context, actor org.Actor, p Period, give func(Stay)) error {
	if err := actor.Must(org.ReadFigures); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	own := int64(0)
	if ownOnly(actor) {
		own = actor.OrganisationID()
	}
	return s.db.View(ctx, func(tx *store.Tx) error {
		each := func(c Case, steps []Step) {
			staysOf(steps, p, func(st Stay) {
				st.Number = c.Number
				if own == 0 || st.Office == own {
					give(st)
				}
			})
		}
		which := func(q *gorm.DB) *gorm.DB { return actor.NotAbout("cases.about_id")(q).Where(complain) }
		if own != 0 {
			return eachOpen(tx, own, p, which, each)
		}
		return eachCase(tx, func(q *gorm.DB) *gorm.DB {
			return countable(actor)(which(q)).Where("cases.created_at < ? AND (cases.closed_at IS NULL OR cases.closed_at >= ?)", p.To, p.From)
		}, p.To, each)
	})
}

// eachOpen gives the cases in which an office takes or took part and that were open at some time in a period, each with its
// steps before the end of it: what the office led once counts as well as what it leads. The ids are read first, from one key.
func eachOpen(tx *store.Tx, office int64, p Period, which func(*gorm.DB) *gorm.DB, give func(Case, []Step)) error {
	var ids []int64
	err := tx.Model(&Party{}).Where("organisation_id = ? AND created_at < ? AND (closed_at IS NULL OR closed_at >= ?)", office, p.To, p.From).Pluck("case_id", &ids).Error
	if err != nil {
		return err
	}
	slices.Sort(ids)
	for page := range slices.Chunk(ids, dwellPage) {
		var cases []Case
		if err := tx.Table("cases").Select(dwellColumns).Scopes(which).Where("cases.id IN ?", page).Order("cases.id").Find(&cases).Error; err != nil {
			return err
		}
		if err := withSteps(tx, cases, p.To, give); err != nil {
			return err
		}
	}
	return nil
}

const dwellColumns = "cases.id, cases.number, cases.lead_id, cases.class, cases.due_at, cases.answered_at, cases.late_answers"

// eachCase gives cases one after the other, by id, each with its steps before a time, a page in memory at a time.
func eachCase(tx *store.Tx, which func(*gorm.DB) *gorm.DB, until time.Time, give func(Case, []Step)) error {
	for after := int64(0); ; {
		var cases []Case
		if err := tx.Table("cases").Select(dwellColumns).Scopes(which).Where("cases.id > ?", after).Order("cases.id").Limit(dwellPage).Find(&cases).Error; err != nil || len(cases) == 0 {
			return err
		}
		after = cases[len(cases)-1].ID
		if err := withSteps(tx, cases, until, give); err != nil {
			return err
		}
	}
}

// withSteps gives a page of cases with their steps before a time.
func withSteps(tx *store.Tx, cases []Case, until time.Time, give func(Case, []Step)) error {
	byID, ids := map[int64]Case{}, make([]int64, len(cases))
	for i, c := range cases {
		byID[c.ID], ids[i] = c, c.ID
	}
	var steps []Step
	err := tx.Select("case_id", "seq", "kind", "state", "organisation_id", "to_id", "at").Where("case_id IN ? AND at < ?", ids, until).Order("case_id, seq").Find(&steps).Error
	if err != nil {
		return err
	}
	for len(steps) > 0 {
		n := 1
		for n < len(steps) && steps[n].CaseID == steps[0].CaseID {
			n++
		}
		give(byID[steps[0].CaseID], steps[:n])
		steps = steps[n:]
	}
	return nil
}

// staysOf reads the stays of one case from its steps. Who leads follows from the steps that give a case to somebody: the
// filing, an acceptance, an arbitration, a redirection, the next leg, a return that goes a level up. Whatever else names an
// office, the lead is not it: a return names one only where it leaves the case dispatched anew.
func staysOf(steps []Step, p Period, give func(Stay)) {
	stay := Stay{CaseID: steps[0].CaseID, Office: steps[0].ToID, State: steps[0].State, From: steps[0].At}
	end := func(at time.Time, ended bool) {
		if stay.State.over() || (ended && at.Before(p.From)) {
			return
		}
		stay.Length, stay.Ended = at.Sub(stay.From), ended
		give(stay)
	}
	for _, st := range steps[1:] {
		office := stay.Office
		switch st.Kind {
		case Accept:
			office = st.OrganisationID
		case Arbitrate, Redirect, Conclude, Return, Reopen:
			if st.ToID != 0 && st.State == Dispatched {
				office = st.ToID
			}
		}
		if st.State == stay.State && office == stay.Office {
			continue
		}
		end(st.At, true)
		stay = Stay{CaseID: stay.CaseID, Office: office, State: st.State, From: st.At, goesOn: !stay.State.over()}
	}
	end(p.To, false)
}
