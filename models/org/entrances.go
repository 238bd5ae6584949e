package org

import (
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
)

// Entrance is a way into a building: a staircase of its own, or the building where the register knows none.
type Entrance struct {
	BuildingID int64
	Entrance   string
	Name       string // "3幢1单元"
}

// Entrances lists the entrances of a part of an estate that lead to homes or shops, by building. Garages and sheds have no reader.
func Entrances(tx *store.Tx, estate int64, s event.Scope) ([]Entrance, error) {
	var rows []struct {
		Entrance
		Building string
	}
	err := tx.Model(&Unit{}).Distinct("units.building_id", "units.entrance", "buildings.name AS building").Joins("JOIN buildings ON buildings.id = units.building_id").
		Scopes(scoped(tx, s, "units.id")).Where("units.estate_id = ? AND units.removed_at IS NULL AND units.use_kind NOT IN ('parking', 'storage')", estate).
		Order("units.building_id, units.entrance").Scan(&rows).Error
	list := make([]Entrance, len(rows))
	for i, r := range rows {
		r.Name = PrintUnit(r.Building, r.Entrance.Entrance, "")
		list[i] = Entrance{BuildingID: r.BuildingID, Entrance: r.Entrance.Entrance, Name: r.Name}
	}
	return list, err
}
