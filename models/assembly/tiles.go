package assembly

import (
	"encoding/base64"
	"fmt"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/store"
)

// tiles keeps the tiles of one meeting's log in the database.
type tiles struct {
	tx      *store.Tx
	meeting int64
}

// LoadTiles reads tiles.
func (t tiles) LoadTiles(want []log.Tile) error {
	for i := range want {
		var row Tile
		if err := t.tx.Where("meeting_id = ? AND level = ? AND n = ?", t.meeting, want[i].Level, want[i].N).Take(&row).Error; err != nil {
			return fmt.Errorf("tile %d/%d: %w", want[i].Level, want[i].N, err)
		}
		raw, err := base64.StdEncoding.DecodeString(row.Hashes)
		if err != nil {
			return err
		}
		want[i].Data = raw
	}
	return nil
}

// SaveTiles writes tiles; a fuller one takes the place of the one that it begins with.
func (t tiles) SaveTiles(list []log.Tile) error {
	for _, x := range list {
		row := Tile{MeetingID: t.meeting, Level: x.Level, N: x.N, Width: len(x.Data) / 32, Hashes: base64.StdEncoding.EncodeToString(x.Data)}
		err := t.tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "meeting_id"}, {Name: "level"}, {Name: "n"}}, DoUpdates: clause.AssignmentColumns([]string{"width", "hashes"})}).Create(&row).Error
		if err != nil {
			return err
		}
	}
	return nil
}
