package fund_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// paid brings a proposal of the assembly's fund to its last payment.
func (w *street) paid(id int64) {
	w.t.Helper()
	ctx := w.t.Context()
	w.contracted(w.chair, id)
	w.finished(w.chair, id)
	w.must(w.PostFinal(ctx, w.chair, id))
	w.clock.Advance(8 * days)
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	v := w.view(id)
	w.must(w.DecidePayment(ctx, w.member, v.Payments[len(v.Payments)-1].ID, true, "流水", ""))
}

// slip records a deposit of one unit today.
func (w *street) slip(number string, unit int, fen money.Fen, seller bool) int64 {
	w.t.Helper()
	return w.must(w.RecordSlip(w.t.Context(), w.chair, fund.NewSlip{EstateID: w.Estate.ID, Slip: number, PaidOn: calendar.DateOf(w.DB.Now()), Deposits: []fund.NewDeposit{{UnitID: w.Units[unit].ID, Kind: fund.LaterDeposit, Amount: fen, Seller: seller}}}))
}

// TestAShortfallIsMadeUpFirst: what a sub-account could not pay is the unit's to make up; its next deposit makes that up before anything stands on
// the sub-account, a reversal of the slip opens it again, and the statement says so in a sentence without anybody's name.
func TestAShortfallIsMadeUpFirst(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.areas(100_000, 100_000, 100_000)
	w.deposit(1_000_00, 120_00, 1_000_00)
	w.paid(w.quoted(w.chair, w.proposal())) // 800 yuan over the units
	unit := w.Units[1].ID
	owed := w.stands(ledger.FundReceivable, unit)
	if owed <= 0 || w.stands(ledger.FundUnit, unit) != 0 {
		t.Fatalf("owed %s with %s left", owed, w.stands(ledger.FundUnit, unit))
	}
	part := w.slip("S1", 1, 30_00, false)
	if got := w.stands(ledger.FundReceivable, unit); got != owed-30_00 || w.stands(ledger.FundUnit, unit) != 0 {
		t.Errorf("after a part: %s owed, %s on the sub-account", got, w.stands(ledger.FundUnit, unit))
	}
	w.slip("S2", 1, 500_00, false)
	if got := w.stands(ledger.FundUnit, unit); w.stands(ledger.FundReceivable, unit) != 0 || got != -(530_00-owed) {
		t.Errorf("after the rest: %s owed, %s on the sub-account", w.stands(ledger.FundReceivable, unit), got)
	}
	v, err := w.FindMyStatement(ctx, w.neighbour, unit, ledger.StatementPage{}, 10)
	if err != nil || v.Owed.Owners != 0 || !strings.Contains(v.OwedSays, "已经补齐") || !strings.Contains(v.OwedSays, "“1幢屋面防水维修”分摊时分户账差"+owed.String()+"元") || !strings.Contains(v.OwedSays, "交存时补上30.00元") {
		t.Errorf("%v %s", err, v.OwedSays)
	}
	if _, err := w.ReverseSlip(ctx, w.member, part, calendar.DateOf(w.DB.Now()), "记错了户"); err != nil {
		t.Fatal(err)
	}
	v, err = w.FindMyStatement(ctx, w.neighbour, unit, ledger.StatementPage{}, 10)
	if err != nil || v.Owed.Owners != 30_00 || !strings.HasPrefix(v.OwedSays, "还要补交30.00元") || !strings.Contains(v.OwedSays, "冲销更正30.00元") {
		t.Errorf("%v %+v %s", err, v.Owed, v.OwedSays)
	}
	list, next, err := w.ListReceivables(ctx, w.company, w.Estate.ID, 0, 10)
	if err != nil || len(list) != 1 || next != 0 || list[0].UnitID != unit || list[0].Owners != 30_00 || list[0].Unit == "" {
		t.Errorf("%+v %v", list, err)
	}
	for name, who := range map[string]org.Actor{"an owner": w.owner, "the community": w.community, "the township": w.township} {
		_, _, err = w.ListReceivables(ctx, who, w.Estate.ID, 0, 10)
		w.refused(name, err, org.ErrForbidden)
	}
	_, _, err = w.ListReceivables(ctx, w.bureau, w.Estate.ID, 0, 10)
	w.refused("the bureau, of the assembly's account", err, fund.ErrUnitsHidden)
	for name, who := range map[string]org.Actor{"the bureau": w.bureau, "the community": w.community, "the township": w.township} {
		sheet, err := w.FindSheet(ctx, who, unit)
		if err != nil || !sheet.Hidden || sheet.OwedSays != "" || sheet.Owed != (fund.Standing{}) || sheet.Charges[0].Short != 0 || sheet.Charges[0].Charged != 0 {
			t.Errorf("%s sees %+v %v", name, sheet, err)
		}
		for _, h := range sheet.Handed {
			if h.Owed != 0 {
				t.Errorf("%s sees %+v", name, h)
			}
		}
	}
	sheet, err := w.FindSheet(ctx, w.chair, unit)
	if err != nil || sheet.Hidden || sheet.Owed.Owners != 30_00 || sheet.Charges[0].Short != owed {
		t.Errorf("%+v %v", sheet, err)
	}
}

