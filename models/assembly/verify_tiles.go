package assembly

import (
	"bytes"
	"encoding/base64"
	"fmt"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/store"
)

// verifyTile holds a tile against the one that the leaves give: from it, proofs are made and the log goes on.
func verifyTile(tx *store.Tx, meeting int64, want log.Tile) error {
	var rows []Tile
	if err := tx.Where("meeting_id = ? AND level = ? AND n = ?", meeting, want.Level, want.N).Limit(1).Find(&rows).Error; err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("tile %d/%d of the log is gone", want.Level, want.N)
	}
	got, err := base64.StdEncoding.DecodeString(rows[0].Hashes)
	if err != nil || rows[0].Width*len(log.Hash{}) != len(want.Data) || !bytes.Equal(got, want.Data) {
		return fmt.Errorf("tile %d/%d of the log is not what the leaves give", want.Level, want.N)
	}
	return nil
}

// tiled ends the comparison: there is no other tile.
func (w *walk) tiled() error {
	want, err := w.tiling.End()
	if err != nil {
		return err
	}
	var n int64
	if err := w.tx.Model(&Tile{}).Where("meeting_id = ?", w.m.ID).Count(&n).Error; err == nil && n != want {
		err = fmt.Errorf("the log has %d tiles, the leaves give %d", n, want)
		return err
	} else if err != nil {
		return err
	}
	return nil
}
