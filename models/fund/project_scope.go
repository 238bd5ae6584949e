package fund

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// maxDoors bounds over how many properties one project is divided: its payment is one transaction.
const maxDoors = 20_000

// ErrManyDoors says that a scope is beyond what one project pays.
var ErrManyDoors = fault.New(fault.Invalid, "project.too_large", "列支范围太大，一个项目最多两万户；请按楼幢分开办理")

// door is a property of a scope, without a person.
type door struct {
	org.Unit
	Building string
	Code     string `gorm:"-"`
}

// registered reads properties from the register.
func registered(tx *store.Tx, estate int64) *gorm.DB {
	return tx.Table("units u").Select("u.*, b.name AS building").Joins("JOIN buildings b ON b.id = u.building_id").Where("u.estate_id = ?", estate)
}

// doorsIn reads the properties of a scope from the register, in the order of their numbers.
func doorsIn(tx *store.Tx, estate int64, scope event.Scope) ([]door, error) {
	q := registered(tx, estate).Where("u.removed_at IS NULL")
	if !scope.Whole() {
		q = q.Where("u.building_id IN ? OR u.id IN ?", append(slices.Clone(scope.Buildings), 0), append(slices.Clone(scope.Units), 0))
	}
	var list []door
	if err := q.Limit(maxDoors + 1).Scan(&list).Error; err != nil {
		return nil, err
	}
	return ordered(list)
}

func ordered(list []door) ([]door, error) {
	if len(list) > maxDoors {
		return nil, ErrManyDoors
	}
	for i := range list {
		d := &list[i]
		d.Code = d.Building + "幢"
		if d.Entrance != "" {
			d.Code += d.Entrance + "单元"
		}
		d.Code += d.Number
	}
	slices.SortFunc(list, inOrder)
	return list, nil
}

// inOrder compares doors by building, entrance and number.
func inOrder(a, b door) int {
	return cmp.Or(byNumber(a.Building, b.Building), byNumber(a.Entrance, b.Entrance), byNumber(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
}

// byNumber compares door numbers as people order them: 2 before 10.
func byNumber(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

// sharers are the properties over which a project is divided: those of the roll that the owners decided by, with its areas, so that what
// votes is what pays; where nobody votes, those that would be on such a roll.
func (s *Service) sharers(tx *store.Tx, p *Project) ([]door, error) {
	if p.Kind == OrdinaryUse {
		return onRoll(tx, p)
	}
	scope, err := p.Concerns()
	if err != nil {
		return nil, err
	}
	set, err := s.fundRules(tx)
	if err != nil {
		return nil, err
	}
	spaces, err := set.Flag("roll.special_spaces")
	if err != nil && !errors.Is(err, rulepack.ErrUnset) {
		return nil, err
	}
	list, err := doorsIn(tx, p.EstateID, scope)
	if err != nil || spaces {
		return list, err
	}
	return slices.DeleteFunc(list, func(d door) bool { return d.UseKind == "parking" || d.UseKind == "storage" }), nil
}

// onRoll reads the properties of a meeting's frozen roll.
func onRoll(tx *store.Tx, p *Project) ([]door, error) {
	var texts []string
	if err := tx.Model(&assembly.Seat{}).Where("meeting_id = ?", p.MeetingID).Order("no").Limit(maxDoors+1).Pluck("units", &texts).Error; err != nil {
		return nil, err
	}
	frozen := map[int64]area.Milli{}
	var ids []int64
	for _, text := range texts {
		var units []assembly.SeatUnit
		if err := json.Unmarshal([]byte(text), &units); err != nil {
			return nil, err
		}
		for _, u := range units {
			frozen[u.ID] = u.Area
			ids = append(ids, u.ID)
		}
	}
	if len(ids) > maxDoors {
		return nil, ErrManyDoors
	}
	var list []door
	for part := range slices.Chunk(ids, 900) {
		var rows []door
		if err := registered(tx, p.EstateID).Where("u.id IN ?", part).Scan(&rows).Error; err != nil {
			return nil, err
		}
		list = append(list, rows...)
	}
	for i := range list {
		list[i].AreaMilli = frozen[list[i].ID]
	}
	return ordered(list)
}

// sameScope reports whether two scopes are the same object: the same buildings and the same units.
func sameScope(a, b event.Scope) bool {
	same := func(x, y []int64) bool {
		return slices.Equal(slices.Compact(slices.Sorted(slices.Values(x))), slices.Compact(slices.Sorted(slices.Values(y))))
	}
	return same(a.Buildings, b.Buildings) && same(a.Units, b.Units)
}
