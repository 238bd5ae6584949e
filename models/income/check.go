package income

import (
	"errors"
	"fmt"
	"math"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Finding is something about the public income that is not explained, or that the rules ask for and is missing.
type Finding struct {
	Code       string
	Text       string // what it is and what to do, for people
	ContractID int64
	LineID     int64
	Amount     money.Fen
}

// maxFindings bounds each kind of finding.
const maxFindings = 200

// findings checks an estate's public income as it stands: whoever runs it has to prove what it cost (Civil Code art. 282).
func (s *Service) findings(tx *store.Tx, estate int64) ([]Finding, error) {
	var all []Finding
	for _, look := range []func(*store.Tx, int64) ([]Finding, error){unproven, unbased, unpaid, s.unsettled, owed} {
		list, err := look(tx, estate)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// unproven are costs without a receipt, and receipts that belong to no contract.
func unproven(tx *store.Tx, estate int64) ([]Finding, error) {
	var lines []Line
	err := tx.Where("estate_id = ? AND struck_at IS NULL AND ((sort = ? AND receipts = 0) OR (sort = ? AND contract_id = 0))", estate, Cost, Receipt).Order("happened_on DESC, id DESC").Limit(maxFindings).Find(&lines).Error
	list := make([]Finding, len(lines))
	for i, l := range lines {
		list[i] = Finding{Code: "cost_without_receipt", LineID: l.ID, Amount: l.Amount, Text: fmt.Sprintf("%s支出%s（%s）没有凭据：请补上发票或收据，没有的请说明", l.HappenedOn.Format("2006年1月2日"), yuan(l.Amount), l.Text)}
		if l.Sort == Receipt {
			list[i].Code, list[i].Text = "receipt_without_contract", fmt.Sprintf("%s收入%s（%s）没有对应的合同：请登记合同，或冲销后记到合同名下", l.HappenedOn.Format("2006年1月2日"), yuan(l.Amount), l.Text)
		}
	}
	return list, err
}

// unbased are contracts about common parts without a decision of the owners (Civil Code art. 278 (1) (8)).
func unbased(tx *store.Tx, estate int64) ([]Finding, error) {
	var rows []Contract
	err := tx.Where("estate_id = ? AND basis = ''", estate).Order("id DESC").Limit(maxFindings).Find(&rows).Error
	list := make([]Finding, len(rows))
	for i, c := range rows {
		list[i] = Finding{Code: "contract_without_basis", ContractID: c.ID, Amount: c.Amount, Text: fmt.Sprintf("“%s”没有写明业主共同决定的依据：利用共有部分经营要由业主共同决定（民法典第278条）", c.Title)}
	}
	return list, err
}

// unpaid are contracts of which less came in than was due.
func unpaid(tx *store.Tx, estate int64) ([]Finding, error) {
	today := calendar.DateOf(tx.Now)
	var list []Finding
	for before := int64(math.MaxInt64); ; { // all of them: one that pays too little is not hidden behind newer ones
		rows, sums, err := contracts(tx, estate, before)
		if err != nil || len(rows) == 0 {
			return list, err
		}
		for _, c := range rows {
			before = c.ID
			if short := c.Due(today) - sums[c.ID]; short > 0 && len(list) < maxFindings {
				list = append(list, Finding{Code: "contract_short", ContractID: c.ID, Amount: short, Text: fmt.Sprintf("“%s”到今天应收%s，记了%s，少%s：请登记收到的钱，或催收", c.Title, yuan(c.Due(today)), yuan(sums[c.ID]), yuan(short))})
			}
		}
	}
}

// contracts reads an estate's contracts before one, newest first, and what came in for each.
func contracts(tx *store.Tx, estate, before int64) ([]Contract, map[int64]money.Fen, error) {
	var rows []Contract
	if err := tx.Where("estate_id = ? AND id < ?", estate, before).Order("id DESC").Limit(maxFindings).Find(&rows).Error; err != nil {
		return nil, nil, err
	}
	ids := make([]int64, len(rows))
	for i, c := range rows {
		ids[i] = c.ID
	}
	var sums []struct {
		ContractID int64
		Amount     money.Fen
	}
	err := tx.Model(&Line{}).Select("contract_id, SUM(amount) AS amount").Where("contract_id IN ? AND sort = ? AND struck_at IS NULL", append(ids, -1), Receipt).Group("contract_id").Scan(&sums).Error
	got := make(map[int64]money.Fen, len(sums))
	for _, x := range sums {
		got[x.ContractID] = x.Amount
	}
	return rows, got, err
}

// unsettled says that the last settlement is older than the rule lets it be, or that there is no such rule.
func (s *Service) unsettled(tx *store.Tx, estate int64) ([]Finding, error) {
	var first []Line
	if err := tx.Where("estate_id = ? AND struck_at IS NULL", estate).Order("happened_on, id").Limit(1).Find(&first).Error; err != nil || len(first) == 0 {
		return nil, err
	}
	set, err := s.rules(tx, estate)
	if err != nil {
		return nil, err
	}
	months, err := set.Int("income.disclose_months")
	if errors.Is(err, rulepack.ErrUnset) {
		return []Finding{{Code: "period_unset", Text: "公共收益多久公布和结算一次，本地还没有规定：由住建局或者业主大会的规则确定后，才能判断是否逾期"}}, nil
	}
	if err != nil {
		return nil, err
	}
	since := first[0].HappenedOn
	var last []Settlement
	if err := tx.Where("estate_id = ? AND state IN ?", estate, []State{Approved, Paid}).Order("from_on DESC").Limit(1).Find(&last).Error; err != nil {
		return nil, err
	}
	if len(last) == 1 {
		since = last[0].ToOn.AddDate(0, 0, 1)
	}
	if due := monthsAfter(since, int(months)); due.Before(org.DayOf(tx.Now)) {
		return []Finding{{Code: "settlement_late", Text: fmt.Sprintf("%s以来的公共收益还没有结算：每%d个月要结算一次", since.Format("2006年1月2日"), months)}}, nil
	}
	return nil, nil
}

// owed is what was settled for the fund and has not arrived there.
func owed(tx *store.Tx, estate int64) ([]Finding, error) {
	all, err := ledger.Balances(tx, estate, ledger.Income, []ledger.Code{ledger.IncomeDueToFund}, nil, calendar.DateOf(tx.Now))
	if due := -all[ledger.Key{Code: ledger.IncomeDueToFund}]; err == nil && due > 0 {
		return []Finding{{Code: "fund_unpaid", Amount: due, Text: fmt.Sprintf("结算后应转入维修资金的%s还没有转入：请转入专户并登记银行流水号", yuan(due))}}, nil
	}
	return nil, err
}
