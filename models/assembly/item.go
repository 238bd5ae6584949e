package assembly

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// Items are what the committee of an estate has sent to the assembly.
type Items interface {
	// Take gives one to a motion; it stays locked. Faults: it is not the estate's, or was not sent.
	Take(tx *store.Tx, estate, item int64) error
}

var errNoItem = fault.ErrInvalid.Saying("没有业委会提交的议题")

// ErrItemTaken says that another motion has an item already.
var ErrItemTaken = fault.New(fault.Conflict, "motion.item_taken", "这项业委会提交的议题已经写进另一个议题，不用再写一次")

// Took is a motion that takes up an item of the committee.
type Took struct {
	ID        int64
	ItemID    int64
	MeetingID int64
	Number    string
	Position  int
	State     State
}

// taking finds the motions of meetings that stand: neither cancelled nor taken away by a court.
func taking(tx *store.Tx, items []int64) *gorm.DB {
	return tx.Table("motions m").Select("m.id, m.item_id, m.meeting_id, g.number, m.position, g.state").Joins("JOIN meetings g ON g.id = m.meeting_id").
		Where("m.item_id IN ? AND m.item_id <> 0 AND g.state <> ? AND g.revoked_at IS NULL", items, Cancelled).Order("m.id")
}

// TakenUp gives the motions that take up some items of committees.
func TakenUp(tx *store.Tx, items []int64) ([]Took, error) {
	var rows []Took
	return rows, taking(tx, items).Limit(len(items)).Scan(&rows).Error
}

// takeItems lets the motions of a meeting take up the items that they name, each by one motion.
func (s *Service) takeItems(tx *store.Tx, m *Meeting) error {
	var rows []Motion
	if err := tx.Where("meeting_id = ? AND item_id <> 0", m.ID).Order("position").Find(&rows).Error; err != nil {
		return err
	}
	for _, row := range rows {
		if err := s.takeItem(tx, m, &row); err != nil {
			f := fault.Of(err)
			return f.With(fault.Field{Path: fmt.Sprintf("motions[%d].committee_item_id", row.Position-1), Reason: f.Message})
		}
	}
	return nil
}

func (s *Service) takeItem(tx *store.Tx, m *Meeting, row *Motion) error {
	if s.o.Items == nil {
		return errNoItem
	}
	if err := s.o.Items.Take(tx, m.EstateID, row.ItemID); err != nil {
		return err
	}
	var others []Took
	if err := taking(tx, []int64{row.ItemID}).Where("m.id <> ?", row.ID).Limit(1).Scan(&others).Error; err != nil || len(others) == 0 {
		return err
	}
	return ErrItemTaken.Saying(fmt.Sprintf("这项业委会提交的议题已经写进会议%s的第%d个议题，不用再写一次", others[0].Number, others[0].Position))
}
