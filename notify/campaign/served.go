package campaign

import (
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
)

// Served gives how each owner set stands with the campaigns about a meeting of owners: "proven", where a way that proves service
// reached it, or "attempted". Only campaigns that began in the time count, and what was confirmed in it: what reaches somebody after a
// vote has closed told them nothing that they could have voted on. With words, only campaigns whose text holds them count: the rest said something else.
func (s *Service) Served(tx *store.Tx, meeting int64, words string, from, until time.Time) (map[int64]string, error) {
	rows, err := tx.Table("reaches r").Select("r.owner_set_id, MAX(CASE WHEN r.confirmed_at >= ? AND r.confirmed_at < ? AND r.confirmed_how IN ? THEN 1 ELSE 0 END)", from, until, proofs).
		Joins("JOIN campaigns c ON c.id = r.campaign_id").
		Where("c.subject_kind = ? AND c.subject_id = ? AND c.state IN ? AND c.started_at >= ? AND c.started_at < ? AND r.owner_set_id <> 0 AND (? = '' OR INSTR(c.body, ?) > 0)", event.AssemblySubject, meeting, out, from, until, words, words).Group("r.owner_set_id").Rows()
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
