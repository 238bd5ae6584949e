package main

import (
	"bytes"
	"encoding/base64"
	"fmt"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// books adds the money of the first estate by the steps that people take: bills and payments of the company, the public income with one
// receipt missing, the maintenance fund by the bank's list and a repair that is posted. A folder that a demo has used before keeps its
// books.
func (t *demoTown) books() error {
	estate := t.actors["owner"].Estate
	if err := t.cashier(); err != nil {
		return err
	}
	who := map[string]org.Actor{}
	for _, key := range []string{"company", "company_cashier", "committee_chair", "bureau", "bureau_second"} {
		var err error
		if who[key], err = t.staff(key); err != nil {
			return err
		}
	}
	var rules int64
	if err := t.db.View(t.ctx, func(tx *store.Tx) error {
		return tx.Model(&fee.Rule{}).Where("estate_id = ?", estate).Count(&rules).Error
	}); err != nil || rules > 0 {
		return err
	}
	// What the law leaves open is given a value here, so that it can be tried.
	if err := t.enterLocal(map[string]string{"income.fund_rate": "7000", "income.disclose_months": "3", "fund.first_deposit": "4000", "fund.interest_method": "到账日", "fund.recheck_days": "15", "fee.remind_days": "7", "fee.demand_days": "15",
		"disclosure.service_months": "3", "disclosure.finance_months": "3", "disclosure.committee_months": "6", "disclosure.due_days": "15", "disclosure.event_days": "5", "disclosure.answer_days": "10", "disclosure.remind_days": "3"}); err != nil {
		return err
	}
	for _, step := range []func(int64, map[string]org.Actor) error{t.demoFees, t.demoIncome, t.demoFund, t.demoRepair} {
		if err := step(estate, who); err != nil {
			return fmt.Errorf("demo books: %w", err)
		}
	}
	return nil
}

// cashier gives the company a second person.
func (t *demoTown) cashier() error {
	manager, err := t.staff("company")
	if err != nil {
		return err
	}
	post, err := t.post(manager, manager.OrganisationID(), org.Clerk, "收费员")
	if err != nil {
		return err
	}
	_, err = t.officer("company_cashier", "演示一物业公司收费员", manager, post)
	return err
}

// demoFees charges two months. The owner has paid the first and a part of the second, the neighbour both and one ahead; a discount waits
// for a second person.
func (t *demoTown) demoFees(estate int64, who map[string]org.Actor) error {
	company, today := who["company"], org.DayOf(t.db.Now())
	month := today.AddDate(0, 0, 1-today.Day())
	price, err := fee.ParsePrice("1.35")
	if err != nil {
		return err
	}
	rule, err := t.fees.AddRule(t.ctx, company, estate, "物业服务费（演示）", fee.PerArea, fee.Terms{StartsOn: month.AddDate(-1, 0, 0), Price: price, BasisKind: "contract", Basis: "演示物业服务合同第八条",
		Standard: "保洁每天一次，门岗全天有人，绿化每月修剪", Hotline: "0854-0000000（演示）", UseKinds: []string{"residential"}})
	if err != nil {
		return err
	}
	for back := 1; back >= 0; back-- {
		in := fee.Billing{RuleID: rule, PeriodOn: month.AddDate(0, -back, 0), Months: 1, DueOn: today.AddDate(0, 0, 30-20*back)}
		v, err := t.fees.Preview(t.ctx, company, in)
		if err != nil {
			return err
		}
		if _, err := t.fees.Publish(t.ctx, company, in, v.Run.Units, v.Run.Total); err != nil {
			return err
		}
		if err := t.carriedOut(); err != nil {
			return err
		}
	}
	cashier, home := who["company_cashier"], t.actors["owner"].Unit
	bills, err := t.fees.ListBills(t.ctx, cashier, estate, fee.BillFilter{UnitID: home}, 0, 10)
	if err != nil || len(bills) != 2 {
		return fmt.Errorf("%d bills of the owner's home: %w", len(bills), err)
	}
	first, second := bills[1], bills[0]
	for _, p := range []fee.Paying{{UnitID: home, BillIDs: []int64{first.ID}, Amount: first.Amount, Way: fee.Cash}, {UnitID: home, BillIDs: []int64{second.ID}, Amount: 5000, Way: fee.Bank, Serial: "DEMO-0001"},
		{UnitID: t.actors["neighbour"].Unit, Amount: 50000, Prepay: true, Way: fee.POS, Serial: "DEMO-0002"}} {
		p.EstateID = estate
		if _, err := t.fees.Pay(t.ctx, cashier, p); err != nil {
			return err
		}
	}
	account, err := t.checkout.ProposeAccount(t.ctx, cashier, estate, checkout.Merchant{Provider: "sandbox"})
	if err != nil {
		return err
	}
	if err := t.checkout.DecideAccount(t.ctx, company, account.ID, true, ""); err != nil {
		return err
	}
	_, err = t.fees.Propose(t.ctx, cashier, fee.Proposal{EstateID: estate, Kind: fee.Discount, BillID: second.ID, Amount: 1000, Reason: "电梯停了三天，酌减（演示）"})
	return err
}

// carriedOut does what waits in the background.
func (t *demoTown) carriedOut() error {
	for range 100 {
		if more, err := t.fees.Tick(t.ctx); err != nil || !more {
			return err
		}
	}
	return fmt.Errorf("the bills do not come to an end")
}

// demoIncome rents out the lifts' walls; a cost without a receipt is named by the check, and last month is settled and paid over.
func (t *demoTown) demoIncome(estate int64, who map[string]org.Actor) error {
	company, today := who["company"], calendar.DateOf(t.db.Now())
	to := today.Add(-today.Day)
	from := to.Add(1 - to.Day)
	slip, err := t.paper(company, file.Document, "demo-income", "演示银行回单.png")
	if err != nil {
		return err
	}
	contract, err := t.income.RecordContract(t.ctx, company, income.NewContract{EstateID: estate, Kind: "advertising", Title: "电梯轿厢广告（演示）", Party: "演示广告公司", Basis: "业主大会决定（演示）", StartsOn: from, EndsOn: from.Add(364), Amount: 600000, PeriodMonths: 12, ClientRef: "demo-contract"})
	if err != nil {
		return err
	}
	for i, l := range []income.NewLine{{ContractID: contract, Sort: "receipt", Amount: 600000, Party: "演示广告公司", Text: "第一年广告费", FileIDs: []int64{slip}}, {Sort: "cost", Amount: 12000, Party: "演示五金店", Text: "更换广告框（还没有发票）"}} {
		l.EstateID, l.On, l.ClientRef = estate, to, fmt.Sprintf("demo-line-%d", i)
		if _, err := t.income.RecordLine(t.ctx, company, l); err != nil {
			return err
		}
	}
	x, err := t.income.Propose(t.ctx, company, estate, from, to)
	if err != nil {
		return err
	}
	return t.income.Decide(t.ctx, who["committee_chair"], x.ID, true, "已逐笔核对（演示）")
}

// demoFund opens the special account at the bureau, takes over the bank's list and a deposit after it.
func (t *demoTown) demoFund(estate int64, who map[string]org.Actor) error {
	today := calendar.DateOf(t.db.Now())
	asked, err := t.fund.ProposeAccount(t.ctx, who["bureau"], fund.AccountSetting{EstateID: estate, Holder: fund.HeldByBureau, Bank: "演示银行", Number: "6210000000000001", Reason: "依法代管（演示）"})
	if err != nil {
		return err
	}
	if _, err := t.fund.DecideProposal(t.ctx, who["bureau_second"], asked, true, ""); err != nil {
		return err
	}
	list, total, err := t.bankList(estate)
	if err != nil {
		return err
	}
	f, err := t.files.Upload(t.ctx, who["bureau"], file.Upload{Purpose: file.Bank, ClientRef: "demo-bank-list", Name: "bank.csv", Body: bytes.NewReader(list)})
	if err != nil {
		return err
	}
	id, err := t.fund.CheckList(t.ctx, who["bureau"], fund.ImportCheck{EstateID: estate, FileID: f.ID, AsOf: today.Add(-30), Bank: total})
	if err != nil {
		return err
	}
	if _, err := t.fund.ApplyImport(t.ctx, who["bureau_second"], id); err != nil {
		return err
	}
	_, err = t.fund.RecordSlip(t.ctx, who["bureau"], fund.NewSlip{EstateID: estate, Slip: "DEMO-F1", PaidOn: today.Add(-5), Deposits: []fund.NewDeposit{{UnitID: t.actors["owner"].Unit, Kind: fund.LaterDeposit, Amount: 20000}}})
	return err
}

// bankList writes what a bank would send: each sold unit with 40 yuan a square metre paid in once and some of it spent.
func (t *demoTown) bankList(estate int64) ([]byte, money.Fen, error) {
	var rows []struct {
		Name, Entrance, Number string
		Area                   int64
	}
	err := t.db.View(t.ctx, func(tx *store.Tx) error {
		return tx.Table("units u").Select("b.name, u.entrance, u.number, u.area_milli AS area").Joins("JOIN buildings b ON b.id = u.building_id").Where("u.estate_id = ? AND u.sold = ?", estate, true).Order("u.id").Scan(&rows).Error
	})
	var b bytes.Buffer
	b.WriteString("幢号,单元,房号,余额,首期交存额\n")
	var total money.Fen
	for i, r := range rows {
		first := money.Fen(r.Area * 4) // 40 yuan a square metre, the area in thousandths
		rest := first - money.Fen(i%5)*first/10
		total += rest
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s\n", r.Name, r.Entrance, r.Number, rest, first)
	}
	fmt.Fprintf(&b, "合计,,,%s,\n", total)
	return b.Bytes(), total, err
}

// demoRepair proposes a roof with three quotations and posts it.
func (t *demoTown) demoRepair(estate int64, who map[string]org.Actor) error {
	company, declared := who["company"], map[fund.Exclusion]bool{}
	for code := range fund.Exclusions {
		declared[code] = false
	}
	id, err := t.fund.ProposeProject(t.ctx, company, fund.Proposing{EstateID: estate, Kind: fund.OrdinaryUse, Title: "屋面防水维修（演示）", Reason: "多户顶层住户反映雨天渗漏，现场查看属实（演示）", Declared: declared,
		Items: []fund.NewItem{{Name: "拆除并重做防水层", Measure: "平方米", Quantity: "320", Price: "86.50"}, {Name: "垃圾清运", Measure: "车", Quantity: "6", Price: "380"}}})
	if err != nil {
		return err
	}
	var chosen int64
	for i, name := range []string{"演示防水一公司", "演示防水二公司", "演示防水三公司"} {
		paper, err := t.paper(company, file.Notice, fmt.Sprintf("demo-quote-%d", i), "演示报价单.png")
		if err != nil {
			return err
		}
		quote, err := t.fund.AddQuote(t.ctx, company, id, name, fmt.Sprint(29500+800*i), "", []int64{paper})
		if err != nil {
			return err
		}
		if i == 0 {
			chosen = quote
		}
	}
	if _, err := t.fund.ChooseQuote(t.ctx, company, id, chosen, ""); err != nil {
		return err
	}
	_, err = t.fund.PostProject(t.ctx, company, id)
	return err
}

// paper uploads a picture that stands for a document.
func (t *demoTown) paper(by org.Actor, purpose file.Purpose, ref, name string) (int64, error) {
	pixel, err := base64.StdEncoding.DecodeString(pixelPNG)
	if err != nil {
		return 0, err
	}
	f, err := t.files.Upload(t.ctx, by, file.Upload{Purpose: purpose, ClientRef: ref, Name: name, Body: bytes.NewReader(pixel)})
	if err != nil {
		return 0, err
	}
	return f.ID, nil
}
