package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// When a year's books are closed, its publication is drafted by itself: each figure is what fund.YearIn says, two people put it on the board,
// nobody leaves a figure out, and whoever touches the entries afterwards is found by the figure that no longer holds.
func TestTheFundsYearIsPublished(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	owner := e.town.actors["owner"]
	year := calendar.DateOf(e.db.Now()).Year - 1
	on := func(m time.Month) calendar.Date { return calendar.Date{Year: year, Month: m, Day: 9} }
	e.holds(owner.Estate)
	slip := func(no string, fen money.Fen) int64 {
		id, err := e.fund.RecordSlip(t.Context(), e.actor("bureau"), fund.NewSlip{EstateID: owner.Estate, Slip: no, PaidOn: on(3), Deposits: []fund.NewDeposit{{UnitID: owner.Unit, Kind: fund.LaterDeposit, Amount: fen}}})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	slip("S1", 100_00)
	if _, err := e.fund.ReverseSlip(t.Context(), e.actor("bureau_second"), slip("S2", 7_00), on(4), "记错了"); err != nil {
		t.Fatal(err)
	}
	unit := ledger.Key{Code: ledger.FundUnit, UnitID: owner.Unit}
	post := func(ref string, src ledger.Source, fen money.Fen) {
		err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := ledger.Post(tx, e.actor("bureau"), owner.Estate, ledger.Fund, ledger.Posting{Ref: ref, Effective: on(5), Source: src, Lines: []ledger.Line{{Key: unit, Amount: fen}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -fen}}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	post("p7", ledger.Source{Kind: "project", ID: 7, Text: "WX7 屋面防水"}, 30_00)
	post("p7b", ledger.Source{Kind: "project", ID: 7, Text: "WX7 屋面防水"}, -1_00) // the contractor gave back
	post("p8", ledger.Source{Kind: "project", ID: 8, Text: "WX8 维修3块钱的门"}, 5_00)
	unit.Code = ledger.FundReceivable
	post("p8b", ledger.Source{Kind: "project", ID: 8, Text: "WX8 维修3块钱的门"}, 9_00) // what the sub-account had not
	post("s3", ledger.Source{Kind: "fund_slip", ID: 9, Text: "银行回单 S3"}, -4_00)
	unit.Code = ledger.FundUnit
	post("p9", ledger.Source{Kind: "project", ID: 9, Text: "WX9 上一年的维修"}, -2_50) // reversed after a judgment
	post("i", ledger.Source{Kind: "fund_import", ID: 1, Text: "期初"}, 2_00)       // a unit that the bank has below zero
	if _, err := e.board.Generate(t.Context()); err != nil {
		t.Fatal(err)
	}
	drafts := fmt.Sprintf("/office/v1/estates/%d/notice-drafts", owner.Estate)
	round := func() {
		t.Helper()
		if _, err := e.fundYears(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	round()
	if got := e.must(200, "bureau", "GET", drafts, nil); strings.Contains(got.body, "维修资金收支公布") {
		t.Errorf("drafted over open books: %s", got.body)
	}
	if err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return ledger.Close(tx, e.actor("bureau"), owner.Estate, ledger.Fund, endOf(year))
	}); err != nil {
		t.Fatal(err)
	}
	round()
	if got := e.must(200, "bureau", "GET", drafts, nil); strings.Contains(got.body, "维修资金收支公布") {
		t.Errorf("drafted over books that nobody held against the bank: %s", got.body)
	}
	e.reconciled(owner.Estate, year)
	round()
	round()
	var list []disclosure.Prepared
	if err := e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Where("estate_id = ? AND entered_by = 0", owner.Estate).Find(&list).Error
	}); err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	path := fmt.Sprintf("/office/v1/notice-drafts/%d", list[0].ID)
	shown := e.must(200, "bureau", "GET", path, nil)
	y, err := e.fund.FindYear(t.Context(), e.actor("bureau"), "fund.read", owner.Estate, year)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]money.Fen{"业主分户账年初余额": y.Owners.Opening, "业主分户账接入的期初余额": y.Owners.Imported, "业主分户账交存": y.Owners.Deposits, "业主分户账增值收益": y.Owners.Income, "业主分户账使用": y.Owners.Use,
		"业主分户账年末结存": y.Owners.Balance, "列支1：WX7 屋面防水": 29_00, "列支2": 14_00, "列支3冲回：WX9 上一年的维修": 2_50, "列支2里由各户补足": 9_00, "年内补足的": y.MadeUp.Owners, "年末还要补足的": 5_00, "待分配收益": y.Waiting, "待查款项": y.Suspense, "专户银行余额": y.AtBank}
	figures, _ := shown.json["figures"].([]any)
	if len(figures) != len(want) || y.Owners.Use != 31_50 || y.Owners.Balance != 66_50 || y.Owners.Balance+y.Seller.Balance+y.Waiting+y.Suspense != y.AtBank+y.Owed.Owners+y.Owed.Seller+y.Advance+y.OwedBack {
		t.Errorf("%d figures, %+v", len(figures), y.Owners)
	}
	for _, f := range figures {
		f := f.(map[string]any) //nolint:errcheck // the test ends where it is none
		if fen, ok := want[f["label"].(string)]; !ok || f["yuan"] != fen.String() {
			t.Errorf("%v says %v, the year %s", f["label"], f["yuan"], fen)
		}
	}
	asked, _ := shown.json["asked"].([]any)
	edit := m{"title": "改个标题", "body": "请大家查看。", "figures": asked[:len(asked)-1], "revision": 1}
	if got := e.must(409, "bureau", "PUT", path, edit); !strings.Contains(got.body, "不能增减") {
		t.Errorf("%s", got.body)
	}
	edit["figures"] = asked
	e.must(200, "bureau", "PUT", path, edit)
	e.must(200, "bureau", "POST", path+"/submission", m{"revision": 2})
	e.must(403, "bureau", "POST", path+"/confirmation", m{"revision": 2})
	notice := e.must(201, "bureau_second", "POST", path+"/confirmation", m{"revision": 2}).int("id")
	if got := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/notices/%d", notice), nil); !strings.Contains(got.body, `"yuan":"31.50"`) || !strings.Contains(got.body, "第7号") {
		t.Errorf("%s", got.body)
	}
	round()
	var duty disclosure.Duty
	if err := e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Where("estate_id = ? AND code = 'fund-yearly' AND notice_id = ?", owner.Estate, notice).Take(&duty).Error
	}); err != nil || duty.DoneAt == nil {
		t.Errorf("%+v %v", duty, err)
	}
	open := 0
	if _, err := e.board.OpenFigures(t.Context(), owner.Estate, "", func(f *disclosure.OpenFigure) error {
		if f.Form == disclosure.FundState {
			open++
		}
		return nil
	}); err != nil || open != len(want) {
		t.Errorf("%d of the fund's figures are open to anybody: %v", open, err)
	}
	e.tampered(notice)
	drafted := func(want int) {
		t.Helper()
		round()
		if err := e.db.View(t.Context(), func(tx *store.Tx) error {
			return tx.Where("estate_id = ? AND entered_by = 0", owner.Estate).Find(&list).Error
		}); err != nil || len(list) != want {
			t.Fatalf("%d drafts, want %d: %v", len(list), want, err)
		}
	}
	drafted(1)
	if err := e.db.InTx(t.Context(), func(tx *store.Tx) error { return e.board.TakeDown(tx, notice, "数字有误") }); err != nil {
		t.Fatal(err)
	}
	drafted(2)
	drafted(2)
}

