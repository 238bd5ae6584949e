package audit_test

import (
	"context"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

func TestZZMillion(t *testing.T) {
	db := modelstest.Open(t)
	ctx := context.Background()
	start := time.Now()
	for k := 0; k < 100; k++ {
		err := db.InTx(ctx, func(tx *store.Tx) error {
			var es []audit.Entry
			for i := 0; i < 2000; i++ {
				es = append(es, audit.Entry{At: tx.Now, Verb: "x.y", SubjectKind: "unit", SubjectID: int64(i), Surface: "system", Salt: "00", Digest: audit.DigestForTest("00", "{\"a\":12345}"), Detail: "{\"a\":12345}"})
			}
			if err := tx.CreateInBatches(&es, 1000).Error; err != nil {
				return err
			}
			var ps []audit.Pending
			for _, e := range es {
				ps = append(ps, audit.Pending{EntryID: e.ID})
			}
			return tx.CreateInBatches(&ps, 1000).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Log("insert", time.Since(start))
	start = time.Now()
	for {
		n, err := audit.SealPending(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	t.Log("seal", time.Since(start))
	start = time.Now()
	r, err := audit.Verify(ctx, db, "")
	t.Log("verify", time.Since(start), r, err)
}
