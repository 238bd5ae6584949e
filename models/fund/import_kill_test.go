package fund_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
	if _, err := fund.New(db, fund.Options{Pack: "duyun-2020", Files: &tray{}}).ApplyImport(context.Background(), in.Actor, in.Import); err != nil {
		t.Fatal(err)
	}
}

// TestKilledWhileApplying kills the process that applies a list, as kill -9 does, again and again; in the end each sub-account is there once.
func TestKilledWhileApplying(t *testing.T) {
	if modelstest.OnServer() {
		t.Skip("the database of a server outlives the process; the file's is the harder case")
	}
	path := "sqlite:" + filepath.Join(t.TempDir(), "killed.db")
	db, err := store.Open(t.Context(), store.Options{DSN: path})
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
	_, err = w.SetAccount(t.Context(), w.clerk, fund.AccountSetting{EstateID: w.Estate.ID, Holder: fund.HeldByBureau, Bank: "都匀农商银行", Number: "6210000000001234", Reason: "按165号令代管"})
	w.ok(err)
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
	in, err := json.Marshal(applying{DSN: path, Actor: w.second, Import: v.ID})
	w.ok(err)
	broken := 0
	for kills := 0; v.State != "applied" && kills < 50; kills++ {
		w.kill(string(in), v)
		v, err = w.FindImport(t.Context(), w.clerk, v.ID)
		w.ok(err)
		if v.State == "applying" && v.Done > 0 {
			broken++
		}
		if kills == 3 { // whoever comes last is left alone
			v, err = w.ApplyImport(t.Context(), w.second, v.ID)
			w.ok(err)
		}
	}
	if broken == 0 {
		t.Error("no process was killed on its way")
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
