package consent

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// Level is how well a template is supplied: accounts that ever answered, the consents they have left, and how many are closed.
type Level struct {
	Accounts, Stock, Closed int64
}

// Stock gives the level of each template, for metrics. It reads the whole table: ask once a minute, not once a request.
func (s *Service) Stock(tx *store.Tx) (map[string]Level, error) {
	var rows []struct {
		Template string
		Level
	}
	err := tx.Model(&Subscription{}).
		Select("template, COUNT(*) AS accounts, SUM(stock) AS stock, SUM(CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END) AS closed").
		Group("template").Scan(&rows).Error
	levels := make(map[string]Level, len(rows))
	for _, r := range rows {
		levels[r.Template] = r.Level
	}
	return levels, err
}

// Erase deletes what is kept about a person's consents.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	if err := tx.Where("open_id IN (?)", accountsOf(tx, person)).Delete(&Entry{}).Error; err != nil {
		return err
	}
	return tx.Where("person_id = ?", person).Delete(&Subscription{}).Error
}

// accountsOf selects the accounts of a person that the ledger knows.
func accountsOf(tx *store.Tx, person int64) *gorm.DB {
	return tx.Model(&Subscription{}).Select("open_id").Where("person_id = ?", person)
}
