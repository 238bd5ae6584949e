package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// charged lays a repair of 412.25 yuan on the owner's unit and another, with its papers, its meeting and its notices.
func (e *engine) charged() int64 {
	e.t.Helper()
	owner := e.town.actors["owner"]
	e.holds(owner.Estate)
	meeting := e.voting("why", nil)
	notice := e.must(201, "committee_chair", "POST", "/office/v1/notices", m{"estate_id": owner.Estate, "kind": "posting", "audience": "residents", "title": "维修资金决算和分摊", "body": "决算", "client_ref": "why-n"}).int("id")
	contract, invoice := e.upload("company", "notice", "why-c"), e.upload("company", "notice", "why-i")
	company := e.actor("company")
	now := e.db.Now()
	p := fund.Project{EstateID: owner.Estate, Kind: fund.OrdinaryUse, State: fund.ProjectPaid, Number: "WX20260101-0001", Title: "1幢屋面防水维修", Reason: "渗漏", Holder: fund.HeldByBureau, Proposer: fund.ByCompany, OrganisationID: company.OrganisationID(),
		MeetingID: meeting, Motion: 1, Resolution: "H-1 使用维修资金", Contract: "HT-1", Supplier: "甲防水公司", Contracted: 412_25, Total: 412_25, Invoices: "发票25221", FinalNotice: notice, FinalNumber: "G-1", PaidAt: &now, CreatedAt: now}
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		p.ID = 0
		if err := tx.Create(&p).Error; err != nil {
			return err
		}
		var units []org.Unit
		if err := tx.Where("estate_id = ?", owner.Estate).Order("id").Limit(3).Find(&units).Error; err != nil {
			return err
		}
		var in []apportion.Unit
		for i, u := range units {
			in = append(in, apportion.Unit{ID: u.ID, Area: u.AreaMilli + area.Milli(12_340*i)})
		}
		parts, err := apportion.Split(412_25, in)
		if err != nil {
			return err
		}
		lines := []ledger.Line{{Key: ledger.Key{Code: ledger.FundBank}, Amount: -412_25}}
		for i, part := range parts {
			steps, _ := json.Marshal(part.Steps)
			if err := tx.Create(&fund.ProjectShare{ProjectID: p.ID, EstateID: owner.Estate, UnitID: part.UnitID, BuildingID: units[i].BuildingID, Payer: part.Payer, Code: units[i].Number, Amount: part.Amount, Steps: string(steps), Charged: part.Amount - 1, Short: 1}).Error; err != nil {
				return err
			}
			lines = append(lines, ledger.Line{Key: ledger.Key{Code: ledger.FundUnit, UnitID: part.UnitID}, Amount: part.Amount - 1}, ledger.Line{Key: ledger.Key{Code: ledger.FundReceivable, UnitID: part.UnitID}, Amount: 1})
		}
		for i, id := range []int64{contract, invoice} {
			if err := e.files.Attach(tx, company, []int64{id}, "notice", []string{"fund_contract", "fund_final"}[i], p.ID, owner.Estate); err != nil {
				return err
			}
		}
		_, err = ledger.Post(tx, company, owner.Estate, ledger.Fund, ledger.Posting{Ref: "project:why", Effective: calendar.DateOf(tx.Now), Source: ledger.Source{Kind: "project", ID: p.ID, Text: p.Number}, Memo: "尾款：" + p.Title, Lines: lines})
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return p.ID
}

// TestEachLineLeadsToItsPapers: from a line of the statement its owner opens the formula, the contract, the invoices, the decision and the notice,
// each by an address that answers; a neighbour's and another estate's owner get nothing.
func TestEachLineLeadsToItsPapers(t *testing.T) {
	e := newEngine(t)
	e.charged()
	owner := e.town.actors["owner"]
	at := fmt.Sprintf("/miniapp/v1/units/%d/fund", owner.Unit)
	line := e.must(200, "owner", "GET", at, nil).json["lines"].([]any)[0].(m)
	mine := e.must(200, "owner", "GET", line["why_url"].(string), nil).json["items"].([]any)
	if len(mine) != 1 || !strings.Contains(mine[0].(m)["why"].(string), "按建筑面积分摊") {
		t.Fatalf("%v", mine)
	}
	seen := map[string]int{}
	for _, x := range mine[0].(m)["links"].([]any) {
		link := x.(m)
		kind := link["kind"].(string)
		seen[kind]++
		e.must(200, "owner", "GET", link["url"].(string), nil)
		if isFile := kind == "contract" || kind == "invoice"; isFile != (link["sha256"] != nil) || isFile && (len(link["sha256"].(string)) != 64 || strings.Contains(link["name"].(string), "png")) {
			t.Errorf("%v", link)
		}
	}
	for _, kind := range []string{"project", "meeting", "notice", "contract", "invoice"} {
		if seen[kind] != 1 {
			t.Errorf("%d links to the %s", seen[kind], kind)
		}
	}
	e.must(404, "owner_foreign", "GET", at+"/sheet", nil)
	e.must(403, "tenant", "GET", at+"/sheet", nil)
	e.must(403, "company", "GET", fmt.Sprintf("/office/v1/units/%d/fund/sheet", owner.Unit), nil)
	e.must(404, "township_foreign", "GET", fmt.Sprintf("/office/v1/units/%d/fund/sheet", owner.Unit), nil)
	if body := e.must(200, "bureau", "GET", fmt.Sprintf("/office/v1/units/%d/fund/sheet", owner.Unit), nil).body; !strings.Contains(body, "算式：费用412.25元按建筑面积分摊") || !strings.Contains(body, "还要补交0.01元") {
		t.Errorf("%s", body)
	}
}

