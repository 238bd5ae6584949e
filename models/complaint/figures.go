package complaint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Period is what figures are about: what closed from From until before To.
type Period struct {
	From, To time.Time
}

// maxPeriod bounds a period.
const maxPeriod = 400 * 24 * time.Hour

// ErrPeriod is the fault of a period that cannot be counted.
var ErrPeriod = fault.New(fault.Invalid, "figures.period", "请选择开始和结束日期：结束不早于开始，最长400天")

// Check refuses a period that cannot be counted. Fault: ErrPeriod.
func (p Period) Check() error {
	if !p.To.After(p.From) || p.To.Sub(p.From) > maxPeriod {
		return ErrPeriod
	}
	return nil
}

// Figure names a number of Figures, for the list of the cases behind it.
type Figure string

// The figures. Those of people count receipts, the others cases; every one is a numerator or a denominator.
const (
	FigureClosed    Figure = "closed"         // cases that closed with an answer or by force: the denominator of cases
	FigureInTime    Figure = "in_time"        // answered, and every answer by the date that was due when it came
	FigureNoDue     Figure = "no_due"         // without a due date: neither in time nor late
	FigureReturned  Figure = "returned"       // returned at least once
	FigureRefused   Figure = "refused"        // cases that the organisation refused in the period, whoever led them in the end
	FigureEscalated Figure = "escalated"      // called up at least once
	FigureForced    Figure = "forced"         // ended by a level above
	FigureResponse  Figure = "response"       // everybody asked said that the response was good
	FigureSolved    Figure = "solved"         // everybody asked said that it is solved
	FigureSatisfied Figure = "satisfied"      // everybody asked is satisfied
	FigureAsked     Figure = "asked"          // cases with somebody who can be asked: the denominator of the three rates
	FigurePatrols   Figure = "patrols"        // found on patrol, counted apart
	FigureAnonymous Figure = "anonymous"      // nobody can be asked
	FigurePeople    Figure = "people"         // people who can be asked
	PeopleResponse  Figure = "people_respond" // of them, the response was good
	PeopleSolved    Figure = "people_solved"
	PeopleSatisfied Figure = "people_satisfied"
	PeopleSilent    Figure = "people_silent" // gave no rating: not satisfied
	FigureOpen      Figure = "open"          // open at the end of the period
)

// FigureNames are the figures as people read them.
var FigureNames = map[Figure]string{FigureClosed: "办结件数", FigureInTime: "按时答复", FigureNoDue: "没有时限", FigureReturned: "办结件中曾被退回", FigureRefused: "退办的件（按退办单位）", FigureEscalated: "办结件中曾升级督办", FigureForced: "上级办结",
	FigureAsked: "可评价件数", FigureResponse: "响应（件）", FigureSolved: "解决（件）", FigureSatisfied: "满意（件）", FigurePatrols: "巡查发现", FigureAnonymous: "匿名件",
	FigurePeople: "可评价人数", PeopleResponse: "响应（人）", PeopleSolved: "解决（人）", PeopleSatisfied: "满意（人）", PeopleSilent: "未评价人数", FigureOpen: "期末未办结"}

// closed is the condition of what counts as handled in a period; patrols and the parts of a split case count apart.
const (
	handled = "cases.closed_at >= ? AND cases.closed_at < ? AND cases.parent_id = 0 AND cases.ending IN ('confirmed', 'silent', 'forced')"
	// asked are the receipts of people who can be asked what they think. Who joined after the answer is asked about the next
	// one: of this one they count only when they rate it.
	asked = "m.case_id = cases.id AND cases.source <> 'patrol' AND m.state <> 'withdrawn' AND m.hidden <> 'anonymous' AND m.organisation_id = 0 AND (m.state <> 'next' OR m.rated_at IS NOT NULL)"
)

// conditions are what each figure counts, said once for the number and for the cases behind it.
//
// In time is a case whose every answer came by the date that was due at that moment, at each of its dispatches: a later
// dispatch with a new date does not take back that an earlier answer was late, and a case that ended without an answer is not in
// time. A case without a due date is counted as such and is part of neither; so the rate of what was in time is in_time of
// closed less no_due.
var conditions = map[Figure]string{
	FigureClosed:    "cases.source <> 'patrol'",
	FigureInTime:    "cases.source <> 'patrol' AND cases.answered_at IS NOT NULL AND cases.due_at IS NOT NULL AND cases.late_answers = 0",
	FigureNoDue:     "cases.source <> 'patrol' AND cases.due_at IS NULL",
	FigureReturned:  "cases.source <> 'patrol' AND cases.returns > 0",
	FigureEscalated: "cases.source <> 'patrol' AND cases.escalations > 0",
	FigureForced:    "cases.source <> 'patrol' AND cases.ending = 'forced'",
	FigurePatrols:   "cases.source = 'patrol'",
	FigureAnonymous: "cases.source <> 'patrol' AND NOT EXISTS (SELECT 1 FROM case_complainants m WHERE " + asked + ")",
	FigureAsked:     "EXISTS (SELECT 1 FROM case_complainants m WHERE " + asked + ")",
	FigureResponse:  everybody("response"),
	FigureSolved:    everybody("solved"),
	FigureSatisfied: everybody("satisfied"),
}

