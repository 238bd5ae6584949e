package fund_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// applying is what a process of its own is given to apply.
type applying struct {
	DSN    string
	Actor  org.Actor
	Import int64
	Chore  bool // goes on with what another process left
}

// TestApplyInAProcess is no test of its own: it is the process that TestKilledWhileApplying kills.
func TestApplyInAProcess(t *testing.T) {
	raw := os.Getenv("LINLI_TEST_APPLY")
	if raw == "" {
		t.Skip("it is started by the test below")
	}
	var in applying
	if err := json.Unmarshal([]byte(raw), &in); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{DSN: in.DSN})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Println("applying")
	s := fund.New(db, fund.Options{Pack: "duyun-2020", Files: &tray{}})
	for more := in.Chore; more; {
		if more, err = s.Tick(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if in.Chore {
		return
	}
	if _, err := s.ApplyImport(context.Background(), in.Actor, in.Import); err != nil {
		t.Fatal(err)
	}
}

// TestKilledWhileApplying kills the process that applies a list, as kill -9 does, and those that go on with it by themselves, again and again;
// in the end each sub-account is there once, and nobody has been asked to apply it a second time.
func TestKilledWhileApplying(t *testing.T) {
	dsn := modelstest.DSN(t)
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, MaxOpen: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &keeping{Town: modelstest.NewTown(t, db, modelstest.Vault(t)), t: t, tray: &tray{sheets: map[int64][]byte{}}}
	w.Service = fund.New(db, fund.Options{Pack: "duyun-2020", Files: w.tray})
	bureau := w.Code("housing-bureau")
	w.clerk, w.second = w.Officer(bureau, org.Clerk), w.Officer(bureau, org.Clerk)
	w.registers()
	const units = 9000
	var list strings.Builder
	list.WriteString(heading)
	w.ok(db.InTx(t.Context(), func(tx *store.Tx) error {
		rows := make([]org.Unit, units)
		for i := range rows {
			rows[i] = org.Unit{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Number: fmt.Sprint(10_000 + i), AreaMilli: 90_000, AreaSource: org.FromRegister, UseKind: "residential", Sold: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
			fmt.Fprintf(&list, "1幢,%d,90,1.01\n", 10_000+i)
		}
		return tx.CreateInBatches(&rows, 500).Error
	}))
	v := w.checks(list.String(), "9090.00")
	broken := 0
	for kills := 0; v.State != "applied" && kills < 50; kills++ {
		in, err := json.Marshal(applying{DSN: dsn, Actor: w.second, Import: v.ID, Chore: kills > 0})
		w.ok(err)
		w.kill(string(in), v)
		v, err = w.FindImport(t.Context(), w.clerk, v.ID)
		w.ok(err)
		if v.State == "applying" && v.Done > 0 {
			broken++
		}
		if kills == 3 { // whoever comes last is left alone
			w.goesOn()
			v, err = w.FindImport(t.Context(), w.clerk, v.ID)
			w.ok(err)
		}
	}
	if broken < 3 {
		t.Errorf("%d processes were killed on their way", broken)
	}
	var accounts, journals int64
	w.ok(db.View(t.Context(), func(tx *store.Tx) error {
		if err := tx.Model(&fund.SubAccount{}).Count(&accounts).Error; err != nil {
			return err
		}
		return tx.Model(&ledger.Journal{}).Count(&journals).Error
	}))
	if at := w.stands(ledger.FundBank, 0); accounts != units || journals != 20 || at != units*101 {
		t.Errorf("%d sub-accounts, %d journals, %s at the bank", accounts, journals, at)
	}
}

// goesOn does what the chore does until nothing waits.
func (w *keeping) goesOn() {
	w.t.Helper()
	for more := true; more; {
		var err error
		more, err = w.Tick(w.t.Context())
		w.ok(err)
	}
}

// kill starts a process that applies, and kills it when it has got some parts further.
func (w *keeping) kill(in string, v *fund.ImportView) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), os.Args[0], "-test.run=^TestApplyInAProcess$")
	cmd.Env = append(os.Environ(), "LINLI_TEST_APPLY="+in)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Writer(&out), &out
	w.ok(cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	for {
		select {
		case <-ended:
			return
		case <-time.After(time.Millisecond):
		}
		now, err := w.FindImport(w.t.Context(), w.clerk, v.ID)
		w.ok(err)
		if now.Done >= v.Done+3 {
			_ = cmd.Process.Kill()
			<-ended
			return
		}
	}
}

// TestTwentyGoOnWithOneImport: a part is booked once, whoever goes on with it.
func TestTwentyGoOnWithOneImport(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	var list strings.Builder
	list.WriteString(heading)
	for i := range 2000 {
		fmt.Fprintf(&list, "9幢,%d,90,1\n", i)
	}
	v := w.checks(list.String(), "2000")
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error { // it broke off before its first part
		return tx.Model(&fund.Import{}).Where("id = ?", v.ID).Updates(map[string]any{"state": "applying", "applied_by": w.second.PersonID}).Error
	}))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if i%4 == 0 {
				_, _ = w.ApplyImport(t.Context(), w.second, v.ID)
				return
			}
			_, _ = w.Tick(t.Context())
		})
	}
	wg.Wait()
	w.goesOn()
	v, err := w.FindImport(t.Context(), w.clerk, v.ID)
	w.ok(err)
	if got := w.stands(ledger.FundSuspense, 0); v.State != "applied" || got != -200_000 {
		t.Errorf("%s, %s", v.State, got)
	}
}
