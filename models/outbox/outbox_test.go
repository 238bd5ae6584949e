package outbox_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

func messages(t *testing.T, db *store.DB) []outbox.Message {
	t.Helper()
	var rows []outbox.Message
	if err := db.View(t.Context(), func(tx *store.Tx) error { return tx.Order("id").Find(&rows).Error }); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAMessageIsCommittedWithItsCause(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	woken, waiting := 0, 0
	db.OnWake(func() {
		woken++
		waiting = len(messages(t, db))
	})
	sent := event.CaseFiled{Case: event.Case{CaseID: 4, Number: "T20260302-0001", EstateID: 3, EstateName: "𠮷祥家园", JointIDs: []int64{1<<53 + 1}, At: db.Now()}}
	err := db.InTx(t.Context(), func(tx *store.Tx) error { return outbox.Append(tx, sent) })
	if err != nil {
		t.Fatal(err)
	}
	rows := messages(t, db)
	if len(rows) != 1 || woken != 1 || waiting != 1 {
		t.Fatalf("%d messages; the carrier was woken %d times and then saw %d", len(rows), woken, waiting)
	}
	m := rows[0]
	if m.State != outbox.Pending || m.EstateID != 3 || m.Kind != "complaint.filed" || m.Owner != "" || m.Attempts != 0 || m.DoneAt != nil || !m.DueAt.Equal(db.Now()) {
		t.Errorf("message %+v", m)
	}
	got, err := m.Event()
	if err != nil || !reflect.DeepEqual(got, &sent) {
		t.Errorf("read back %+v, %v", got, err)
	}
}

func TestARollbackTellsNobody(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	woken := 0
	db.OnWake(func() { woken++ })
	refused := errors.New("refused")
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		if err := outbox.Append(tx, event.CaseFiled{}); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if n := len(messages(t, db)); n != 0 || woken != 0 {
		t.Errorf("%d messages and %d wake-ups of something that did not happen", n, woken)
	}
}