// TestWhatIsOwedGoesWithTheUnit: a sale leaves the debt with the unit, and shows it to the buyer.
func TestWhatIsOwedGoesWithTheUnit(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00, 1_00, 1_000_00)
	w.paid(w.quoted(w.chair, w.proposal()))
	unit := w.Units[1].ID
	owed := w.stands(ledger.FundReceivable, unit)
	w.clock.Advance(days)
	if err := org.New(w.DB, w.Vault, nil, nil).RecordTransfer(ctx, w.Officer(w.Community, org.Clerk), org.Transfer{UnitID: unit, Cause: "sale", Source: "不动产权证1号", ClientRef: "r1", InputHash: "r1", Owners: []org.OwnerInput{{Name: "钱某"}}}); err != nil {
		t.Fatal(err)
	}
	v, err := w.FindMyStatement(ctx, w.Resident(1, org.RoleOwner), unit, ledger.StatementPage{}, 10)
	if err != nil || v.Owed.Owners != owed || v.Handed[0].Owed != owed || v.Handed[0].Cause != "sale" {
		t.Errorf("%v %+v %+v, %s owed", err, v.Owed, v.Handed, owed)
	}
}

// TestNoRefundOverADebt: what a unit has to make up is settled in the very journal that pays it out, and where its sub-account has less than that
// nothing goes back.
func TestNoRefundOverADebt(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00, 120_00, 1_000_00)
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&fund.SubAccount{EstateID: w.Estate.ID, BuildingID: w.Units[1].BuildingID, UnitID: w.Units[1].ID, CreatedAt: tx.Now}).Error
	})
	w.paid(w.quoted(w.chair, w.proposal()))
	unit := w.Units[1].ID
	owed := w.stands(ledger.FundReceivable, unit)
	ask := fund.NewRefund{EstateID: w.Estate.ID, Units: []int64{unit}, Reason: "危房拆除，不动产已注销", FileIDs: []int64{1}}
	id := w.must(w.AskRefund(ctx, w.chair, ask))
	_, err := w.DecideRefund(ctx, w.member, id, true, "")
	w.refused("a refund of who owes more than is there", err, fund.ErrStillOwed)
	w.deposit(0, owed+50_00) // interest, or the bank's list: it came past the debt
	w.must(w.DecideRefund(ctx, w.member, id, true, ""))
	v, err := w.FindRefund(ctx, w.chair, id)
	if err != nil || v.OwnersFen != 50_00 || v.List[0].OwnersFen != 50_00 || v.List[0].OwedFen != owed || w.stands(ledger.FundReceivable, unit) != 0 || w.stands(ledger.FundUnit, unit) != 0 {
		t.Errorf("%v %+v, owed %s", err, v, w.stands(ledger.FundReceivable, unit))
	}
	if v, err = w.FindRefund(ctx, w.township, id); err != nil || v.List[0].OwnersFen != 50_00 || v.List[0].OwedFen != 0 {
		t.Errorf("the township reads what was owed: %+v, %v", v, err)
	}
}

