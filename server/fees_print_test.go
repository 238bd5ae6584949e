package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestFeeSheetsOnPaperAndPhone: a receipt, a cashier's closed day, a reminder and a formal demand are each one A4 sheet that is printed whole, and
// on a phone nothing runs off the side.
func TestFeeSheetsOnPaperAndPhone(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	e := newEngine(t)
	estate, unit := e.town.actors["owner"].Estate, e.town.actors["owner"].Unit
	at := fmt.Sprintf("/office/v1/estates/%d", estate)
	rule := e.must(201, "company", "POST", at+"/fee-rules", feeRule("住宅物业服务费和公共水电分摊", "97.53")).int("id")
	e.bill("company", rule)
	company := e.actor("company")
	// What was taken yesterday and is closed: in every way, with a till that is short.
	e.inTx(func(tx *store.Tx) error {
		yesterday := org.DayOf(tx.Now).AddDate(0, 0, -1)
		for i, p := range []fee.Payment{{Way: fee.Cash, Amount: 123_456_78}, {Way: fee.Cash, Amount: -1_00, Kind: "refund"}, {Way: fee.Bank, Amount: 98_765_43}, {Way: fee.POS, Amount: 5_00}} {
			p.Number, p.EstateID, p.CompanyID, p.State, p.CashierID, p.DayOn, p.PaidOn, p.At = fmt.Sprintf("SJ20260101-%04d", i), estate, company.OrganisationID(), "posted", company.PersonID, yesterday, yesterday, tx.Now
			if p.Kind == "" {
				p.Kind = "payment"
			}
			if err := tx.Create(&p).Error; err != nil {
				return err
			}
		}
		return nil
	})
	day := e.must(201, "company", "POST", at+"/fee-days", m{"day": soon(-1), "counted": "123450", "text": "找零时多找了，已向经理说明，次日从备用金补足，附经理签字的情况说明"}).int("id")
	paid := e.must(201, "company", "POST", at+"/fee-payments", m{"unit_id": unit, "amount": "100", "way": "bank", "serial": "2026030200012345678901234567890123456789", "payer": "某某置业有限公司", "note": "代业主交", "client_ref": "r1"}).int("id")
	e.longDue(estate)
	e.must(201, "company", "POST", at+"/fee-reminder-runs", m{"how_to_pay": "到物业服务中心交，或在小程序“物业费”里用微信交", "client_ref": "run"})
	e.reminders()
	reminder := e.firstID("owner", fmt.Sprintf("/miniapp/v1/units/%d/fee-letters", unit))
	e.inTx(func(tx *store.Tx) error {
		return tx.Model(&fee.Letter{}).Where("estate_id = ?", estate).Update("at", tx.Now.AddDate(0, 0, -20)).Error
	})
	if err := e.town.cashier(); err != nil {
		t.Fatal(err)
	}
	demand := e.must(201, "company_cashier", "POST", at+"/fee-demands", m{"unit_id": unit, "how_to_pay": "到物业服务中心交，或在小程序“物业费”里用微信交", "client_ref": "d1"}).int("id")
	e.must(200, "company", "POST", fmt.Sprintf("/office/v1/fee-letters/%d/issue", demand), m{"client_ref": "d2"})
	for _, x := range []struct {
		name, path string
		says       []string
	}{
		{"fee-receipt", fmt.Sprintf("/office/v1/fee-payments/%d/sheet", paid), []string{"物业费收据", "100.00", "某某置业有限公司", "收据不是发票", "经手人"}},
		{"fee-day", fmt.Sprintf("/office/v1/fee-days/%d/sheet", day), []string{"收费员结账单", "123456.78", "98765.43", "清点减账上", "找零时多找了", "复核"}},
		{"fee-reminder", fmt.Sprintf("/office/v1/fee-letters/%d/sheet", reminder), []string{"缴费提醒", "合计", "不张贴"}},
		{"fee-demand", fmt.Sprintf("/office/v1/fee-letters/%d/sheet", demand), []string{"催告", "合计", "不张贴", "15"}},
	} {
		body := e.must(200, "company", "GET", x.path, nil).body
		if n := e.printed(t, x.name, body); n != 1 {
			t.Errorf("%s takes %d sheets", x.name, n)
		}
		for size, wide := range map[string]int{"phone": 390, "a4": 794} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(wide), 844), chromedp.Navigate("data:text/html;charset=utf-8,"+url.PathEscape(body))); err != nil {
				t.Fatal(err)
			}
			seen, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
			if err != nil || seen.Width > wide {
				t.Errorf("%s is %d wide on %s: %v", x.name, seen.Width, size, err)
			}
			// An amount stands on one line within its cell.
			if cut, err := chromedp.Run(ctx, chromedp.Evaluate[int](`[...document.querySelectorAll("td, th")].filter(e => e.scrollWidth > e.clientWidth + 1).length`)); err != nil || cut > 0 {
				t.Errorf("%s on %s: %d cells run over, %v", x.name, size, cut, err)
			}
			for _, word := range x.says {
				if !strings.Contains(seen.Text, word) {
					t.Errorf("%s does not say %s: %s", x.name, word, seen.Text)
				}
			}
			if dir := os.Getenv("LINLI_TEST_SHOTS"); dir != "" {
				shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, x.name+"-"+size+".png"), shot, 0o600); err != nil {
					t.Error(err)
				}
			}
		}
	}
}
