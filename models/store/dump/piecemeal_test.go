package dump

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// A server that bounds its transactions is loaded in pieces, and a failure after the first says what to do.
func TestALoadInPiecesSaysWhenItIsHalf(t *testing.T) {
	t.Parallel()
	from := modelstest.Open(t)
	err := from.InTx(t.Context(), func(tx *store.Tx) error {
		for _, name := range []string{"a", "b"} {
			if err := tx.Create(&store.Lease{Name: name, Until: tx.Now}).Error; err != nil {
				return err
			}
			if err := tx.Create(&store.Numbering{Series: name}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	wrote, err := Write(t.Context(), from, &archive)
	if err != nil {
		t.Fatal(err)
	}
	damaged := strings.Replace(archive.String(), `[0,"b"]`, `[7,"b"]`, 1)
	half := modelstest.Open(t)
	_, err = load(t.Context(), half, strings.NewReader(damaged), true)
	if !errors.Is(err, ErrHalf) || !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "drop it") {
		t.Errorf("a damaged archive in pieces: %v", err)
	}
	if _, err := load(t.Context(), half, bytes.NewReader(archive.Bytes()), true); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a second try on the half loaded database: %v", err)
	}
	whole := modelstest.Open(t)
	loaded, err := load(t.Context(), whole, bytes.NewReader(archive.Bytes()), true)
	if err != nil || loaded.SHA256 != wrote.SHA256 {
		t.Errorf("a sound archive in pieces: %+v, %v", loaded, err)
	}
}