// TestTheSellersShortfallIsItsOwn: what a public-housing seller's deposit could not pay is the seller's to make up, not the owners' beside it; and
// the figures of the year carry both sums, so that each use and each deposit is found again.
func TestTheSellersShortfallIsItsOwn(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.areas(100_000, 100_000, 100_000)
	w.deposit(0, 1_000_00, 1_000_00)
	unit := w.Units[0].ID
	w.must(w.RecordSlip(ctx, w.chair, fund.NewSlip{EstateID: w.Estate.ID, Slip: "S1", PaidOn: calendar.DateOf(w.DB.Now()), Deposits: []fund.NewDeposit{
		{UnitID: unit, Kind: fund.LaterDeposit, Amount: 30_00}, {UnitID: unit, Kind: fund.LaterDeposit, Amount: 10_00, Seller: true, SellerName: "都匀市某某厂"}}}))
	w.paid(w.quoted(w.chair, w.proposal()))
	owners, seller := w.stands(ledger.FundReceivable, unit), w.stands(ledger.FundSellerReceivable, unit)
	if owners <= 0 || seller <= 0 || owners+seller != 26667-40_00 && owners+seller != 26666-40_00 || w.stands(ledger.FundSeller, unit) != 0 {
		t.Fatalf("the owners owe %s, the seller %s", owners, seller)
	}
	w.slip("S2", 0, seller+5_00, true)
	if w.stands(ledger.FundReceivable, unit) != owners || w.stands(ledger.FundSellerReceivable, unit) != 0 || w.stands(ledger.FundSeller, unit) != -5_00 {
		t.Errorf("the owners owe %s, the seller %s", w.stands(ledger.FundReceivable, unit), w.stands(ledger.FundSellerReceivable, unit))
	}
	year := calendar.DateOf(w.DB.Now()).Year
	w.clock.Advance(400 * days)
	w.tx(func(tx *store.Tx) error {
		if err := reconciled(tx, w.Estate.ID, year, 1, 12); err != nil {
			return err
		}
		return ledger.Close(tx, w.chair, w.Estate.ID, ledger.Fund, calendar.Date{Year: year, Month: 12, Day: 31})
	})
	y, err := w.FindYear(ctx, w.chair, org.ReadFund, w.Estate.ID, year)
	if err != nil || y.Owed.Owners != owners || y.Owed.Seller != 0 || y.MadeUp.Seller != seller || y.MadeUp.Owners != 0 {
		t.Fatalf("%v %+v", err, y)
	}
	if u := y.Uses[0]; len(y.Uses) != 1 || u.Owners+u.Seller+u.Owed.Owners+u.Owed.Seller != 800_00 || u.Owed.Seller != seller {
		t.Errorf("%+v", y.Uses)
	}
	if in := y.Owners.Deposits + y.Seller.Deposits; in != 2_000_00+40_00+seller+5_00 || y.AtBank != in-800_00 || y.Owners.Balance+y.Seller.Balance-y.Owed.Owners != y.AtBank {
		t.Errorf("%s came in, %+v", in, y)
	}
}

// TestAnOldSlipMakesUpFromToday: a slip that is entered long after its day stands on the sub-account since that day, and pays no debt before there
// was one; its reversal undoes both, across New Year.
func TestAnOldSlipMakesUpFromToday(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.areas(100_000, 100_000, 100_000)
	w.deposit(1_000_00, 0, 1_000_00)
	w.clock.Advance(time.Date(2026, 12, 20, 4, 0, 0, 0, time.UTC).Sub(w.DB.Now()))
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.finished(w.chair, id)
	w.must(w.PostFinal(ctx, w.chair, id))
	w.clock.Advance(time.Date(2027, 1, 5, 4, 0, 0, 0, time.UTC).Sub(w.DB.Now()))
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	w.must(w.DecidePayment(ctx, w.member, w.view(id).Payments[0].ID, true, "流水", ""))
	unit := w.Units[1].ID
	owed := w.stands(ledger.FundReceivable, unit)
	came, debt, entered := calendar.Date{Year: 2026, Month: 12, Day: 30}, calendar.Date{Year: 2027, Month: 1, Day: 5}, calendar.Date{Year: 2027, Month: 1, Day: 10}
	w.clock.Advance(time.Date(2027, 1, 10, 4, 0, 0, 0, time.UTC).Sub(w.DB.Now()))
	slip := w.must(w.RecordSlip(ctx, w.chair, fund.NewSlip{EstateID: w.Estate.ID, Slip: "S1", PaidOn: came, Deposits: []fund.NewDeposit{{UnitID: unit, Kind: fund.LaterDeposit, Amount: owed + 10_00}}}))
	at := func(code ledger.Code, on calendar.Date) (fen money.Fen) {
		w.tx(func(tx *store.Tx) error {
			all, err := ledger.Balances(tx, w.Estate.ID, ledger.Fund, []ledger.Code{code}, []int64{unit}, on)
			fen = all[ledger.Key{Code: code, UnitID: unit}]
			return err
		})
		return fen
	}
	is := func(when string, on calendar.Date, stands, owes money.Fen) {
		t.Helper()
		if s, o := -at(ledger.FundUnit, on), at(ledger.FundReceivable, on); s != stands || o != owes {
			t.Errorf("%s, %s: %s stands and %s is owed, want %s and %s", when, on, s, o, stands, owes)
		}
	}
	is("entered", came.Add(-1), 0, 0)
	is("entered", came, owed+10_00, 0)
	is("entered", debt, owed+10_00, owed)
	is("entered", entered.Add(-1), owed+10_00, owed)
	is("entered", entered, 10_00, 0)
	w.clock.Advance(time.Date(2027, 1, 12, 4, 0, 0, 0, time.UTC).Sub(w.DB.Now()))
	w.must(w.ReverseSlip(ctx, w.member, slip, came, "记错了户"))
	for _, on := range []calendar.Date{came, entered.Add(-1), entered, entered.Add(2)} {
		want := owed
		if on == came {
			want = 0
		}
		is("reversed", on, 0, want)
	}
}

