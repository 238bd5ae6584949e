package income_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// papers stands for the file store.
type papers struct{}

func (papers) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }
func (papers) IDsIn(*store.Tx, string, []int64) (map[int64][]int64, error)              { return nil, nil }

type world struct {
	*modelstest.Town
	*income.Service
	t                            *testing.T
	keeper, second, owner, chair org.Actor
	n                            int
	own                          []rulepack.Local
}

// newWorld stands at 2 March 2026.
func newWorld(t *testing.T, rules ...string) *world {
	t.Helper()
	w := &world{Town: modelstest.NewTown(t, modelstest.Open(t), modelstest.Vault(t)), t: t}
	w.Service = income.New(w.DB, papers{}, modelstest.Pack(t).Code, func(_ *store.Tx, estate int64) ([]rulepack.Local, error) {
		if estate != w.Estate.ID {
			t.Error("the rules of another estate are asked for")
		}
		return w.own, nil
	})
	modelstest.Holds(t, w.DB, map[string]func(*store.Tx) *gorm.DB{"money": income.Miscounted, "lines": income.Unbooked})
	w.keeper, w.second, w.chair, w.owner = w.Officer(w.Company, org.Clerk), w.Officer(w.Company, org.Clerk), w.Officer(w.Committee, org.Chair), w.Resident(0, org.RoleOwner)
	for _, r := range rules {
		key, value, _ := strings.Cut(r, "=")
		w.own = append(w.own, rulepack.Local{Key: key, Value: value, Article: "议事规则第9条", From: on(1, 1)})
	}
	return w
}

