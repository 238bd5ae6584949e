package assembly

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Discrepancy is one thing in which the frozen roll is not as the roster was last posted, by unit and area only, with why. Owner sets that
// were merged, parted or changed are counted and not named.
type Discrepancy struct {
	ID          int64 `gorm:"primaryKey"`
	MeetingID   int64
	EstateID    int64
	PostingID   int64
	Kind        DiscrepancyKind
	Unit        string // its code; empty for what is counted
	BeforeMilli area.Milli
	AfterMilli  area.Milli
	Number      int64 // of units or seats
	Cause       DiscrepancyCause
	NoteID      int64 // the challenge that was answered; 0 for none
	Text        string
}

// TableName names the table.
func (Discrepancy) TableName() string { return "roll_differences" }

// DiscrepancyKind is in what the roll differs.
type DiscrepancyKind string

// The kinds of differences: the first three name a unit, the others are counts of seats.
const (
	UnitAdded   DiscrepancyKind = "added"
	UnitRemoved DiscrepancyKind = "removed"
	AreaChanged DiscrepancyKind = "area"
	SeatsMerged DiscrepancyKind = "merged"
	SeatParted  DiscrepancyKind = "parted"
	OtherOwners DiscrepancyKind = "owners"
)

// DiscrepancyNames are the kinds as people read them.
var DiscrepancyNames = map[DiscrepancyKind]string{UnitAdded: "新列入的房屋", UnitRemoved: "不再列入的房屋", AreaChanged: "面积更正", SeatsMerged: "由几份合成的表决权", SeatParted: "拆成几份的表决权", OtherOwners: "换了业主的表决权"}

// DiscrepancyCause is why the roll differs.
type DiscrepancyCause string

// The causes.
const (
	ByChallenge DiscrepancyCause = "challenge" // an owner challenged the posted roster, and was right
	ByRegister  DiscrepancyCause = "register"  // the register changed
	ByRules     DiscrepancyCause = "rules"     // the rules count other units
)

// DiscrepancyCauses are the causes as people read them.
var DiscrepancyCauses = map[DiscrepancyCause]string{ByChallenge: "业主的异议成立", ByRegister: "登记有变化", ByRules: "是否计入的规则有变化"}

// compare lists in what frozen differs from posted. A unit is known by its code, which is what people read.
func compare(posted, frozen []Row, why func(DiscrepancyKind, ...SeatUnit) Discrepancy) []Discrepancy {
	type place struct {
		seat int
		unit SeatUnit
	}
	index := func(rows []Row) map[string]place {
		in := map[string]place{}
		for i, r := range rows {
			for _, u := range r.Units {
				in[u.Code] = place{i, u}
			}
		}
		return in
	}
	was, is := index(posted), index(frozen)
	var units []Discrepancy
	count := map[Discrepancy]int64{}
	counted := func(kind DiscrepancyKind, of []SeatUnit) {
		d := why(kind, of...)
		d.Text, d.NoteID = "", 0
		count[d]++
	}
	for i, r := range frozen {
		from := map[int]bool{}
		for _, u := range r.Units {
			old, ok := was[u.Code]
			switch {
			case !ok:
				d := why(UnitAdded, u)
				d.Unit, d.AfterMilli, d.Number = u.Code, u.Area, 1
				units = append(units, d)
				continue
			case old.unit.Area != u.Area:
				d := why(AreaChanged, u)
				d.Unit, d.BeforeMilli, d.AfterMilli, d.Number = u.Code, old.unit.Area, u.Area, 1
				units = append(units, d)
			}
			from[old.seat] = true
		}
		if len(from) > 1 {
			counted(SeatsMerged, r.Units)
			continue
		}
		for old := range from {
			whole := !slices.ContainsFunc(posted[old].Units, func(u SeatUnit) bool { now, ok := is[u.Code]; return ok && now.seat != i })
			if whole && posted[old].SetID != r.SetID {
				counted(OtherOwners, r.Units)
			}
		}
	}
	for _, r := range posted {
		to := map[int]bool{}
		for _, u := range r.Units {
			now, ok := is[u.Code]
			if !ok {
				d := why(UnitRemoved, u)
				d.Unit, d.BeforeMilli, d.Number = u.Code, u.Area, 1
				units = append(units, d)
				continue
			}
			to[now.seat] = true
		}
		if len(to) > 1 {
			counted(SeatParted, r.Units)
		}
	}
	for _, kind := range []DiscrepancyKind{SeatsMerged, SeatParted, OtherOwners} {
		for _, cause := range []DiscrepancyCause{ByChallenge, ByRegister} {
			if n := count[Discrepancy{Kind: kind, Cause: cause}]; n > 0 {
				units = append(units, Discrepancy{Kind: kind, Cause: cause, Number: n})
			}
		}
	}
	return units
}