// TestWhatWasMadeUpIsASumToOthers: what made up a debt says that there was one. An office that may not see debts reads the sum and the balance
// after it, on the statement, the sheet and in the vouchers; what it was for, and whose, stays with the unit and those who collect.
func TestWhatWasMadeUpIsASumToOthers(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.areas(100_000, 100_000, 100_000)
	w.deposit(1_000_00, 120_00, 1_000_00)
	w.paid(w.quoted(w.chair, w.proposal()))
	unit := w.Units[1].ID
	slip := w.slip("S1", 1, 30_00, false)
	w.slip("S2", 1, 20_00, false)
	if _, err := w.ReverseSlip(ctx, w.member, slip, calendar.DateOf(w.DB.Now()), "记错了户"); err != nil {
		t.Fatal(err)
	}
	books, period := ledger.New(w.DB).Veiled(fund.DebtVeil), ledger.Range{From: calendar.Date{Year: 2000, Month: 1, Day: 1}, To: calendar.DateOf(w.DB.Now()).Add(30)}
	own, err := w.FindUnitStatement(ctx, w.chair, unit, false, ledger.StatementPage{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	says := func(l ledger.StatementLine) bool {
		return l.SourceKind == "fund_makeup" || strings.Contains(l.Memo, "补上")
	}
	n := 0
	for _, l := range own.Lines {
		if says(l) {
			n++
		}
	}
	if n != 3 {
		t.Fatalf("the committee reads %d lines of what was made up: %+v", n, own.Lines)
	}
	for name, who := range map[string]org.Actor{"the bureau": w.bureau, "the community": w.community, "the township": w.township} {
		v, err := w.FindUnitStatement(ctx, who, unit, false, ledger.StatementPage{}, 50)
		if err != nil || len(v.Lines) != len(own.Lines) {
			t.Fatalf("%s: %+v, %v", name, v, err)
		}
		sheet, err := w.FindSheet(ctx, who, unit)
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range v.Lines {
			if l.Amount != own.Lines[i].Amount || l.Balance != own.Lines[i].Balance || l.ID != own.Lines[i].ID {
				t.Errorf("%s reads another sum: %+v is not %+v", name, l, own.Lines[i])
			}
			for _, x := range []ledger.StatementLine{l, sheet.Lines[i]} {
				if says(own.Lines[i]) == (x.SourceKind+x.Memo+x.SourceText != "") {
					t.Errorf("%s reads %+v", name, x)
				}
			}
		}
		list, _, err := books.Page(ctx, who, w.Estate.ID, ledger.Fund, period, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		debts := 0
		for _, j := range list {
			var sum money.Fen
			for _, l := range j.Lines {
				sum += l.Amount
				if l.Code == ledger.FundReceivable {
					debts++
					for _, x := range j.Lines {
						if x.UnitID != 0 || x.Memo != "" && j.SourceKind != "project" {
							t.Errorf("%s reads whose debt it is in voucher %d: %+v", name, j.No, x)
						}
					}
					if (j.Memo+j.SourceText+j.Ref == "") != (j.SourceKind == "fund_makeup") {
						t.Errorf("%s reads voucher %d: %+v", name, j.No, j.Journal)
					}
				}
			}
			if sum != 0 {
				t.Errorf("voucher %d does not balance", j.No)
			}
		}
		if debts != 4 {
			t.Errorf("%s reads %d sums of what is owed", name, debts)
		}
		text, err := books.Beancount(ctx, who, w.Estate.ID, ledger.Fund, period)
		if err != nil || strings.Contains(string(text), ":Unit:Unit") || strings.Contains(string(text), "Receivable:Unit") || strings.Contains(string(text), "补上") || strings.Contains(string(text), "made-up") ||
			!strings.Contains(string(text), "Fund:Receivable  "+w.stands(ledger.FundReceivable, unit).String()+" CNY") {
			t.Errorf("%s reads %s, %v", name, text, err)
		}
	}
	list, doors, err := books.Page(ctx, w.chair, w.Estate.ID, ledger.Fund, period, 0, 100)
	if last := list[len(list)-1]; err != nil || last.Memo != "记错了户" || last.Lines[0].UnitID != unit || doors[unit] == "" {
		t.Errorf("the committee reads %+v, %v", last, err)
	}
	if text, err := books.Beancount(ctx, w.chair, w.Estate.ID, ledger.Fund, period); err != nil || !strings.Contains(string(text), "Receivable:Unit") {
		t.Errorf("the committee reads %s, %v", text, err)
	}
}
