package org

import (
	"strings"

	"github.com/linli-city/linli/models/store"
)

// PrintUnit joins building, entrance and number as people say them: "3幢1单元502".
func PrintUnit(building, entrance, number string) string {
	var b strings.Builder
	b.WriteString(suffixed(building, "幢", "栋", "号楼", "楼", "座"))
	if entrance != "" {
		b.WriteString(suffixed(entrance, "单元"))
	}
	b.WriteString(number)
	return b.String()
}

func suffixed(s, suffix string, others ...string) string {
	for _, o := range append(others, suffix) {
		if strings.HasSuffix(s, o) {
			return s
		}
	}
	return s + suffix
}

// UnitNames prints where units are, by id; 0 and unknown ids are left out.
func UnitNames(tx *store.Tx, ids []int64) (map[int64]string, error) {
	var rows []struct {
		ID                     int64
		Name, Entrance, Number string
	}
	err := tx.Model(&Unit{}).Select("units.id, buildings.name, units.entrance, units.number").
		Joins("JOIN buildings ON buildings.id = units.building_id").Where("units.id IN ?", append([]int64{0}, ids...)).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(rows))
	for _, r := range rows {
		names[r.ID] = PrintUnit(r.Name, r.Entrance, r.Number)
	}
	return names, nil
}
