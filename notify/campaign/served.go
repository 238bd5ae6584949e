package campaign

import (
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
)

// Served gives how each owner set stands with the campaigns about a meeting of owners: "proven", where a way that proves service
// reached it, or "attempted".
func (s *Service) Served(tx *store.Tx, meeting int64) (map[int64]string, error) {
	rows, err := tx.Table("reaches r").Select("r.owner_set_id, MAX(CASE WHEN r.confirmed_at IS NOT NULL AND r.confirmed_how IN ? THEN 1 ELSE 0 END)", proofs).
		Joins("JOIN campaigns c ON c.id = r.campaign_id").
		Where("c.subject_kind = ? AND c.subject_id = ? AND c.state IN ? AND r.owner_set_id <> 0", event.AssemblySubject, meeting, out).Group("r.owner_set_id").Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	served := map[int64]string{}
	for rows.Next() {
		var set int64
		var proven bool
		if err := rows.Scan(&set, &proven); err != nil {
			return nil, err
		}
		served[set] = "attempted"
		if proven {
			served[set] = "proven"
		}
	}
	return served, rows.Err()
}
