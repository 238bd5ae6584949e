package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// quotedRepair is a draft of a repair of eight hundred yuan with three quotations, one chosen.
func (e *engine) quotedRepair(estate int64, ref string) (id int64) {
	e.t.Helper()
	id = e.must(201, "company", "POST", fmt.Sprintf("/office/v1/estates/%d/fund-projects", estate), repairOf("一号楼", ref)).int("id")
	office := fmt.Sprintf("/office/v1/fund-projects/%d", id)
	for i, name := range []string{"甲公司", "乙公司", "丙公司"} {
		e.must(201, "company", "POST", office+"/quotes", m{"supplier": name, "amount": fmt.Sprint(700 + i), "file_ids": []int64{e.upload("company", "notice", ref+name)}})
	}
	quote := e.must(200, "company", "GET", office, nil).json["quotes"].([]any)[0].(m)
	e.must(200, "company", "POST", office+"/choice", m{"quote_id": quote["id"]})
	return id
}

// TestARepairIsPostedWithFigures: over the API, the sums of a proposal are figures of its notice and not words, on the page, the sheet and aloud;
// a statement that people write quotes them, of a project that is posted and the estate's own; whoever changes the project's row is found.
func TestARepairIsPostedWithFigures(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate, today := e.town.actors["owner"].Estate, calendar.DateOf(e.db.Now()).String()
	e.holds(estate)
	id := e.quotedRepair(estate, "figures")
	drafts := fmt.Sprintf("/office/v1/estates/%d/notice-drafts", estate)
	quoting := func(ref string, project int64, code string) m {
		return m{"kind": "posting", "audience": "public", "form": "accounts", "title": "屋面维修的金额", "body": "金额见下表。", "client_ref": ref,
			"figures": []m{{"label": "屋面维修预算", "book": "project", "codes": []string{code}, "source_id": project, "measure": "stated", "to": today}}}
	}
	draft := e.must(201, "company", "POST", drafts, quoting("early", id, "budget")).int("id")
	path := fmt.Sprintf("/office/v1/notice-drafts/%d", draft)
	if a := e.must(200, "company", "GET", path, nil); !strings.Contains(a.body, "起草中，这个数还没有公示过") || !strings.Contains(a.body, "请先公示使用方案") {
		t.Errorf("%s", a.body)
	}
	if a := e.must(409, "company", "POST", path+"/submission", m{"revision": 1}); a.json["code"] != "project.not_posted" {
		t.Errorf("%s", a.body)
	}
	e.must(200, "company", "POST", fmt.Sprintf("/office/v1/fund-projects/%d/posting", id), m{})
	notice := e.noticeOf(id)
	shown := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/notices/%d", notice), nil)
	for _, want := range []string{`"label":"预算合计","yuan":"800.00"`, `"label":"1. 防水层 单价","yuan":"64.00"`, `"label":"报价1：甲公司（选定）","yuan":"700.00"`, fmt.Sprintf("维修项目第%d号：预算合计", id), "公示过的维修项目里取的", "维修项目的金额"} {
		if !strings.Contains(shown.body, want) {
			t.Errorf("%s is not in %s", want, shown.body)
		}
	}
	for _, word := range []string{"800", "700", "64"} {
		if body, _ := shown.json["body"].(string); strings.Contains(body, word) || !strings.Contains(body, "1. 防水层 12.5㎡") {
			t.Errorf("%s in the words: %s", word, body)
		}
	}
	if sheet := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/notices/%d/sheets/a4", notice), nil).body; !strings.Contains(sheet, "报价3：丙公司") || !strings.Contains(sheet, "702.00") {
		t.Error("the sheet has no figures")
	}

	e.must(200, "company", "POST", path+"/submission", m{"revision": 1})
	quoted := e.must(201, "community", "POST", path+"/confirmation", m{"revision": 1}).int("id")
	if a := e.must(200, "", "GET", fmt.Sprintf("/public/v1/estates/%d/figures.json", estate), nil); !strings.Contains(a.body, `"book":"project","label":"屋面维修预算"`) || !strings.Contains(a.body, `"measure":"stated"`) || !strings.Contains(a.body, `"amount":"800.00"`) {
		t.Errorf("%s", a.body)
	}
	for what, bad := range map[string]m{"another estate's": quoting("foreign", e.elsewhere(), "budget"), "no": quoting("none", 999_999, "budget")} {
		p := fmt.Sprintf("/office/v1/notice-drafts/%d", e.must(201, "company", "POST", drafts, bad).int("id"))
		if a := e.must(404, "company", "POST", p+"/submission", m{"revision": 1}); !strings.Contains(a.body, "没有找到这个维修项目") || !strings.Contains(a.body, "figures[0].source_id") {
			t.Errorf("%s project: %s", what, a.body)
		}
	}
	p := fmt.Sprintf("/office/v1/notice-drafts/%d", e.must(201, "company", "POST", drafts, quoting("final", id, "total")).int("id"))
	if a := e.must(409, "company", "POST", p+"/submission", m{"revision": 1}); !strings.Contains(a.body, "请先公示决算") {
		t.Errorf("%s", a.body)
	}

	says := func(word string) {
		t.Helper()
		if _, err := e.board.Verify(t.Context()); (word == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), word) {
			t.Errorf("%v does not name %q", err, word)
		}
	}
	says("")
	e.exec("UPDATE fund_projects SET budget = budget + 1 WHERE id = ?", id)
	says("预算合计")
	e.exec("UPDATE fund_projects SET budget = budget - 1 WHERE id = ?", id)
	e.exec("UPDATE fund_quotes SET amount = amount - 5 WHERE project_id = ? AND supplier = '乙公司'", id)
	says("报价2：乙公司")
	e.exec("UPDATE fund_quotes SET amount = amount + 5 WHERE project_id = ? AND supplier = '乙公司'", id)
	says("")
	e.exec("UPDATE fund_project_sums SET amount = 1 WHERE project_id = ? AND code = 'budget'", id)
	says("预算合计")
	e.exec("UPDATE fund_project_sums SET amount = 80000 WHERE project_id = ? AND code = 'budget'", id)
	says("")
	e.exec("UPDATE notice_figures SET source_id = source_id + 1 WHERE notice_id = ?", quoted)
	says("is not what was published")
}

