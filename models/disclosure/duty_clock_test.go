package disclosure_test

import (
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/store"
)

// One duty that the clock cannot deal with keeps no other waiting: it is reported, and looked at again later.
func TestTheClockGoesOnPastAFailingDuty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.value("disclosure.event_days", "5")
	var ids []int64
	for _, source := range []string{"first", "second"} {
		w.tx(func(tx *store.Tx) error {
			id, err := w.Owe(tx, w.Estate.ID, "contract", source, calendar.DateOf(tx.Now))
			ids = append(ids, id)
			return err
		})
	}
	w.on("2026-03-20")
	broken := true
	w.tx(func(tx *store.Tx) error {
		return tx.Callback().Update().Before("gorm:update").Register("test:broken", func(g *gorm.DB) {
			if d, ok := g.Statement.Dest.(*disclosure.Duty); ok && d.ID == ids[0] && broken {
				_ = g.AddError(errors.New("a row that does not fit"))
			}
		})
	})
	n, err := w.Tick(t.Context())
	if n != 2 || err == nil || !strings.Contains(err.Error(), "a row that does not fit") {
		t.Errorf("%d, %v", n, err)
	}
	if late := w.told("duty.late"); len(late) != 1 || late[0].SubjectID != ids[1] {
		t.Errorf("%+v", late)
	}
	if n, err := w.Tick(t.Context()); n != 0 || err != nil {
		t.Errorf("it is tried without a pause: %d %v", n, err)
	}
	broken = false
	w.on("2026-03-21")
	if _, err := w.Tick(t.Context()); err != nil || len(w.told("duty.late")) != 2 {
		t.Errorf("%v %+v", err, w.told("duty.late"))
	}
}