// tampered touches entries, then a figure, and looks for what verification says.
func (e *engine) tampered(notice int64) {
	e.t.Helper()
	says := func(word string) {
		e.t.Helper()
		_, err := e.board.Verify(e.t.Context())
		if (word == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), word) {
			e.t.Errorf("%v does not name %q", err, word)
		}
	}
	change := func(sql string, args ...any) {
		e.t.Helper()
		if err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error { return tx.Exec(sql, args...).Error }); err != nil {
			e.t.Fatal(err)
		}
	}
	says("")
	change("UPDATE ledger_entries SET amount = amount + 1 WHERE amount = 3000")
	says("业主分户账使用")
	change("UPDATE ledger_entries SET amount = amount - 1 WHERE amount = 3001")
	says("")
	change("UPDATE notice_figures SET source_id = 8 WHERE notice_id = ? AND source_id = 7", notice)
	says("is not what was published")
}

// reconciled holds a year's months against the bank.
func (e *engine) reconciled(estate int64, year int) {
	e.t.Helper()
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		for m := time.January; m <= time.December; m++ {
			slot := fmt.Sprintf("%d-%02d", year, m)
			if err := tx.Create(&fund.BankMonth{EstateID: estate, FirstDay: time.Date(year, m, 1, 0, 0, 0, 0, time.UTC), Slot: &slot, FileSHA256: "x", State: "closed", CreatedAt: tx.Now}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		e.t.Fatal(err)
	}
}
