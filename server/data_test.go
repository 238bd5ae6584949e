package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// publishBooks puts last year's figures of an estate on its board, by quarters, as confirmed statements have them.
func (e *engine) publishBooks(estate, company int64, revenue money.Fen) {
	e.t.Helper()
	year := e.db.Now().Year() - 1
	day := func(month time.Month, d int) time.Time { return time.Date(year, month, d, 0, 0, 0, 0, time.UTC) }
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		number, err := store.NextNumber(tx, "G")
		if err != nil {
			return err
		}
		n := &disclosure.Notice{Number: number, EstateID: estate, OrganisationID: company, Kind: disclosure.Posting, Audience: disclosure.Everyone, Form: disclosure.Income, CurrentVersion: 1, PublishedAt: tx.Now, ClientRef: number}
		if err := tx.Create(n).Error; err != nil {
			return err
		}
		if err := tx.Create(&disclosure.Version{NoticeID: n.ID, Version: 1, Title: "去年的收支", Body: "按季度", At: tx.Now}).Error; err != nil {
			return err
		}
		var list []disclosure.Figure
		add := func(label, book, codes, sources string, m disclosure.Measure, from *time.Time, to time.Time, fen money.Fen) {
			list = append(list, disclosure.Figure{NoticeID: n.ID, Version: 1, Seq: len(list) + 1, Label: label, Book: book, Codes: codes, Sources: sources, Measure: m, FromOn: from, ToOn: to, Fen: fen})
		}
		for q := range 4 {
			from, to := day(time.Month(3*q+1), 1), day(time.Month(3*q+4), 0)
			name := "第" + []string{"一", "二", "三", "四"}[q] + "季度"
			add(name+"公共收益收入", "income", "income.revenue", "", disclosure.Received, &from, to, revenue/4)
			add(name+"公共收益支出", "income", "income.cost", "", disclosure.Spent, &from, to, revenue/20)
		}
		whole := day(1, 1)
		add("年底维修资金专户结余", "fund", "fund.bank", "", disclosure.Balance, nil, day(12, 31), revenue*30)
		add("全年应收物业费", "fee", "fee.receivable", "", disclosure.Received, &whole, day(12, 31), revenue*8)
		add("全年收到物业费", "fee", "fee.receivable", "fee_payment", disclosure.Spent, &whole, day(12, 31), revenue*7)
		if err := tx.Create(&list).Error; err != nil {
			return err
		}
		return tx.Create(&disclosure.Charging{EstateID: estate, OrganisationID: company, Model: "lump", FromOn: day(1, 1), State: "confirmed", StatedAt: tx.Now, ClientRef: number}).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// neighbours makes as many estates again of the kind of one, with books and things that were published late, and compares them.
func (e *engine) neighbours(estate int64, n int) {
	e.t.Helper()
	var first org.Estate
	var units []org.Unit
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		if err := tx.Where("id = ?", estate).Take(&first).Error; err != nil {
			return err
		}
		return tx.Where("estate_id = ? AND removed_at IS NULL", estate).Limit(20).Find(&units).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	ids := []int64{estate}
	for i := range n {
		x := first
		x.ID, x.Code, x.Name = 0, fmt.Sprint("neighbour-", i), fmt.Sprintf("邻居花园%d", i+1)
		err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
			if err := tx.Create(&x).Error; err != nil {
				return err
			}
			b := org.Building{EstateID: x.ID, Name: "1", CreatedAt: tx.Now}
			if err := tx.Create(&b).Error; err != nil {
				return err
			}
			for _, u := range units {
				u.ID, u.EstateID, u.BuildingID, u.Number = 0, x.ID, b.ID, fmt.Sprint(u.ID)
				if err := tx.Create(&u).Error; err != nil {
					return err
				}
			}
			return tx.Create(&org.Register{EstateID: x.ID}).Error
		})
		if err != nil {
			e.t.Fatal(err)
		}
		ids = append(ids, x.ID)
	}
	for i, id := range ids {
		e.publishBooks(id, first.CompanyID, money.Fen(1_234_567+i*400_001))
		due := time.Date(e.db.Now().Year()-1, 12, 1+2*i, 0, 0, 0, 0, time.UTC)
		err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
			return tx.Create(&disclosure.Duty{EstateID: id, Code: "income", Slot: "last", Title: "公共收益", Sphere: "finance", OrganisationID: first.CompanyID, FromOn: due, DueOn: &due, CreatedAt: tx.Now}).Error
		})
		if err != nil {
			e.t.Fatal(err)
		}
	}
	if did, err := e.board.Compare(e.t.Context()); err != nil || !did {
		e.t.Fatal(did, err)
	}
}