func (e *engine) exec(sql string, args ...any) {
	e.t.Helper()
	if err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error { return tx.Exec(sql, args...).Error }); err != nil {
		e.t.Fatal(err)
	}
}

// noticeOf is the notice of a project's proposal.
func (e *engine) noticeOf(project int64) (id int64) {
	e.t.Helper()
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		return tx.Table("fund_projects").Select("proposal_notice").Where("id = ?", project).Scan(&id).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return id
}

// elsewhere is a posted project of another estate.
func (e *engine) elsewhere() (id int64) {
	e.t.Helper()
	e.exec("INSERT INTO fund_projects (number, estate_id, kind, state, title, reason, holder, proposer, organisation_id, person_id, unit_id, scope, declared, basis, budget, quote_reason, quote_id, pack, proposal_notice, proposal_number, proposal_days, meeting_id, motion, resolution, confirmed_by, confirmed_org, filing, contract, supplier, contracted, accepted_for, total, invoices, reviewer, reviewed, settled_by, final_notice, final_number, final_days, review_text, cancelled_for, version, created_at) " +
		"SELECT 'WX-ELSEWHERE', estate_id + 100000, kind, state, title, reason, holder, proposer, organisation_id, person_id, unit_id, scope, declared, basis, budget, quote_reason, quote_id, pack, proposal_notice, proposal_number, proposal_days, meeting_id, motion, resolution, confirmed_by, confirmed_org, filing, contract, supplier, contracted, accepted_for, total, invoices, reviewer, reviewed, settled_by, final_notice, final_number, final_days, review_text, cancelled_for, version, created_at FROM fund_projects LIMIT 1")
	if err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		return tx.Table("fund_projects").Select("id").Where("number = 'WX-ELSEWHERE'").Scan(&id).Error
	}); err != nil {
		e.t.Fatal(err)
	}
	return id
}