func everybody(question string) string {
	return "EXISTS (SELECT 1 FROM case_complainants m WHERE " + asked + ") AND NOT EXISTS (SELECT 1 FROM case_complainants m WHERE " + asked + " AND m." + question + " <> 'yes')"
}

// people are the figures that count receipts, by what a receipt says.
var people = map[Figure]string{
	FigurePeople: "1 = 1", PeopleResponse: "m.response = 'yes'", PeopleSolved: "m.solved = 'yes'", PeopleSatisfied: "m.satisfied = 'yes'", PeopleSilent: "m.rated_at IS NULL",
}

// Share is a rate with its numerator and denominator.
type Share struct {
	Of, All int64
}

// BasisPoints is the rate in basis points, half up; 0 of 0 has none.
func (r Share) BasisPoints() (int64, bool) {
	if r.All == 0 {
		return 0, false
	}
	return (2*r.Of*10_000 + r.All) / (2 * r.All), true
}

// UnitFigures are the figures of one organisation that led the cases.
type UnitFigures struct {
	OrganisationID int64
	Name           string
	Kind           org.Kind
	Counts         map[Figure]int64
	// Score is the weighted mean of the three rates of people, in basis points; nil while the weights are unset or
	// nobody could be asked.
	Score *int64
}

// People gives one of the three rates over the people asked, and Cases over the cases.
func (u UnitFigures) People(f Figure) Share { return Share{u.Counts[f], u.Counts[FigurePeople]} }

// Cases gives one of the three rates over the cases in which somebody could be asked.
func (u UnitFigures) Cases(f Figure) Share { return Share{u.Counts[f], u.Counts[FigureAsked]} }

// InTime is what was in time over what had a due date.
func (u UnitFigures) InTime() Share {
	return Share{u.Counts[FigureInTime], u.Counts[FigureClosed] - u.Counts[FigureNoDue]}
}

// Figures counts what closed in a period by the organisation that led it, for the organisations that the actor may see:
// all, those that handled cases of its area, or its own. Rows are in the order of the score, then the name.
// Faults: ErrForbidden, ErrPeriod.
func (s *Service) Figures(ctx context.Context, actor org.Actor, p Period) ([]UnitFigures, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	var units []UnitFigures
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		units, _, err = s.figuresUnder(tx, sightOf(actor), p, p.To)
		return err
	})
	return units, err
}

// figuresUnder counts a period and scores it by the rules of a day, whose stamp it gives.
func (s *Service) figuresUnder(tx *store.Tx, r sight, p Period, day time.Time) ([]UnitFigures, string, error) {
	counts, err := counted(tx, r, p)
	if err != nil {
		return nil, "", err
	}
	ids := []int64{0}
	for id := range counts {
		ids = append(ids, id)
	}
	names, err := org.Organisations(tx, ids)
	if err != nil {
		return nil, "", err
	}
	set, err := org.Rules(tx, day, s.pack.Code)
	if err != nil {
		return nil, "", err
	}
	for _, l := range set.Unfit() {
		s.log.WarnContext(tx.Statement.Context, "a local value cannot be used and counts as unset; enter it again", "value", l.ID, "name", l.Key)
	}
	weights, err := rateWeights(set)
	if err != nil {
		return nil, "", err
	}
	var units []UnitFigures
	for id, c := range counts {
		u := UnitFigures{OrganisationID: id, Name: names[id].Name, Kind: names[id].Kind, Counts: c}
		u.Score = u.score(weights)
		units = append(units, u)
	}
	slices.SortFunc(units, inOrder)
	return units, set.Stamp(), nil
}

// inOrder puts the best score first; without scores the names decide.
func inOrder(a, b UnitFigures) int {
	switch {
	case a.Score != nil && b.Score != nil && *a.Score != *b.Score:
		return int(*b.Score - *a.Score)
	case (a.Score == nil) != (b.Score == nil):
		if a.Score == nil {
			return 1
		}
		return -1
	case a.Name != b.Name:
		if a.Name < b.Name {
			return -1
		}
		return 1
	}
	return int(a.OrganisationID - b.OrganisationID)
}

