package fee

import (
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/store"
)

// OpenPrices gives what some estates charge for a square metre of a home and month on a day, as the price list at the entrance has it
// (Price Law art. 13). An estate whose homes pay by several such rules, or by one that is not for every building, has no one price and is
// left out.
func OpenPrices(tx *store.Tx, estates []int64, on time.Time) (map[int64]Price, error) {
	prices, several := map[int64]Price{}, map[int64]bool{}
	for part := range slices.Chunk(estates, 900) {
		var rows []Version
		err := tx.Model(&Version{}).Joins("JOIN fee_rules r ON r.id = fee_rule_versions.rule_id AND r.kind = ?", PerArea).
			Joins("JOIN estates e ON e.id = fee_rule_versions.estate_id AND e.company_id IN (0, fee_rule_versions.company_id)"). // not an earlier company's
			Where("fee_rule_versions.estate_id IN ? AND starts_on <= ? AND (ends_on IS NULL OR ends_on >= ?)", part, on, on).Select("fee_rule_versions.*").Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, v := range rows {
			if !slices.Contains(strings.Split(v.UseKinds, ","), "residential") {
				continue
			}
			if _, had := prices[v.EstateID]; had || v.Buildings != "" {
				several[v.EstateID] = true
			}
			prices[v.EstateID] = v.Price
		}
	}
	for id := range several {
		delete(prices, id)
	}
	return prices, nil
}