func (w *world) tx(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func on(month time.Month, day int) calendar.Date {
	return calendar.Date{Year: 2026, Month: month, Day: day}
}

func (w *world) ref() string { w.n++; return fmt.Sprintf("r%d", w.n) }

func (w *world) contract(basis string) int64 {
	w.t.Helper()
	ref := w.ref()
	id, err := w.RecordContract(w.t.Context(), w.keeper, income.NewContract{EstateID: w.Estate.ID, Kind: "advertising", Title: "电梯广告", Party: "某广告公司", Basis: basis, StartsOn: on(1, 1), EndsOn: on(12, 31), Amount: 100_000, PeriodMonths: 1, ClientRef: ref, InputKey: ref})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) line(sort income.Sort, contract int64, fen money.Fen, d calendar.Date, files ...int64) (int64, error) {
	ref := w.ref()
	return w.RecordLine(w.t.Context(), w.keeper, income.NewLine{EstateID: w.Estate.ID, ContractID: contract, Sort: sort, Amount: fen, On: d, Party: "某公司", Text: "广告款", FileIDs: files, ClientRef: ref, InputKey: ref})
}

func (w *world) must(id int64, err error) int64 {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) balances(kind ledger.Kind, codes ...ledger.Code) map[ledger.Code]money.Fen {
	all := map[ledger.Code]money.Fen{}
	w.tx(func(tx *store.Tx) error {
		got, err := ledger.Balances(tx, w.Estate.ID, kind, codes, nil, on(12, 31))
		for k, v := range got {
			all[k.Code] += v
		}
		return err
	})
	return all
}

func codes(v *income.Overview) string {
	var list []string
	for _, f := range v.Findings {
		list = append(list, f.Code)
	}
	return strings.Join(list, " ")
}

func (w *world) overview() *income.Overview {
	w.t.Helper()
	v, err := w.Overview(w.t.Context(), w.owner, w.Estate.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// From the contract to the fund: what came in and what it cost stand in books of their own, a second person approves what goes to the fund,
// and the fund has it when the bank does.
func TestFromTheContractToTheFund(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "income.fund_rate=6000", "income.disclose_months=3")
	c := w.contract("业主大会2025年第2号决定")
	w.must(w.line(income.Receipt, c, 100_000, on(1, 5), 1))
	w.must(w.line(income.Receipt, c, 100_000, on(2, 5), 1))
	w.must(w.line(income.Cost, c, 33_333, on(2, 6), 2))
	x, err := w.Propose(t.Context(), w.keeper, w.Estate.ID, on(1, 1), on(2, 28))
	if err != nil || x.Revenue != 200_000 || x.Cost != 33_333 || x.ToFund != 100_000 { // 166667 × 0.6 = 100000.2
		t.Fatalf("%+v, %v", x, err)
	}
	if again, err := w.Propose(t.Context(), w.second, w.Estate.ID, on(1, 1), on(2, 28)); err != nil || again.ID != x.ID {
		t.Errorf("the same period again: %v", err)
	}
	if _, err := w.Propose(t.Context(), w.keeper, w.Estate.ID, on(2, 1), on(3, 1)); !errors.Is(err, income.ErrState) {
		t.Errorf("a period that overlaps: %v", err)
	}
	if err := w.Decide(t.Context(), w.second, x.ID, true, ""); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the company approves its own figures: %v", err)
	}
	if err := w.PayOver(t.Context(), w.chair, x.ID, on(3, 1), "BANK0001"); !errors.Is(err, income.ErrState) {
		t.Errorf("paid before it was approved: %v", err)
	}
	if err := w.Decide(t.Context(), w.chair, x.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if got := codes(w.overview()); got != "contract_short fund_unpaid" {
		t.Errorf("after the approval: %s", got)
	}
	if _, err := w.line(income.Receipt, c, 1, on(2, 28)); !errors.Is(err, ledger.ErrPeriodClosed) {
		t.Errorf("a line in a settled period: %v", err)
	}
	for range 2 { // the second is a double click
		if err := w.PayOver(t.Context(), w.chair, x.ID, on(3, 1), "BANK0001"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.PayOver(t.Context(), w.chair, x.ID, on(3, 1), "BANK0002"); !errors.Is(err, income.ErrState) {
		t.Errorf("paid twice: %v", err)
	}
	own, fund := w.balances(ledger.Income, ledger.IncomeBank, ledger.IncomeDueToFund), w.balances(ledger.Fund, ledger.FundBank, ledger.FundInterest)
	if own[ledger.IncomeBank] != 66_667 || own[ledger.IncomeDueToFund] != 0 || fund[ledger.FundBank] != 100_000 || fund[ledger.FundInterest] != -100_000 {
		t.Errorf("the books: %v, the fund's: %v", own, fund)
	}
	if v := w.overview(); v.Bank != 66_667 || v.DueToFund != 0 || codes(v) != "contract_short" || len(v.Contracts) != 1 || v.Contracts[0].Due != 300_000 || v.Contracts[0].Received != 200_000 {
		t.Errorf("what owners see: %+v", v)
	}
	if r, err := ledger.Verify(t.Context(), w.DB); err != nil || r.Books != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWhoProposesDoesNotApprove(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "income.fund_rate=6000")
	w.must(w.line(income.Receipt, 0, 500, on(2, 1)))
	x, err := w.Propose(t.Context(), w.chair, w.Estate.ID, on(2, 1), on(2, 28))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Decide(t.Context(), w.chair, x.ID, true, ""); !errors.Is(err, income.ErrSamePerson) {
		t.Errorf("the chair approves their own: %v", err)
	}
	community := w.Officer(w.Community, org.Clerk)
	if err := w.Decide(t.Context(), community, x.ID, false, ""); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("sent back without a reason: %v", err)
	}
	if err := w.Decide(t.Context(), community, x.ID, false, "停车收入没有记"); err != nil {
		t.Fatal(err)
	}
	w.must(w.line(income.Receipt, 0, 700, on(2, 2)))
	again, err := w.Propose(t.Context(), w.chair, w.Estate.ID, on(2, 1), on(2, 28))
	if err != nil || again.ID == x.ID || again.Revenue != 1200 {
		t.Fatalf("proposed again: %+v, %v", again, err)
	}
	w.must(w.line(income.Receipt, 0, 1, on(2, 3)))
	if err := w.Decide(t.Context(), community, again.ID, true, ""); !errors.Is(err, income.ErrState) {
		t.Errorf("approved though the books moved: %v", err)
	}
}

func TestAnUnsetRateIsNotInvented(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.line(income.Receipt, 0, 500, on(2, 1)))
	_, err := w.Propose(t.Context(), w.keeper, w.Estate.ID, on(2, 1), on(2, 28))
	if !errors.Is(err, rulepack.ErrUnset) || !strings.Contains(err.Error(), "公共收益转入维修资金的比例") {
		t.Errorf("settled without a rate: %v", err)
	}
	if got := codes(w.overview()); got != "receipt_without_contract period_unset" {
		t.Errorf("findings: %s", got)
	}
}

// Whoever runs it proves what it cost: what is not explained is named, and goes away when it is.
func TestWhatIsNotExplainedIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "income.fund_rate=10000", "income.disclose_months=1")
	c := w.contract("")
	w.must(w.line(income.Receipt, c, 300_000, on(1, 5)))
	bad := w.must(w.line(income.Cost, c, 20_000, on(1, 6)))
	if got := codes(w.overview()); got != "cost_without_receipt contract_without_basis settlement_late" {
		t.Errorf("findings: %s", got)
	}
	late := w.must(w.line(income.Cost, c, 1, on(1, 7)))
	if err := w.AddPapers(t.Context(), w.second, late, []int64{9}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(codes(w.overview()), "cost_without_receipt"); n != 1 {
		t.Errorf("%d costs without a receipt after one was proved", n)
	}
	if err := w.AddPapers(t.Context(), w.second, late, make([]int64, 10)); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("eleven papers: %v", err)
	}
	if _, err := w.StrikeLine(t.Context(), w.keeper, bad, "没有发票"); !errors.Is(err, income.ErrSamePerson) {
		t.Errorf("struck by who recorded it: %v", err)
	}
	if _, err := w.StrikeLine(t.Context(), w.chair, bad, "没有发票"); !errors.Is(err, income.ErrOtherLine) {
		t.Errorf("struck by another office: %v", err)
	}
	if _, err := w.StrikeLine(t.Context(), w.second, bad, "没有发票"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.StrikeLine(t.Context(), w.second, bad, "没有发票"); !errors.Is(err, income.ErrState) {
		t.Errorf("struck twice: %v", err)
	}
	if got := codes(w.overview()); got != "contract_without_basis settlement_late" {
		t.Errorf("findings: %s", got)
	}
	if err := w.EndContract(t.Context(), w.keeper, c, on(2, 15), "对方退场"); err != nil {
		t.Fatal(err)
	}
	if v := w.overview(); v.Contracts[0].Due != 300_000 || v.Contracts[0].EndingOn == nil {
		t.Errorf("one person has ended a contract on a day that has passed: %+v", v.Contracts[0])
	}
	if err := w.EndContract(t.Context(), w.second, c, on(2, 1), "对方退场"); !errors.Is(err, income.ErrState) {
		t.Errorf("another end beside the first: %v", err)
	}
	if err := w.DecideEnd(t.Context(), w.second, c, true, ""); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the company confirms itself: %v", err)
	}
	if err := w.DecideEnd(t.Context(), w.chair, c, false, "请附上对方的函"); err != nil {
		t.Fatal(err)
	}
	if err := w.EndContract(t.Context(), w.keeper, c, on(2, 15), "对方退场，附函"); err != nil {
		t.Fatal(err)
	}
	if err := w.DecideEnd(t.Context(), w.chair, c, true, ""); err != nil {
		t.Fatal(err)
	}
	if v := w.overview(); v.Contracts[0].Due != 200_000 || v.Bank != 299_999 {
		t.Errorf("after the end: %+v", v)
	}
}

func TestStrangersSeeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	line := w.must(w.line(income.Receipt, 0, 500, on(2, 1)))
	other := modelstest.NewTown(t, w.DB, w.Vault)
	for name, a := range map[string]org.Actor{"another company": other.Officer(other.Company, org.Clerk), "another estate's owner": other.Resident(0, org.RoleOwner)} {
		if _, err := w.Overview(t.Context(), a, w.Estate.ID); err == nil {
			t.Errorf("%s sees the overview", name)
		}
		if _, err := w.Lines(t.Context(), a, w.Estate.ID, income.LinesPage{}, 10); err == nil {
			t.Errorf("%s sees the lines", name)
		}
		if _, err := w.StrikeLine(t.Context(), a, line, "不对"); err == nil {
			t.Errorf("%s strikes a line", name)
		}
		if err := w.MayOpenFiles(t.Context(), a, income.LineFiles, line); err == nil {
			t.Errorf("%s opens the receipts", name)
		}
	}
	if err := w.MayOpenFiles(t.Context(), w.owner, income.LineFiles, line); err != nil {
		t.Errorf("an owner cannot open the receipts: %v", err)
	}
	if _, err := w.line(income.Receipt, 0, 500, on(3, 3)); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("money of tomorrow: %v", err)
	}
}

// A fast double-click books once.
func TestTwentyTapsBookOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, err := w.RecordLine(context.Background(), w.keeper, income.NewLine{EstateID: w.Estate.ID, Sort: income.Receipt, Amount: 500, On: on(2, 1), Party: "某公司", Text: "广告款", ClientRef: "tap", InputKey: "x"})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := w.balances(ledger.Income, ledger.IncomeBank); got[ledger.IncomeBank] != 500 {
		t.Errorf("booked %v", got)
	}
	_, err := w.RecordLine(t.Context(), w.keeper, income.NewLine{EstateID: w.Estate.ID, Sort: income.Receipt, Amount: 501, On: on(2, 1), Party: "某公司", Text: "广告款", ClientRef: "tap", InputKey: "y"})
	if !errors.Is(err, income.ErrRefReused) {
		t.Errorf("the same ref with another amount: %v", err)
	}
}