// TestTheCollectionRateIsPublished: over the API, what was charged of a month and collected by a day go on the board with the rate, for everybody,
// without a home; asked again after more was paid they are the same, and a bill that somebody changes is found.
func TestTheCollectionRateIsPublished(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	owner := e.town.actors["owner"]
	today := calendar.DateOf(e.db.Now())
	yesterday, month := today.Add(-1), fmt.Sprintf("%04d-%02d", today.Add(-1).Year, today.Add(-1).Month)
	first := calendar.Date{Year: yesterday.Year, Month: yesterday.Month, Day: 1}
	company := e.actor("company").OrganisationID()
	var bills []fee.Bill
	before := yesterday.Start()
	if err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		var units []org.Unit
		if err := tx.Where("estate_id = ?", owner.Estate).Order("id").Limit(6).Find(&units).Error; err != nil {
			return err
		}
		for i, u := range units {
			bills = append(bills, fee.Bill{Number: fmt.Sprint("WY-RATE-", i), EstateID: owner.Estate, CompanyID: company, BuildingID: u.BuildingID, UnitID: u.ID, Unit: u.Number, Payer: fee.ByOwner, Title: "期初", PeriodOn: org.DayOf(first.Start()), Months: 1, DueOn: org.DayOf(before), Amount: 100_00, State: fee.Open, CreatedAt: before})
		}
		if err := tx.Create(&bills).Error; err != nil {
			return err
		}
		return tx.Create(&fee.Allocation{EstateID: owner.Estate, BillID: bills[0].ID, UnitID: bills[0].UnitID, Source: "payment", Amount: 99_00, At: before}).Error
	}); err != nil || len(bills) < 5 {
		t.Fatal(err, len(bills))
	}
	ask := func(ref string) (int64, string) {
		figure := func(label, measure string) m {
			return m{"label": label, "book": "collection", "codes": []string{month}, "measure": measure, "to": yesterday.String()}
		}
		id := e.must(201, "company", "POST", fmt.Sprintf("/office/v1/estates/%d/notice-drafts", owner.Estate), m{"kind": "posting", "audience": "public", "form": "income", "title": "上月收缴情况", "body": "收缴情况见下表。", "client_ref": ref,
			"figures": []m{figure("应收", "charged"), figure("实收", "collected")}}).int("id")
		return id, fmt.Sprintf("/office/v1/notice-drafts/%d", id)
	}
	_, path := ask("rate")
	if a := e.must(409, "company", "POST", path+"/submission", m{"revision": 1}); a.json["code"] != "fee.collection_open" || !strings.Contains(a.body, "请先结账") {
		t.Errorf("%s", a.body)
	}
	if err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return ledger.Close(tx, e.actor("company"), owner.Estate, ledger.FeesOf(company), yesterday)
	}); err != nil {
		t.Fatal(err)
	}
	e.must(200, "company", "POST", path+"/submission", m{"revision": 1})
	parts := (2*9900*10_000/(len(bills)*10_000) + 1) / 2 // of ten thousand, half up
	rate := fmt.Sprintf(`"percent":"%d.%02d%%"`, parts/100, parts%100)
	if a := e.must(200, "community", "GET", path, nil); !strings.Contains(a.body, rate) {
		t.Errorf("%s is not in %s", rate, a.body)
	}
	notice := e.must(201, "community", "POST", path+"/confirmation", m{"revision": 1}).int("id")
	for _, page := range []string{fmt.Sprintf("/h5/notices/%d", notice), fmt.Sprintf("/h5/notices/%d/text", notice), fmt.Sprintf("/h5/estates/%d/money", owner.Estate)} {
		if a := e.must(200, "", "GET", page, nil); !strings.Contains(a.body, "收缴率") || !strings.Contains(a.body, "实收99.00元") || strings.Contains(a.body, bills[0].Number) {
			t.Errorf("%s: %s", page, a.body)
		}
	}
	if a := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/notices/%d", notice), nil); !strings.Contains(a.body, rate) {
		t.Errorf("%s", a.body)
	}
	if a := e.must(200, "", "GET", fmt.Sprintf("/public/v1/estates/%d/figures.csv", owner.Estate), nil); !strings.Contains(a.body, "collection,应收") || !strings.Contains(a.body, ",collected,") {
		t.Errorf("%s", a.body)
	}
	if err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Create(&fee.Allocation{EstateID: owner.Estate, BillID: bills[1].ID, UnitID: bills[1].UnitID, Source: "payment", Amount: 100_00, At: tx.Now}).Error
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.board.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	e.exec("UPDATE fee_bills SET amount = amount + 1 WHERE id = ?", bills[2].ID)
	if _, err := e.board.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "应收") {
		t.Errorf("a bill was changed: %v", err)
	}
}