// keepDiscrepancies compares the roll that is being frozen with the last posting, and keeps what differs.
func keepDiscrepancies(tx *store.Tx, m *Meeting, p *Posting, rows []Row) (int, error) {
	posted, err := p.rows(tx, 0, maxUnits)
	if err != nil {
		return 0, err
	}
	k := &causes{since: p.At, answered: map[int64]int64{}, units: map[int64]org.Unit{}, claimed: map[int64]bool{}}
	var touched []int64
	compare(posted, rows, func(_ DiscrepancyKind, of ...SeatUnit) Discrepancy {
		for _, u := range of {
			touched = append(touched, u.ID)
		}
		return Discrepancy{}
	})
	if len(touched) == 0 {
		return 0, nil
	}
	if err := k.read(tx, m, touched); err != nil {
		return 0, err
	}
	list := compare(posted, rows, k.why)
	for i := range list {
		list[i].MeetingID, list[i].EstateID, list[i].PostingID = m.ID, m.EstateID, p.ID
	}
	return len(list), tx.CreateInBatches(&list, 900).Error
}

// causes says why units differ: a challenge that was accepted comes first, then what the register did since the posting.
type causes struct {
	since    time.Time
	answered map[int64]int64 // the note, by unit
	units    map[int64]org.Unit
	claimed  map[int64]bool // an owner's claim of another area was accepted
}

func (k *causes) read(tx *store.Tx, m *Meeting, touched []int64) error {
	var notes []RollNote
	if err := tx.Select("id", "unit_id").Where("meeting_id = ? AND kind = 'challenge' AND state = 'accepted'", m.ID).Order("id").Limit(maxUnits).Find(&notes).Error; err != nil {
		return err
	}
	for _, n := range notes {
		k.answered[n.UnitID] = n.ID
	}
	for ids := range slices.Chunk(touched, 900) {
		var units []org.Unit
		if err := tx.Where("estate_id = ? AND id IN ?", m.EstateID, ids).Find(&units).Error; err != nil {
			return err
		}
		for _, u := range units {
			k.units[u.ID] = u
		}
	}
	var claims []int64
	err := tx.Model(&org.AreaClaim{}).Where("estate_id = ? AND state = 'accepted' AND decided_at >= ?", m.EstateID, k.since).Limit(maxUnits).Pluck("unit_id", &claims).Error
	for _, id := range claims {
		k.claimed[id] = true
	}
	return err
}

func (k *causes) why(kind DiscrepancyKind, of ...SeatUnit) Discrepancy {
	d := Discrepancy{Kind: kind, Cause: ByRegister}
	for _, u := range of {
		if id := k.answered[u.ID]; id != 0 {
			d.Cause, d.NoteID, d.Text = ByChallenge, id, "业主对公示的名册提出异议，经核对成立"
			return d
		}
	}
	on := func(t time.Time) string { return t.In(shanghai).Format("2006年1月2日") }
	switch u := k.units[of[0].ID]; {
	case kind == UnitAdded && !u.CreatedAt.Before(k.since):
		d.Text = fmt.Sprintf("%s新登记", on(u.CreatedAt))
	case kind == UnitRemoved && u.RemovedAt != nil:
		d.Text = fmt.Sprintf("%s从登记中注销", on(*u.RemovedAt))
	case (kind == UnitAdded || kind == UnitRemoved) && (u.UseKind == "parking" || u.UseKind == "storage"):
		d.Cause, d.Text = ByRules, "车位等特定空间是否计入的规定有变化"
	case kind == UnitAdded || kind == UnitRemoved:
		d.Text = fmt.Sprintf("登记于%s变化", on(u.UpdatedAt))
	case kind == AreaChanged && k.claimed[u.ID]:
		d.Text = "业主对登记面积的异议经核实成立"
	case kind == AreaChanged:
		d.Text = fmt.Sprintf("登记的面积于%s更正", on(u.UpdatedAt))
	}
	return d
}

// ListDiscrepancies pages through the differences between the frozen roll and the last posted roster, after one.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListDiscrepancies(ctx context.Context, actor org.Actor, id, after int64, limit int) ([]Discrepancy, error) {
	var rows []Discrepancy
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		return tx.Where("meeting_id = ? AND id > ?", m.ID, after).Order("id").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// Differing is how many differences of a kind there are.
type Differing struct {
	Kind   DiscrepancyKind
	Number int64
}

func differing(tx *store.Tx, meeting int64) (list []Differing, err error) {
	err = tx.Table("roll_differences").Where("meeting_id = ?", meeting).Select("kind, SUM(number) AS number").Group("kind").Order("kind").Find(&list).Error
	return list, err
}