// TestOpenDataHasNoPerson: the files of estate and city hold what was published, every column is explained, a reader that has them is told so,
// a withdrawn notice leaves them, and nothing of any person is in them.
func TestOpenDataHasNoPerson(t *testing.T) {
	e := newEngine(t)
	estate, year := e.town.actors["owner"].Estate, e.db.Now().Year()-1
	e.neighbours(estate, 5)
	paths := []string{fmt.Sprintf("/public/v1/estates/%d/figures", estate), "/public/v1/figures", fmt.Sprintf("/public/v1/duties?year=%d", year)}
	about := e.must(200, "", "GET", "/public/v1/open-data", nil)
	all := e.must(200, "", "GET", fmt.Sprintf("/public/v1/estates/%d/comparison", estate), nil).body
	for _, path := range paths {
		name, query, _ := strings.Cut(path, "?")
		table := e.must(200, "", "GET", name+".csv?"+query, nil).body
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(table, "\ufeff"))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%s: %d rows, %v", path, len(rows), err)
		}
		for _, head := range rows[0] {
			if !strings.Contains(about.body, `"name":"`+head+`"`) {
				t.Errorf("%s: nobody explains the column %s", path, head)
			}
		}
		var list struct {
			Licence string
			Items   []map[string]any
		}
		text := e.must(200, "", "GET", name+".json?"+query, nil).body
		if err := json.Unmarshal([]byte(text), &list); err != nil || len(list.Items) != len(rows)-1 || list.Licence == "" || len(list.Items[0]) != len(rows[0]) {
			t.Errorf("%s: %d of %d, %v", path, len(list.Items), len(rows)-1, err)
		}
		all += table + text
	}
	for _, word := range e.personal() {
		if strings.Contains(all, word) {
			t.Errorf("open data says %q", word)
		}
	}
	tag, status := e.fetch("/public/v1/figures.csv", "")
	if status != http.StatusOK || tag == "" {
		t.Fatal(tag, status)
	}
	if _, status := e.fetch("/public/v1/figures.csv", tag); status != http.StatusNotModified {
		t.Errorf("what a reader has is sent again: %d", status)
	}
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&disclosure.Notice{}).Where("estate_id = ? AND form = ?", estate, disclosure.Income).Update("withdrawn_at", tx.Now).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if next, status := e.fetch("/public/v1/figures.csv", tag); status != http.StatusOK || next == tag {
		t.Errorf("a withdrawal is not seen: %d", status)
	}
	if body := e.must(200, "", "GET", paths[0]+".csv", nil).body; strings.Contains(body, "第一季度") {
		t.Error("a withdrawn figure is in the file")
	}
	if a := e.must(200, "", "GET", paths[0]+".json", nil); len(a.json["items"].([]any)) != 0 {
		t.Error(a.body)
	}
}

// personal are the names and phones of everybody whom the register knows.
func (e *engine) personal() []string {
	e.t.Helper()
	words := []string{"person_id", "openid", "phone"}
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		var owners []org.Owner
		var people []org.Person
		if err := tx.Find(&owners).Error; err != nil {
			return err
		}
		if err := tx.Find(&people).Error; err != nil {
			return err
		}
		open := func(sealed, field string) error {
			word, err := e.vault.Open(sealed, field)
			if len([]rune(word)) > 1 {
				words = append(words, word)
			}
			return err
		}
		for _, o := range owners {
			if err := open(o.NameSealed, "owners.name"); err != nil {
				return err
			}
		}
		for _, p := range people {
			if err := open(p.NameSealed, "persons.name"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(words) < 10 {
		e.t.Fatal(len(words), err)
	}
	return words
}

// fetch asks for a file that the reader has under a tag.
func (e *engine) fetch(path, known string) (tag string, status int) {
	e.t.Helper()
	req, err := http.NewRequestWithContext(e.t.Context(), http.MethodGet, e.url+path, nil)
	if err != nil {
		e.t.Fatal(err)
	}
	if known != "" {
		req.Header.Set("If-None-Match", known)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		e.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.Header.Get("ETag"), res.StatusCode
}

// TestMoneyOnAPhone opens the page of an estate's books as an old resident on a phone.
func TestMoneyOnAPhone(t *testing.T) {
	ctx := browser(t)
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	e.neighbours(estate, 5)
	path := fmt.Sprintf("/h5/estates/%d/money", estate)
	for _, c := range []struct{ path, size string }{{path, "18px"}, {path + "?large=1", "20px"}} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+c.path)); err != nil {
			t.Fatal(err)
		}
		page, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
		if err != nil {
			t.Fatal(err)
		}
		size, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector("main > div")).fontSize`))
		if err != nil || size != c.size || page.Width > 390 {
			t.Errorf("%s: %s, %d wide, %v", c.path, size, page.Width, err)
		}
		for _, want := range []string{"和同类小区比", "300户以下、包干制", "同类小区的中间数", "物业费收缴率", "公共收益", "公开过的收支"} {
			if !strings.Contains(page.Text, want) {
				t.Errorf("%s does not show %q:\n%s", c.path, want, page.Text)
			}
		}
		if strings.Contains(page.Text, "邻居花园") {
			t.Error("another estate is named")
		}
		e.shoot(ctx, c.path)
	}
}
