package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// yearsAtOnce is how many estates one query of a round finds.
const yearsAtOnce = 100

// fundYears drafts what Order 165 art. 30 wants published of the last year, for each estate whose fund's books are closed for it and whose holder
// owes the publication. One estate's trouble keeps no other waiting.
func (a *app) fundYears(ctx context.Context) (more bool, err error) {
	year := calendar.DateOf(a.db.Now()).Year - 1
	var failed []error
	for after := int64(0); ; {
		var estates []int64
		err := a.db.View(ctx, func(tx *store.Tx) error {
			return tx.Model(&fund.Account{}).Joins("JOIN ledger_books b ON b.estate_id = fund_accounts.estate_id AND b.kind = ? AND b.closed_through >= ?", ledger.Fund, org.DayOf(endOf(year).Start())).
				Joins("LEFT JOIN notice_drafts n ON n.estate_id = fund_accounts.estate_id AND n.entered_by = 0 AND n.input_hash = ? AND (n.notice_id = 0 OR EXISTS (SELECT 1 FROM notices x WHERE x.id = n.notice_id AND x.withdrawn_at IS NULL))", yearRef(year)).
				Where("fund_accounts.estate_id > ? AND n.id IS NULL", after).Order("fund_accounts.estate_id").Limit(yearsAtOnce).Pluck("fund_accounts.estate_id", &estates).Error
		})
		if err != nil || len(estates) == 0 {
			return false, errors.Join(append(failed, err)...)
		}
		for _, id := range estates {
			if err := a.db.InTx(ctx, func(tx *store.Tx) error { return a.fundYear(tx, id, year) }); err != nil {
				failed = append(failed, fmt.Errorf("the fund's year of estate %d: %w", id, err))
			}
		}
		after = estates[len(estates)-1]
	}
}

// fundYear drafts an estate's publication.
func (a *app) fundYear(tx *store.Tx, estate int64, year int) error {
	d, err := a.board.OpenDutyOf(tx, estate, "fund-yearly", year)
	if err != nil || d == nil {
		return err
	}
	y, err := a.fund.YearIn(tx, estate, year)
	if errors.Is(err, fund.ErrYearOpen) {
		return nil // closed for an audit, and not held against the bank yet
	}
	if err != nil {
		return err
	}
	draft := yearDraft(y, d.ID)
	var before int64 // whose notices were taken down
	if err := tx.Model(&disclosure.Prepared{}).Where("estate_id = ? AND entered_by = 0 AND input_hash = ?", estate, draft.InputHash).Count(&before).Error; err != nil {
		return err
	}
	if before > 0 {
		draft.ClientRef += fmt.Sprintf("-%d", before+1)
	}
	_, err = a.board.DraftFor(tx, d.OrganisationID, draft)
	return err
}

// yearRef is what the drafts of a year have in common.
func yearRef(year int) string { return fmt.Sprintf("fund-year-%d", year) }

func endOf(year int) calendar.Date {
	return calendar.Date{Year: year, Month: time.December, Day: 31}
}

// yearDraft words a year. Every sum is a query that anybody who has the books asks again.
func yearDraft(y *fund.Year, duty int64) disclosure.Draft {
	d := disclosure.Draft{EstateID: y.EstateID, Kind: disclosure.Posting, Audience: disclosure.Everyone, Form: disclosure.FundState, Title: fmt.Sprintf("%d年维修资金收支公布", y.Year), Queries: yearQueries(y), Duties: []int64{duty},
		ClientRef: fmt.Sprintf("%s-%d", yearRef(y.Year), y.EstateID), InputHash: yearRef(y.Year)}
	d.Body = fmt.Sprintf("按《住宅专项维修资金管理办法》第三十条，公布%d年维修资金的交存、使用、增值收益和结存，以及发生列支的项目。\n账已逐月和专户银行核对并结账，到%s为止。\n每个分户账的交存、使用、增值收益和结存，业主在小程序“我家的维修资金”里可以看到；每笔分摊是怎么算的，点开那一笔就能看到。\n对数字有异议的，可以在同一页请求复核。", y.Year, y.Through)
	if len(y.Uses) == 0 {
		d.Body += "\n这一年没有项目列支。"
	}
	return d
}

// part is whose sub-accounts a figure is about.
type part struct {
	name  string
	codes []string
	f     fund.Figures
}

