package store

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Numbering keeps the last number of a series on a day, or the last id that was given of a table.
type Numbering struct {
	Series string `gorm:"primaryKey"`
	Last   int64
}

// TableName names the table.
func (Numbering) TableName() string { return "numberings" }

// NextNumber gives the next number of a series for people to quote: the prefix, the day in Shanghai and a counter,
// "T20261123-0007". Numbers are without gaps unless a transaction rolls back, and never repeat.
func NextNumber(tx *Tx, prefix string) (string, error) {
	series := prefix + tx.Now.In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format("20060102")
	var n Numbering
	err := tx.ForUpdate().Where("series = ?", series).Take(&n).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Numbering{Series: series}).Error; err != nil {
			return "", err
		}
		err = tx.ForUpdate().Where("series = ?", series).Take(&n).Error
	}
	if err != nil {
		return "", err
	}
	if err := tx.Model(&Numbering{}).Where("series = ?", series).Update("last", n.Last+1).Error; err != nil {
		return "", err
	}
	return fmt.Sprintf("%s-%04d", series, n.Last+1), nil
}
