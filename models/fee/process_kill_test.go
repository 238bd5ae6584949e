package fee_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestWorkInAProcess is no test of its own: it is the process that TestKilledProcessesBillOnce kills.
func TestWorkInAProcess(t *testing.T) {
	dsn := os.Getenv("LINLI_TEST_WORK")
	if dsn == "" {
		t.Skip("it is started by the test below")
	}
	db, err := store.Open(t.Context(), store.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	s := fee.New(db, modelstest.Vault(t), &drawer{lists: map[int64]string{}})
	for more := true; more; {
		if more, err = s.Tick(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKilledProcessesBillOnce: processes that publish a run are killed, as kill -9 does, one after the other; in the end every unit has one
// bill, each is in the books once, and the books say of every unit what its bills say.
func TestKilledProcessesBillOnce(t *testing.T) {
	t.Parallel()
	dsn, clock, v := modelstest.DSN(t), modelstest.NewClock(), modelstest.Vault(t)
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Now: clock.Now, MaxOpen: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &world{Town: modelstest.NewTown(t, db, v), t: t, clock: clock, drawer: &drawer{lists: map[int64]string{}}}
	w.Service = fee.New(db, v, w.drawer)
	w.cashier, w.head, w.owner = w.Officer(w.Company, org.Clerk), w.Officer(w.Company, org.Head), w.Resident(0, org.RoleOwner)
	w.fill(18_000)
	in := w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-01-01", 1)
	p := w.preview(in)
	run, err := w.Publish(t.Context(), w.cashier, in, p.Run.Units, p.Run.Total)
	if err != nil {
		t.Fatal(err)
	}
	killed := 0
	for tries := 0; !w.settled(run); tries++ {
		if tries == 60 {
			t.Fatal("it never ends")
		}
		if w.killAfter(dsn, run, 2) {
			killed++
		}
	}
	if killed < 3 {
		t.Errorf("%d processes were killed on their way", killed)
	}
	w.count("fee_bills", 18_003)
	w.count("ledger_journals", int64(p.Run.Parts))
	w.sound()
}

func (w *world) parts(run int64) (done int64) {
	w.t.Helper()
	err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&fee.Part{}).Where("run_id = ? AND state = 'done'", run).Count(&done).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

func (w *world) settled(run int64) bool {
	w.t.Helper()
	v, err := w.FindRun(w.t.Context(), w.cashier, run)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.State == fee.Done
}

// killAfter starts a process that works, and kills it when it has billed some parts more; it reports whether the process was still at work.
func (w *world) killAfter(dsn string, run, parts int64) bool {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), os.Args[0], "-test.run=^TestWorkInAProcess$")
	cmd.Env = append(os.Environ(), "LINLI_TEST_WORK="+dsn)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	before := w.parts(run)
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				w.t.Fatalf("%v\n%s", err, out.String())
			}
			return false
		case <-time.After(time.Millisecond):
		}
		if w.parts(run) >= before+parts {
			_ = cmd.Process.Kill()
			<-ended
			return !w.settled(run)
		}
	}
}