// TestWhatWasMadeUpOverTheSurfaces: that a unit made up a debt is read by its owner and by the bureau that keeps the account, on the statement, its
// sheet and in the vouchers; the community and the township read sums there.
func TestWhatWasMadeUpOverTheSurfaces(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.charged()
	owner := e.town.actors["owner"]
	today := calendar.DateOf(e.db.Now())
	unit, books := fmt.Sprintf("/office/v1/units/%d/fund", owner.Unit), fmt.Sprintf("/office/v1/estates/%d/books/fund", owner.Estate)
	e.must(201, "bureau", "POST", fmt.Sprintf("/office/v1/estates/%d/fund-slips", owner.Estate), m{"slip": "补1", "paid_on": today.String(), "deposits": []m{{"unit_id": owner.Unit, "kind": "later", "amount": "5"}}, "client_ref": "made-up"})
	days := fmt.Sprintf("?from=%s&to=%s", today.Add(-1), today.Add(1))
	vouchers := func(who string) string {
		sheet, err := excelize.OpenReader(strings.NewReader(e.must(200, who, "GET", books+"/journals.xlsx"+days, nil).body))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := sheet.GetRows("凭证")
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(rows)
	}
	read := func(who string) map[string]string {
		return map[string]string{"the statement": e.must(200, who, "GET", unit, nil).body, "the sheet": e.must(200, who, "GET", unit+"/sheet", nil).body,
			"the vouchers": e.must(200, who, "GET", books+"/journals", nil).body, "their sheet": vouchers(who), "their text": e.must(200, who, "GET", books+"/books.beancount"+days, nil).body}
	}
	for what, body := range read("bureau") {
		if !strings.Contains(body, "补上") {
			t.Errorf("the bureau does not read it in %s: %s", what, body)
		}
	}
	for _, who := range []string{"community", "township"} {
		for what, body := range read(who) {
			if strings.Contains(body, "补上") || strings.Contains(body, "made-up") || strings.Contains(body, "Receivable:Unit") {
				t.Errorf("%s reads it in %s: %s", who, what, body)
			}
			if what != "the sheet" && !strings.Contains(body, "-0.01") && !strings.Contains(body, "0.01") {
				t.Errorf("%s does not read the sum in %s: %s", who, what, body)
			}
		}
	}
	if mine := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/units/%d/fund", owner.Unit), nil).body; !strings.Contains(mine, "补上维修时差的") {
		t.Errorf("the owner reads %s", mine)
	}
}

// TestTheStatementOnPaperAndPhone: the statement is one A4 sheet with every line and formula, and on a phone nothing runs off the side.
func TestTheStatementOnPaperAndPhone(t *testing.T) {
	ctx := browser(t)
	e := newEngine(t)
	e.charged()
	body := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/units/%d/fund/sheet", e.town.actors["owner"].Unit), nil).body
	if n := e.printed(t, "fund-statement", body); n != 1 {
		t.Errorf("%d sheets", n)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate("data:text/html;charset=utf-8,"+url.PathEscape(body))); err != nil {
		t.Fatal(err)
	}
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
	if err != nil || seen.Width > 390 || !strings.Contains(seen.Text, "每次维修为什么分摊这么多") || !strings.Contains(seen.Text, "校验值") {
		t.Errorf("%v, %d wide: %s", err, seen.Width, seen.Text)
	}
	if dir := os.Getenv("LINLI_TEST_SHOTS"); dir != "" {
		shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "fund-statement.png"), shot, 0o600); err != nil {
			t.Error(err)
		}
	}
}
