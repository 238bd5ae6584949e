package assembly

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// maxUnits bounds a scope: the largest estates have some tens of thousands.
const maxUnits = 200_000

// ErrTooLarge says that a scope is beyond what one meeting holds.
var ErrTooLarge = fault.New(fault.Invalid, "roll.too_large", "范围太大，一次会议最多二十万户")

// Row is a seat as the register has it today: who would stand on the roll.
type Row struct {
	No       int
	SetID    int64 // the owner set; negative for a unit of which the register names no owner
	Kind     string
	Building int64
	Area     area.Milli
	Units    []SeatUnit
	Flags    []string // what a person has to look at
}

// questionTexts are what each kind asks.
var questionTexts = map[string]string{
	"overlap":       "几份表决权有共同的业主，但业主不完全相同，按不同的人计算；请核对",
	"no_area":       "没有面积；请先补登，没有补登的不能计入",
	"disputed":      "业主对登记面积有异议还没有答复",
	"no_owner":      "名册上没有业主，计入总数但无人可投；请核对",
	"no_developer":  "有未售或未交付的房屋，但名册上没有建设单位，合并按一人计入总数，无人可投；请核对",
	"paper_missing": "业主证件号码不全，无法判断与别户是否同一人，按一人计算；请核对",
}

// rollOf lists the seats of a scope from the register, in the order of doors, with what a person has to look at. Parking and other
// special spaces count only where the rules of procedure say so (guiding rules art. 25).
func (s *Service) rollOf(tx *store.Tx, m *Meeting, set *rulepack.Set) ([]Row, []Doubt, error) {
	scope, err := m.Concerns()
	if err != nil {
		return nil, nil, err
	}
	spaces, err := set.Flag("roll.special_spaces")
	if err != nil && !errors.Is(err, rulepack.ErrUnset) {
		return nil, nil, err
	}
	units, err := unitsIn(tx, m.EstateID, scope, spaces)
	if err != nil {
		return nil, nil, err
	}
	b := &rollBuilder{rows: map[int64]*Row{}}
	if err := b.register(tx, m.EstateID); err != nil {
		return nil, nil, err
	}
	for _, u := range units {
		b.add(u)
	}
	return b.finish(), b.questions, nil
}

type rollUnit struct {
	org.Unit
	Building string
	SetID    int64
}

func (u *rollUnit) code() string {
	code := u.Building + "幢"
	if u.Entrance != "" {
		code += u.Entrance + "单元"
	}
	return code + u.Number
}

