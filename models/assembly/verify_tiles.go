package assembly

import (
	"bytes"
	"encoding/base64"
	"fmt"

	"github.com/linli-city/linli/models/assembly/log"
)

// tile holds a tile against the one that the leaves give: from it, proofs are made and the log goes on. One that went on meanwhile begins
// with it.
func (w *walk) tile(want log.Tile) error {
	var rows []Tile
	if err := w.tx.Where("meeting_id = ? AND level = ? AND n = ?", w.m.ID, want.Level, want.N).Limit(1).Find(&rows).Error; err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("tile %d/%d of the log is gone", want.Level, want.N)
	}
	got, err := base64.StdEncoding.DecodeString(rows[0].Hashes)
	if err != nil || rows[0].Width*len(log.Hash{}) != len(got) || !bytes.HasPrefix(got, want.Data) {
		return fmt.Errorf("tile %d/%d of the log is not what the leaves give", want.Level, want.N)
	}
	if len(got) == len(want.Data) {
		return nil
	}
	grown, err := w.grown()
	if err == nil && !grown {
		err = fmt.Errorf("tile %d/%d of the log is not what the leaves give", want.Level, want.N)
	}
	return err
}

// grown reports whether the hashes have gone on since the walk began.
func (w *walk) grown() (bool, error) {
	var size int64
	err := w.tx.Model(&Log{}).Where("meeting_id = ?", w.m.ID).Select("size").Scan(&size).Error
	return size > w.size, err
}

// tiled ends the comparison: there is no other tile.
func (w *walk) tiled() error {
	want, err := w.tiling.End()
	if err != nil {
		return err
	}
	var n int64
	if err := w.tx.Model(&Tile{}).Where("meeting_id = ?", w.m.ID).Count(&n).Error; err != nil || n == want {
		return err
	}
	grown, err := w.grown()
	if err == nil && (n < want || !grown) {
		err = fmt.Errorf("the log has %d tiles, the leaves give %d", n, want)
	}
	return err
}
