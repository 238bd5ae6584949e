package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// statement writes and submits a statement of public income, and gives the path of its draft.
func (e *engine) statement() string {
	e.t.Helper()
	estate := e.town.actors["owner"].Estate
	last := calendar.DateOf(e.db.Now()).Add(-1)
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		_, err := ledger.Post(tx, e.actor("company"), estate, ledger.Income, ledger.Posting{Ref: "lobby", Effective: last, Source: ledger.Source{Kind: "contract", ID: 1, Text: "电梯广告合同"}, Memo: "电梯广告",
			Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.IncomeBank}, Amount: 137_42}, {Key: ledger.Key{Code: ledger.IncomeRevenue}, Amount: -137_42}}})
		if err != nil {
			return err
		}
		return ledger.Close(tx, e.actor("company"), estate, ledger.Income, last)
	})
	if err != nil {
		e.t.Fatal(err)
	}
	body := m{"kind": "posting", "audience": "public", "form": "income", "title": "公共收益收支", "body": "电梯广告的收入。", "client_ref": "s1",
		"figures": []m{{"label": "电梯广告收入", "book": "income", "codes": []string{"income.revenue"}, "measure": "received", "from": last.Add(-30).String(), "to": last.String()}}}
	draft := e.must(201, "committee_chair", "POST", fmt.Sprintf("/office/v1/estates/%d/notice-drafts", estate), body)
	if !strings.Contains(draft.body, "137元4角2分") {
		e.t.Errorf("who confirms does not see the sum: %s", draft.body)
	}
	at := fmt.Sprintf("/office/v1/notice-drafts/%d", draft.int("id"))
	e.must(200, "committee_chair", "POST", at+"/submission", m{"revision": 1})
	return at
}

// TestAStatementHangsAtTheDoor goes the way of a statement over the interfaces: written and submitted by one person, published by another
// with sums from the books, read on its page, printed, hung, torn off and judged; and the hash is that of the text behind the page's link.
func TestAStatementHangsAtTheDoor(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	at := e.statement()
	if a := e.call("committee_chair", "POST", at+"/confirmation", m{"revision": 1}); a.status != http.StatusForbidden {
		t.Errorf("confirmed by the writer: %d %s", a.status, a.body)
	}
	notice := e.must(201, "committee_member", "POST", at+"/confirmation", m{"revision": 1})
	id, sum := notice.int("id"), notice.json["sha256"].(string)

	page := e.must(200, "", "GET", fmt.Sprintf("/h5/notices/%d", id), nil).body
	for _, part := range []string{"137.42", "<svg", "137元4角2分", sum, "由另一个人核对"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not show %s", part)
		}
	}
	text := e.must(200, "", "GET", fmt.Sprintf("/h5/notices/%d/content", id), nil).body
	if got := sha256.Sum256([]byte(text)); hex.EncodeToString(got[:]) != sum {
		t.Error("the hash is not that of the text behind the link")
	}
	for _, size := range []string{"a4", "a3"} {
		sheet := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/notices/%d/sheets/%s", id, size), nil).body
		for _, part := range []string{"@page { size: " + strings.ToUpper(size), sum, notice.json["number"].(string), "data:image/png;base64,", "137.42"} {
			if !strings.Contains(sheet, part) {
				t.Errorf("the %s sheet does not show %s", size, part)
			}
		}
	}
	e.tearOff(id)
}

// tearOff hangs a notice at its first place, and has it found torn off.
func (e *engine) tearOff(id int64) {
	e.t.Helper()
	places := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/notices/%d/places", id), nil)
	items := places.json["items"].([]any)
	if missing := places.json["missing"].([]any); len(missing) != len(items) || len(items) < 2 {
		e.t.Errorf("missing %v of %d", missing, len(items))
	}
	place := int64(items[1].(m)["id"].(float64))
	paper := e.must(201, "company", "POST", fmt.Sprintf("/office/v1/notice-places/%d/postings", place), m{"at": e.db.Now().Format(time.RFC3339), "spot": "门厅左侧", "lat": 26.258, "lng": 107.518, "file_id": e.snapshot("company", "hung"), "client_ref": "h1"})
	report := e.must(201, "owner", "POST", fmt.Sprintf("/miniapp/v1/notice-postings/%d/incidents", paper.int("id")), m{"sort": "removed", "seen_at": e.db.Now().Format(time.RFC3339), "file_id": e.upload("owner", "photo", "gone"), "client_ref": "r1"})
	if strings.Contains(report.body, "person") {
		e.t.Errorf("a report names who sent it: %s", report.body)
	}
	e.must(200, "community", "GET", fmt.Sprintf("/office/v1/files/%d/link", report.int("photo_id")), nil)
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/posting-incidents/%d/decision", report.int("id")), m{"holds": true})
	if again := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/posting-incidents/%d", report.int("id")), nil); again.json["state"] != "confirmed" {
		e.t.Errorf("%s", again.body)
	}
	if now := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/notices/%d/places", id), nil); now.json["items"].([]any)[1].(m)["state"] != "down" {
		e.t.Errorf("%s", now.body)
	}
}

// TestAStatementOnPhoneAndPaper: on a phone nothing is wider than the screen; an A4 sheet has A4 pages, an A3 sheet one of A3.
func TestAStatementOnPhoneAndPaper(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	e := newEngine(t)
	id := e.must(201, "committee_member", "POST", e.statement()+"/confirmation", m{"revision": 1}).int("id")
	at := fmt.Sprintf("/office/v1/notices/%d/sheets/", id)
	if n := e.printed(t, "notice-a4", e.must(200, "company", "GET", at+"a4", nil).body); n != 1 {
		t.Errorf("a short statement takes %d sheets of A4", n)
	}
	sheet := e.must(200, "company", "GET", at+"a3", nil).body
	if err := chromedp.Do(ctx, chromedp.Navigate("data:text/html;charset=utf-8,"+url.PathEscape(sheet))); err != nil {
		t.Fatal(err)
	}
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		t.Fatal(err)
	}
	size := pdfSize.FindSubmatch(pdf)
	if len(size) != 3 || !strings.HasPrefix(string(size[1]), "84") || !strings.HasPrefix(string(size[2]), "119") || len(pdfPage.FindAll(pdf, -1)) != 1 {
		t.Errorf("A3 is %q, %d pages", size, len(pdfPage.FindAll(pdf, -1)))
	}
	path := fmt.Sprintf("/h5/notices/%d", id)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+path)); err != nil {
		t.Fatal(err)
	}
	page, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
	if err != nil {
		t.Fatal(err)
	}
	if page.Width > 390 || !strings.Contains(page.Text, "137.42") {
		t.Errorf("%d wide: %s", page.Width, page.Text)
	}
	e.shoot(ctx, path)
}