// counted runs one query for the cases and one for the people.
func counted(tx *store.Tx, r sight, p Period) (map[int64]map[Figure]int64, error) {
	all := map[int64]map[Figure]int64{}
	run := func(q *gorm.DB, what map[Figure]string) error {
		figures := make([]Figure, 0, len(what))
		columns := "cases.lead_id AS lead_id"
		for f, where := range what {
			figures = append(figures, f)
			columns += fmt.Sprintf(", SUM(CASE WHEN %s THEN 1 ELSE 0 END) AS f_%s", where, f)
		}
		var rows []map[string]any
		if err := q.Select(columns).Group("cases.lead_id").Limit(2000).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			id := Number(r["lead_id"])
			if all[id] == nil {
				all[id] = map[Figure]int64{}
			}
			for _, f := range figures {
				all[id][f] = Number(r["f_"+string(f)])
			}
		}
		return nil
	}
	mine := r.cases
	if err := run(tx.Table("cases").Scopes(mine).Where(handled, p.From, p.To), conditions); err != nil {
		return nil, err
	}
	err := run(tx.Table("cases").Scopes(mine).Joins("JOIN case_complainants m ON "+asked).Where(handled, p.From, p.To), people)
	if err != nil {
		return nil, err
	}
	if err := run(tx.Table("cases").Scopes(mine, openAt(p.To)), map[Figure]string{FigureOpen: "1 = 1"}); err != nil {
		return nil, err
	}
	var refused []struct{ OrganisationID, N int64 }
	err = tx.Table("case_steps s").Select("s.organisation_id, COUNT(DISTINCT s.case_id) AS n").Joins("JOIN cases ON cases.id = s.case_id").Scopes(r.refusals(p)).
		Where("s.organisation_id <> 0").Group("s.organisation_id").Limit(2000).Find(&refused).Error
	for _, r := range refused {
		if all[r.OrganisationID] == nil {
			all[r.OrganisationID] = map[Figure]int64{}
		}
		all[r.OrganisationID][FigureRefused] = r.N
	}
	return all, err
}

// sight is what somebody may count: the cases, and the refusals of offices.
type sight struct {
	cases, refused func(*gorm.DB) *gorm.DB
}

// everything is what is counted for all to read: independent of who asks.
var everything = sight{cases: func(q *gorm.DB) *gorm.DB { return q }, refused: func(q *gorm.DB) *gorm.DB { return q }}

// sightOf is what an office counts: all, those of its area, or its own.
func sightOf(actor org.Actor) sight {
	notAbout := actor.NotAbout("cases.about_id")
	return sight{
		cases: func(q *gorm.DB) *gorm.DB { return notAbout(countable(actor)(q)) },
		refused: func(q *gorm.DB) *gorm.DB {
			if ownOnly(actor) {
				return notAbout(q).Where("s.organisation_id = ?", actor.OrganisationID())
			}
			return notAbout(countable(actor)(q))
		},
	}
}

// ownOnly reports whether an office sees the figures of itself alone.
func ownOnly(actor org.Actor) bool {
	return !actor.Has(org.ReadFigures, org.ScopeCity) && !actor.Has(org.ReadFigures, org.ScopeJurisdiction)
}

// refusals narrows steps to the refusals of a period that may be counted.
func (r sight) refusals(p Period) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		return r.refused(q).Where("s.kind = ? AND s.at >= ? AND s.at < ? AND cases.source <> 'patrol'", Refuse, p.From, p.To)
	}
}

// Number reads a count as the drivers give it.
func Number(v any) int64 {
	switch n := v.(type) {
	case int64:
		return n
	case int32:
		return int64(n)
	case float64:
		return int64(n)
	case []byte:
		var i int64
		_, _ = fmt.Sscan(string(n), &i)
		return i
	case string:
		var i int64
		_, _ = fmt.Sscan(n, &i)
		return i
	}
	return 0
}

// countable narrows to the cases whose figures an office sees.
func countable(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		switch {
		case actor.Has(org.ReadFigures, org.ScopeCity):
			return q
		case actor.Has(org.ReadFigures, org.ScopeJurisdiction) && actor.Post.OrgKind == org.Township:
			return q.Where("cases.township_id = ?", actor.OrganisationID())
		case actor.Has(org.ReadFigures, org.ScopeJurisdiction) && actor.Post.OrgKind == org.Community:
			return q.Where("cases.community_id = ?", actor.OrganisationID())
		}
		return q.Where("cases.lead_id = ?", actor.OrganisationID())
	}
}

// rateWeights are the weights of response, solved and satisfied, in basis points; none while unset.
func rateWeights(set *rulepack.Set) ([]int64, error) {
	lines, err := set.List(rulepack.RateWeights)
	if errors.Is(err, rulepack.ErrUnset) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return rulepack.ParseWeights(lines)
}

func (u UnitFigures) score(weights []int64) *int64 {
	all := u.Counts[FigurePeople]
	if weights == nil || all == 0 {
		return nil
	}
	sum := int64(0)
	for i, f := range []Figure{PeopleResponse, PeopleSolved, PeopleSatisfied} {
		sum += weights[i] * u.Counts[f]
	}
	score := (2*sum + all) / (2 * all) // half up, like every rate
	return &score
}