// yearQueries ask the books for what Order 165 art. 30 names: the totals of the owners' and of the seller's sub-accounts, each use with what units
// have to make up of it, and what stands on the special account: the sub-accounts, what is not allocated and what is not explained come to the
// bank, what is still to be made up, what was paid ahead and what contractors owe back.
func yearQueries(y *fund.Year) []disclosure.Query {
	owners, seller := string(ledger.FundUnit), string(ledger.FundSeller)
	from, to := calendar.Date{Year: y.Year, Month: time.January, Day: 1}, endOf(y.Year)
	uses, owing := useKinds(y), []string{string(ledger.FundReceivable), string(ledger.FundSellerReceivable)}
	var list []disclosure.Query
	assets := []string{string(ledger.FundBank), string(ledger.FundAdvance), string(ledger.FundOwedBack)}
	flow := func(label string, codes []string, m disclosure.Measure, source int64, sources ...string) {
		list = append(list, disclosure.Query{Label: label, Book: string(ledger.Fund), Codes: codes, Sources: sources, Source: source, Measure: m, From: from, To: to})
	}
	spent := func(label, back string, codes []string, fen money.Fen, source int64, sources ...string) {
		if fen < 0 { // of an earlier year's use more came back than this year's cost
			flow(label+back, codes, disclosure.NetReceived, source, sources...)
			return
		}
		flow(label, codes, disclosure.NetSpent, source, sources...)
	}
	stand := func(label string, codes []string, on calendar.Date) {
		list = append(list, disclosure.Query{Label: label, Book: string(ledger.Fund), Codes: codes, Measure: disclosure.Balance, To: on})
	}
	for _, p := range []part{{"业主分户账", []string{owners}, y.Owners}, {"售房单位分户账", []string{seller}, y.Seller}} {
		if p.codes[0] == seller && p.f == (fund.Figures{}) {
			continue
		}
		stand(p.name+"年初余额", p.codes, from.Add(-1))
		if p.f.Imported != 0 {
			flow(p.name+"接入的期初余额", p.codes, disclosure.NetReceived, 0, "fund_import")
		}
		flow(p.name+"交存", p.codes, disclosure.NetReceived, 0, "fund_slip")
		flow(p.name+"增值收益", p.codes, disclosure.NetReceived, 0, "fund_income")
		spent(p.name+"使用", "冲回", p.codes, p.f.Use, 0, uses...)
		if p.f.Refunded != 0 {
			flow(p.name+"退还", p.codes, disclosure.NetSpent, 0, "fund_refund")
		}
		stand(p.name+"年末结存", p.codes, to)
	}
	for i := range y.Uses[:min(len(y.Uses), mostUses)] { // whatever a repair cost left the bank, or what was paid ahead
		u := &y.Uses[i]
		back := ""
		if u.Cost() < 0 {
			back = "冲回"
		}
		spent(useLabel(i+1, back, u.Text), "", assets, u.Cost(), u.SourceID, u.SourceKind)
		switch owed := u.Owed.Owners + u.Owed.Seller; {
		case owed > 0:
			flow(fmt.Sprintf("列支%d里由各户补足", i+1), owing, disclosure.NetReceived, u.SourceID, u.SourceKind)
		case owed < 0:
			flow(fmt.Sprintf("列支%d里各户不用再补", i+1), owing, disclosure.NetSpent, u.SourceID, u.SourceKind)
		}
	}
	if y.OwedFirst != (fund.Standing{}) {
		stand("年初要补足的", owing, from.Add(-1))
	}
	if y.MadeUp != (fund.Standing{}) {
		flow("年内补足的", owing, disclosure.NetSpent, 0, "fund_makeup", "fund_slip", "fund_import", "fund_income", "fund_refund")
	}
	if y.Owed != (fund.Standing{}) {
		stand("年末还要补足的", owing, to)
	}
	if y.Advance != 0 {
		stand("年末预付工程款", []string{string(ledger.FundAdvance)}, to)
	}
	if y.OwedBack != 0 {
		stand("年末应由承包单位退回", []string{string(ledger.FundOwedBack)}, to)
	}
	stand("待分配收益", []string{string(ledger.FundInterest)}, to)
	stand("待查款项", []string{string(ledger.FundSuspense)}, to)
	stand("专户银行余额", []string{string(ledger.FundBank)}, to)
	return list
}

// mostUses keeps the notice within what one has; what is not named by itself is in the totals.
const mostUses = 45

// useKinds are the kinds of source that used money in the year.
func useKinds(y *fund.Year) []string {
	kinds := []string{"project", "fund_makeup"}
	for _, u := range y.Uses {
		if !slices.Contains(kinds, u.SourceKind) {
			kinds = append(kinds, u.SourceKind)
		}
	}
	return kinds
}

// useLabel names a use within thirty characters, no two alike; words that look like a sum are left out.
func useLabel(no int, back, text string) string {
	label := []rune(fmt.Sprintf("列支%d%s：%s", no, back, text))
	if label = label[:min(len(label), 30)]; !disclosure.FitsLabel(string(label)) {
		return fmt.Sprintf("列支%d%s", no, back)
	}
	return string(label)
}
