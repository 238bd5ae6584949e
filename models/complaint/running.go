package complaint

import (
	"slices"

	"github.com/linli-city/linli/models/store"
)

// Running says which of some cases are not over; one that was merged is as long as the case that it was merged into.
func Running(tx *store.Tx, ids []int64) (map[int64]bool, error) {
	running, into := map[int64]bool{}, map[int64][]int64{}
	for _, id := range ids {
		into[id] = []int64{id}
	}
	for hops := 0; len(into) > 0 && hops < 8; hops++ { // a merge of merges; merging never goes round
		at := make([]int64, 0, len(into))
		for id := range into {
			at = append(at, id)
		}
		next := map[int64][]int64{}
		for chunk := range slices.Chunk(at, 900) {
			var rows []Case
			if err := tx.Select("id", "state", "merged_id").Where("id IN ?", chunk).Find(&rows).Error; err != nil {
				return nil, err
			}
			for _, c := range rows {
				for _, asked := range into[c.ID] {
					running[asked] = !c.State.over()
				}
				if c.State == Merged && c.MergedID != 0 {
					next[c.MergedID] = append(next[c.MergedID], into[c.ID]...)
				}
			}
		}
		into = next
	}
	return running, nil
}
