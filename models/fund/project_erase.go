package fund

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// EraseProjects takes an owner out of projects: what they objected and said of the works loses its words and whose it was. That somebody objected,
// was answered and found the works right stays, because payments hang on it; what somebody did at a post stays with the post.
func (s *Service) EraseProjects(tx *store.Tx, person int64) error {
	const gone = "（已删除）"
	if err := tx.Model(&ProjectObjection{}).Where("person_id = ?", person).Updates(map[string]any{"person_id": 0, "unit_id": 0, "text": gone}).Error; err != nil {
		return err
	}
	if err := tx.Model(&Acceptance{}).Where("person_id = ? AND side = 'owner'", person).Updates(map[string]any{"person_id": gorm.Expr("-id"), "unit_id": 0, "text": gone}).Error; err != nil {
		return err
	}
	if err := tx.Model(&ProjectNote{}).Where("person_id = ? AND post_id = 0", person).Updates(map[string]any{"person_id": 0, "text": gone}).Error; err != nil {
		return err
	}
	return tx.Model(&Project{}).Where("person_id = ? AND proposer = ?", person, ByOwners).Updates(map[string]any{"person_id": 0, "unit_id": 0}).Error
}
