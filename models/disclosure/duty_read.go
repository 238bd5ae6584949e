package disclosure

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Register is everything that an estate's organisations have to publish, kept or not.
type Register struct {
	EstateID int64
	Estate   string
	Today    calendar.Date
	Charging string // 包干制, 酬金制, or empty
	Rows     []RegisterRow
	Late     []DutyView // due and not published, the oldest first
}

// RegisterRow is one duty of the register: what the law says of it, who owes it here, and how it stands.
type RegisterRow struct {
	rulepack.Disclosure
	Terms  duty.Terms
	OwedBy string // the organisation's name; empty where nobody owes it
	Why    string // why nobody does
	Open   []DutyView
	Last   *DutyView // what was published last
}

// DutyView is one instance with names.
type DutyView struct {
	Duty
	EstateName string
	OwedBy     string
	Days       int64  // late today, or when it was published
	Stands     string // its state
}

// mostOpen and mostDone bound what a register shows of an estate.
const (
	mostOpen = 300
	mostDone = 100
)

// Register gives the duties of an estate to somebody signed in who may read its board.
func (s *Service) Register(ctx context.Context, actor org.Actor, estate int64) (r *Register, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadBoard, estate)
		if err != nil {
			return err
		}
		r, err = s.register(tx, e)
		return err
	})
	return r, err
}

// RegisterPublic gives the duties of an estate to anybody: no person is in them.
func (s *Service) RegisterPublic(ctx context.Context, estate int64) (r *Register, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.OpenEstate(tx, estate)
		if err != nil {
			return err
		}
		r, err = s.register(tx, e)
		return err
	})
	return r, err
}

func (s *Service) register(tx *store.Tx, e *org.Estate) (*Register, error) {
	l, err := s.law(tx, e)
	if err != nil {
		return nil, err
	}
	var open, done []Duty
	if err := tx.Where("estate_id = ? AND done_at IS NULL", e.ID).Order("due_on, id").Limit(mostOpen).Find(&open).Error; err != nil {
		return nil, err
	}
	if err := tx.Where("estate_id = ? AND done_at IS NOT NULL", e.ID).Order("done_at DESC, id DESC").Limit(mostDone).Find(&done).Error; err != nil {
		return nil, err
	}
	views, err := viewDuties(tx, append(open, done...))
	if err != nil {
		return nil, err
	}
	offices, err := l.owners(tx)
	if err != nil {
		return nil, err
	}
	r := &Register{EstateID: e.ID, Estate: e.Name, Today: l.today, Charging: duty.ChargingNames[l.facts.Charging]}
	for _, d := range l.set.Disclosures() {
		row := RegisterRow{Disclosure: d}
		if row.Terms, err = duty.Read(l.set, d); err != nil {
			return nil, err
		}
		owner, why := l.facts.Owes(d)
		row.OwedBy, row.Why = offices[owner].Name, why
		for i := range views {
			switch v := &views[i]; {
			case v.Code != d.Code:
			case v.DoneAt == nil:
				row.Open = append(row.Open, *v)
			case row.Last == nil:
				row.Last = v
			}
		}
		r.Rows = append(r.Rows, row)
	}
	for _, v := range views {
		if v.Stands == "late" {
			r.Late = append(r.Late, v)
		}
	}
	slices.SortStableFunc(r.Late, func(a, b DutyView) int { return cmp.Compare(b.Days, a.Days) })
	return r, nil
}

// viewDuties names what duties are about.
func viewDuties(tx *store.Tx, rows []Duty) ([]DutyView, error) {
	var estates, orgs []int64
	for _, d := range rows {
		estates, orgs = append(estates, d.EstateID), append(orgs, cmp.Or(d.OrganisationID, d.LateOrganisationID))
	}
	names, err := org.EstateNames(tx, unique(estates))
	if err != nil {
		return nil, err
	}
	offices, err := org.Organisations(tx, unique(orgs))
	if err != nil {
		return nil, err
	}
	today := calendar.DateOf(tx.Now)
	views := make([]DutyView, len(rows))
	for i, d := range rows {
		views[i] = DutyView{Duty: d, EstateName: names[d.EstateID], OwedBy: offices[cmp.Or(d.OrganisationID, d.LateOrganisationID)].Name, Days: d.Late(today), Stands: d.State(today)}
	}
	return views, nil
}

func unique(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Due is the duty's last day; the zero Date while nobody has fixed it.
func (d *Duty) Due() calendar.Date { return dateIn(d.DueOn) }

// Published is the day on which it was published; the zero Date before.
func (d *Duty) Published() calendar.Date { return dateIn(d.PublishedOn) }

// owners names everybody who may owe something in the estate.
func (l *law) owners(tx *store.Tx) (map[int64]org.Organisation, error) {
	return org.Organisations(tx, []int64{l.facts.Company, l.facts.Committee, l.facts.Community, l.facts.Township, l.facts.Bureau})
}