// Pages show every line once, newest first.
func TestLinesArePaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := rand.New(rand.NewPCG(5, 5))
	for range 25 {
		w.must(w.line(income.Receipt, 0, 100, on(2, 1+r.IntN(9))))
	}
	seen := map[int64]bool{}
	var after income.LinesPage
	for {
		page, err := w.Lines(t.Context(), w.owner, w.Estate.ID, after, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, l := range page {
			if seen[l.ID] || after.ID != 0 && l.HappenedOn.After(after.On) {
				t.Errorf("line %d of %v after %+v", l.ID, l.HappenedOn, after)
			}
			seen[l.ID], after = true, income.LinesPage{On: l.HappenedOn, ID: l.ID}
		}
	}
	if len(seen) != 25 {
		t.Errorf("%d lines of 25", len(seen))
	}
}

// Of a loss nothing goes to the fund, and nobody is told to pay it over.
func TestALossOwesTheFundNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "income.fund_rate=6000")
	w.must(w.line(income.Receipt, 0, 100, on(2, 1)))
	w.must(w.line(income.Cost, 0, 500, on(2, 2), 1))
	x, err := w.Propose(t.Context(), w.keeper, w.Estate.ID, on(2, 1), on(2, 28))
	if err != nil || x.Net() != -400 || x.ToFund != 0 {
		t.Fatalf("%+v, %v", x, err)
	}
	if err := w.Decide(t.Context(), w.chair, x.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	v := w.overview()
	if v.DueToFund != 0 || strings.Contains(codes(v), "fund_unpaid") || v.Settlements[0].Says() != "已复核，没有要转入维修资金的" {
		t.Errorf("after a loss: %s, %s", v.Settlements[0].Says(), codes(v))
	}
	if err := w.PayOver(t.Context(), w.chair, x.ID, on(3, 1), "BANK0001"); !errors.Is(err, income.ErrState) {
		t.Errorf("nothing is paid over: %v", err)
	}
}
