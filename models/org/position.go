package org

import (
	"context"
	"fmt"
	"math"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// Position is a place in millionths of a degree.
type Position struct{ LatE6, LngE6 int64 }

// Locate enters where an estate stands, or one of its buildings: photos of what hangs there are measured from it.
// Faults: ErrForbidden, ErrEstateNotFound, fault.ErrInvalid.
func (s *Service) Locate(ctx context.Context, actor Actor, estate, building int64, at Position) error {
	if at.LatE6 < -90_000_000 || at.LatE6 > 90_000_000 || at.LngE6 < -180_000_000 || at.LngE6 > 180_000_000 || at == (Position{}) {
		return fault.ErrInvalid.With(fault.Field{Path: "lat", Reason: "经纬度不对：请在地图上选小区（或这一幢）的位置"})
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		e, err := EstateFor(tx, actor, ManageEstates, estate)
		if err != nil {
			return err
		}
		q := tx.Model(&Estate{}).Where("id = ?", e.ID)
		if building != 0 {
			var here int64
			if err := tx.Model(&Building{}).Where("id = ? AND estate_id = ?", building, e.ID).Count(&here).Error; err != nil {
				return err
			}
			if here == 0 {
				return fault.ErrInvalid.With(fault.Field{Path: "building_id", Reason: "这个小区没有这一幢，请重新选择"})
			}
			q = tx.Model(&Building{}).Where("id = ? AND estate_id = ?", building, e.ID)
		}
		if err := q.Updates(map[string]any{"lat_e6": at.LatE6, "lng_e6": at.LngE6}).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "estate.locate", audit.Subject{Kind: "estate", ID: e.ID, Estate: e.ID}, map[string]any{"building": building, "lat": at.LatE6, "lng": at.LngE6})
	})
	if err != nil {
		return fmt.Errorf("locate: %w", err)
	}
	return nil
}

// PositionOf is where a building stands, else its estate; nil where nobody has said.
func PositionOf(tx *store.Tx, estate, building int64) (*Position, error) {
	if building != 0 {
		var list []Building
		if err := tx.Where("id = ? AND estate_id = ?", building, estate).Limit(1).Find(&list).Error; err != nil {
			return nil, err
		}
		for _, b := range list {
			if b.LatE6 != nil && b.LngE6 != nil {
				return &Position{*b.LatE6, *b.LngE6}, nil
			}
		}
	}
	var list []Estate
	if err := tx.Where("id = ?", estate).Limit(1).Find(&list).Error; err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.LatE6 != nil && e.LngE6 != nil {
			return &Position{*e.LatE6, *e.LngE6}, nil
		}
	}
	return nil, nil
}

// Metres is the distance of two points on a sphere (haversine), good to a metre over a city.
func (p Position) Metres(to Position) int64 {
	const earth = 6_371_008.8
	rad := func(micro int64) float64 { return float64(micro) / 1e6 * math.Pi / 180 }
	dLat, dLng := rad(to.LatE6)-rad(p.LatE6), rad(to.LngE6)-rad(p.LngE6)
	h := math.Sin(dLat/2)*math.Sin(dLat/2) + math.Cos(rad(p.LatE6))*math.Cos(rad(to.LatE6))*math.Sin(dLng/2)*math.Sin(dLng/2)
	return int64(math.Round(2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))))
}
