package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// The company reads its vouchers and takes them away as a sheet and as text; the committee sees what they sum to; after the close nothing
// more is booked on those days.
func TestTheBooksOverTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	owner := e.town.actors["owner"]
	today := calendar.DateOf(e.db.Now())
	day := today.Add(-3)
	post := func(ref string, on calendar.Date) error {
		return e.db.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := ledger.Post(tx, e.actor("company"), owner.Estate, ledger.FeesOf(e.actor("company").OrganisationID()), ledger.Posting{Ref: ref, Effective: on, Source: ledger.Source{Kind: "slip", ID: 1, Text: "=1+1"}, Memo: "物业费", Lines: []ledger.Line{
				{Key: ledger.Key{Code: ledger.FeeBank}, Amount: 13742}, {Key: ledger.Key{Code: ledger.FeeSuspense, UnitID: owner.Unit}, Amount: -13742},
			}})
			return err
		})
	}
	if err := post("a", day); err != nil {
		t.Fatal(err)
	}
	base := fmt.Sprintf("/office/v1/estates/%d/books", owner.Estate)
	days := fmt.Sprintf("?from=%s&to=%s", day, today)
	trial := string(e.must(200, "committee_chair", "GET", base+"/fee/trial"+days, nil).body)
	if !strings.Contains(trial, `"name":"待查款项"`) || !strings.Contains(trial, `"ending":"137.42"`) || !strings.Contains(trial, `"ending":"-137.42"`) {
		t.Errorf("the committee's totals: %s", trial)
	}
	e.must(403, "committee_chair", "GET", base+"/fee/journals", nil)
	journals := string(e.must(200, "company", "GET", base+"/fee/journals", nil).body)
	if !strings.Contains(journals, `"no":1`) || !strings.Contains(journals, `"amount":"137.42"`) || !strings.Contains(journals, `"door":"`) {
		t.Errorf("the vouchers: %s", journals)
	}
	sheet, err := excelize.OpenReader(strings.NewReader(string(e.must(200, "company", "GET", base+"/fee/journals.xlsx"+days, nil).body)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := sheet.GetRows("凭证")
	if err != nil || len(rows) != 3 || rows[1][3] != "=1+1" || rows[1][8] != "137.42" || rows[2][9] != "137.42" {
		t.Errorf("the sheet: %v, %v", rows, err)
	}
	if f, _ := sheet.GetCellFormula("凭证", "D2"); f != "" {
		t.Errorf("a text became the formula %s", f)
	}
	if text := string(e.must(200, "company", "GET", base+"/fee/books.beancount"+days, nil).body); !strings.Contains(text, "Liabilities:Fee:Suspense:Unit") {
		t.Errorf("the text: %s", text)
	}
	e.must(400, "company", "POST", base+"/fee/closing", m{"through": today.String()})
	e.must(204, "company", "POST", base+"/fee/closing", m{"through": day.String()})
	if list := string(e.must(200, "committee_chair", "GET", base, nil).body); !strings.Contains(list, `"closed_through":"`+day.String()+`"`) {
		t.Errorf("the books: %s", list)
	}
	if err := post("b", day); err == nil {
		t.Error("booked on a closed day")
	}
	if err := post("b", day.Add(1)); err != nil {
		t.Error(err)
	}
	// No receipt stands behind what this test booked, which verify as a whole would name.
	if r, err := ledger.Verify(t.Context(), e.db); err != nil || r.Books != 1 || r.Journals != 2 || r.Entries != 4 {
		t.Errorf("the books: %+v, %v", r, err)
	}
}