// unitsIn reads the units of a scope with who owns each today.
func unitsIn(tx *store.Tx, estate int64, scope event.Scope, spaces bool) ([]rollUnit, error) {
	q := tx.Table("units u").Select("u.*, b.name AS building, COALESCE(w.owner_set_id, 0) AS set_id").
		Joins("JOIN buildings b ON b.id = u.building_id").Joins("LEFT JOIN ownerships w ON w.current_unit = u.id").
		Where("u.estate_id = ? AND u.removed_at IS NULL", estate)
	if !scope.Whole() {
		q = q.Where("u.building_id IN ? OR u.id IN ?", append(scope.Buildings, 0), append(scope.Units, 0))
	}
	if !spaces {
		q = q.Where("u.use_kind NOT IN ('parking', 'storage')")
	}
	var units []rollUnit
	if err := q.Limit(maxUnits + 1).Scan(&units).Error; err != nil {
		return nil, err
	}
	if len(units) > maxUnits {
		return nil, ErrTooLarge
	}
	slices.SortFunc(units, func(a, b rollUnit) int {
		return cmp.Or(natural(a.Building, b.Building), natural(a.Entrance, b.Entrance), natural(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
	})
	return units, nil
}

// natural compares door numbers as people order them: 2 before 10.
func natural(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

// noDeveloper is the seat of the developer's homes where the register does not name the developer: they count, and nobody votes.
const noDeveloper = math.MinInt64 + 1

type rollBuilder struct {
	rows      map[int64]*Row
	order     []int64
	questions []Doubt
	sets      map[int64]org.OwnerSet
	members   map[int64][]string // papers' indexes of each set
	disputed  map[int64]bool
	developer int64
}

// register reads what is known of the estate's owner sets.
func (b *rollBuilder) register(tx *store.Tx, estate int64) error {
	b.sets, b.members, b.disputed = map[int64]org.OwnerSet{}, map[int64][]string{}, map[int64]bool{}
	var sets []org.OwnerSet
	if err := tx.Where("estate_id = ?", estate).Limit(2 * maxUnits).Find(&sets).Error; err != nil {
		return err
	}
	for _, x := range sets {
		b.sets[x.ID] = x
		if x.Kind == "developer" && b.developer == 0 {
			b.developer = x.ID
		}
	}
	var owners []org.Owner
	if err := tx.Select("id", "owner_set_id", "paper_index").Where("estate_id = ?", estate).Limit(4 * maxUnits).Find(&owners).Error; err != nil {
		return err
	}
	for _, o := range owners {
		if o.PaperIndex != "" {
			b.members[o.OwnerSetID] = append(b.members[o.OwnerSetID], o.PaperIndex)
		}
	}
	var claims []int64
	err := tx.Model(&org.AreaClaim{}).Where("estate_id = ? AND state = 'open'", estate).Limit(maxUnits).Pluck("unit_id", &claims).Error
	for _, id := range claims {
		b.disputed[id] = true
	}
	return err
}

// add puts a unit on its seat. What the developer has not sold or not handed over is one head together (interpretation art. 9).
func (b *rollBuilder) add(u rollUnit) {
	id := u.SetID
	switch {
	case !u.Sold || !u.Delivered:
		if id = b.developer; id == 0 {
			id = noDeveloper
		}
	case id == 0:
		id = -u.ID
	}
	r := b.rows[id]
	if r == nil {
		r = &Row{SetID: id, Kind: cmp.Or(b.sets[id].Kind, "natural"), Building: u.BuildingID}
		if id == b.developer || id == noDeveloper {
			r.Kind = "developer"
		}
		if id == noDeveloper {
			b.ask(r, "no_developer", u.code())
		}
		b.rows[id] = r
		b.order = append(b.order, id)
	}
	r.Area += u.AreaMilli
	r.Units = append(r.Units, SeatUnit{ID: u.ID, Code: u.code(), Area: u.AreaMilli, Source: string(u.AreaSource)})
	if u.AreaMilli == 0 {
		b.ask(r, "no_area", u.code())
	}
	if b.disputed[u.ID] {
		b.ask(r, "disputed", u.code())
	}
	if id < 0 && id != noDeveloper {
		b.ask(r, "no_owner", u.code())
	}
}

func (b *rollBuilder) ask(r *Row, kind string, units ...string) {
	if !slices.Contains(r.Flags, kind) {
		r.Flags = append(r.Flags, kind)
	}
	b.questions = append(b.questions, Doubt{No: len(b.questions) + 1, Key: kind + ":" + strings.Join(units, ","), Kind: kind, Text: questionTexts[kind], Unit: units})
}

// finish numbers the seats and asks about owner sets that overlap without being the same.
func (b *rollBuilder) finish() []Row {
	holds := map[string][]int64{}
	for _, id := range b.order {
		r := b.rows[id]
		if b.sets[id].Review == org.PaperMissing && r.Kind != "developer" {
			b.ask(r, "paper_missing", r.Units[0].Code)
		}
		for _, p := range b.members[id] {
			holds[p] = append(holds[p], id)
		}
	}
	asked := map[string]bool{}
	rows := make([]Row, 0, len(b.order))
	for i, id := range b.order {
		r := b.rows[id]
		r.No = i + 1
		for _, p := range b.members[id] {
			if key := fmt.Sprint(holds[p]); len(holds[p]) > 1 && !asked[key] {
				asked[key] = true
				var doors []string
				for _, other := range holds[p] {
					doors = append(doors, b.rows[other].Units[0].Code)
				}
				b.ask(r, "overlap", doors...)
			}
		}
		rows = append(rows, *r)
	}
	return rows
}
