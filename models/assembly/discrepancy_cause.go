package assembly

import (
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

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
