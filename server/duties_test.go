package main

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestWhatIsMissingIsSeen walks the way of a decision that was not published: it is on the public page, in the data and in the feed with its
// days, its owner is told, a resident asks, and it leaves all of them with the notice, the lateness kept.
func TestWhatIsMissingIsSeen(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	on := calendar.DateOf(e.db.Now()).Add(-20)
	duty := e.must(201, "committee_chair", "POST", fmt.Sprintf("/office/v1/estates/%d/duties", estate), m{"code": "committee-decision", "what": "更换门禁的决定", "on": on.String()}).int("id")
	e.clock(t)
	public := fmt.Sprintf("/public/v1/estates/%d/", estate)
	late := e.must(200, "", "GET", public+"duties", nil).json["late"].([]any)
	if len(late) != 1 || late[0].(m)["days_late"].(float64) < 12 || late[0].(m)["what"] != "更换门禁的决定" {
		t.Fatalf("%v", late)
	}
	if a := e.must(200, "", "GET", public+"feed.rss", nil); !strings.Contains(a.body, "应公开未公开：业委会的决定和会议记录") || xml.Unmarshal([]byte(a.body), new(struct{})) != nil {
		t.Error(a.body)
	}
	rows, err := csv.NewReader(strings.NewReader(e.must(200, "", "GET", public+"duties.csv", nil).body)).ReadAll()
	if err != nil || len(rows) < 25 || !strings.HasPrefix(rows[0][0], "\ufeff") {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	spoken := e.must(200, "", "GET", fmt.Sprintf("/h5/estates/%d/board.txt", estate), nil).body
	if !strings.Contains(spoken, "第1项：业委会的决定和会议记录") || strings.ContainsAny(spoken, "<>{}%") {
		t.Error(spoken)
	}
	if a := e.must(200, "community", "GET", "/office/v1/late-duties", nil); len(a.json["items"].([]any)) != 1 {
		t.Error(a.body)
	}
	if a := e.must(200, "committee_chair", "GET", "/office/v1/duties?state=late", nil); len(a.json["items"].([]any)) != 1 {
		t.Error(a.body)
	}
	e.drain()
	if a := e.must(200, "community", "GET", "/office/v1/inbox", nil); !strings.Contains(a.body, "业委会的决定和会议记录") {
		t.Error("the community was not told: " + a.body)
	}

	q := e.must(201, "owner", "POST", fmt.Sprintf("/miniapp/v1/disclosure-duties/%d/questions", duty), m{"text": "决定了什么，什么时候公布？", "client_ref": "q"}).int("id")
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/questions/%d/answer", q), m{"text": "今天公布，请看公示栏"})
	page := e.must(200, "", "GET", fmt.Sprintf("/h5/duties/%d/questions", duty), nil).body
	if !strings.Contains(page, "今天公布，请看公示栏") || !strings.Contains(page, "业主") {
		t.Error(page)
	}

	notice := e.must(201, "committee_chair", "POST", "/office/v1/notices", m{"estate_id": estate, "kind": "announcement", "audience": "public", "title": "更换门禁的决定", "body": "=同意更换东门的门禁，由物业在三月底前完成；会议记录见附件，五名委员到会。", "client_ref": "n"}).int("id")
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/disclosure-duties/%d/fulfilment", duty), m{"notice_id": notice, "contents": []string{"决定", "会议记录"}})
	for path, who := range map[string]string{fmt.Sprintf("/h5/estates/%d/duties", estate): "", fmt.Sprintf("/h5/notices/%d", notice): "", fmt.Sprintf("/office/v1/notices/%d/sheets/a4", notice): "committee_chair", fmt.Sprintf("/office/v1/estates/%d/duties", estate): "committee_chair", public + "duties.csv": "", public + "duties": ""} {
		if a := e.must(200, who, "GET", path, nil); !strings.Contains(a.body, "更换门禁的决定") {
			t.Errorf("%s does not say which decision", path)
		}
	}
	reg := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/duties", estate), nil)
	if !strings.Contains(reg.body, `"contents":["决定","会议记录"]`) || !strings.Contains(reg.body, `"what":"更换门禁的决定"`) {
		t.Error("it does not say what was confirmed: " + reg.body)
	}
	if len(reg.json["late"].([]any)) != 0 || !strings.Contains(reg.body, `"ever_late":true`) {
		t.Error(reg.body)
	}
	var feed struct{ Items []struct{ ID, Title string } }
	if err := json.Unmarshal([]byte(e.must(200, "", "GET", public+"feed.json", nil).body), &feed); err != nil || len(feed.Items) == 0 || feed.Items[0].Title != "公告：更换门禁的决定" {
		t.Errorf("%+v %v", feed, err)
	}
	figures := e.must(200, "bureau", "GET", fmt.Sprintf("/office/v1/duty-figures?year=%d", on.Year), nil)
	if !strings.Contains(figures.body, `"late":1`) || !strings.Contains(figures.body, `"missing":0`) {
		t.Error(figures.body)
	}
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/notices/%d/withdrawal", notice), m{"reason": "日期写错了"})
	for _, path := range []string{fmt.Sprintf("/public/v1/notices/%d", notice), fmt.Sprintf("/public/v1/estates/%d/notices", estate)} {
		if a := e.must(200, "", "GET", path, nil); !strings.Contains(a.body, `"withdraw_reason":"日期写错了"`) {
			t.Error("it does not say why it is gone: " + a.body)
		}
	}
}

// clock generates and ticks what is due.
func (e *engine) clock(t *testing.T) {
	t.Helper()
	if _, err := e.board.Generate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n := 1; n > 0; {
		var err error
		if n, err = e.board.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBoardOnAPhone opens the pages that the codes of board and entrances lead to, as an old resident on a phone: nothing runs off the side,
// large type is large, what is for residents or for another building is not there, and no name of a person.
func TestBoardOnAPhone(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	_, buildings, err := e.board.BuildingsPublic(t.Context(), estate)
	if err != nil || len(buildings) < 2 {
		t.Fatalf("%d buildings, %v", len(buildings), err)
	}
	e.must(201, "committee_chair", "POST", fmt.Sprintf("/office/v1/estates/%d/duties", estate), m{"code": "committee-decision", "what": "更换门禁的决定", "on": calendar.DateOf(e.db.Now()).Add(-20).String()})
	e.clock(t)
	for i, b := range buildings[:2] {
		e.must(201, "committee_chair", "POST", "/office/v1/notices", m{"estate_id": estate, "kind": "posting", "audience": "public", "title": fmt.Sprintf("只给第%d座看", i+1), "body": "正文" + strings.Repeat("长", 200), "building_ids": []int64{b.ID}, "client_ref": fmt.Sprint("b", i)})
	}
	notice := e.must(201, "committee_chair", "POST", "/office/v1/notices", m{"estate_id": estate, "kind": "posting", "audience": "public", "title": "全小区的公示", "body": "正文", "client_ref": "all"}).int("id")
	e.must(201, "committee_chair", "POST", "/office/v1/notices", m{"estate_id": estate, "kind": "posting", "audience": "residents", "title": "仅住户可见", "body": "正文", "client_ref": "res"})
	err = e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Create(&disclosure.Figure{NoticeID: notice, Version: 1, Seq: 1, Label: "第一行", Book: "income", Codes: "income.revenue", Measure: disclosure.Received, ToOn: org.DayOf(tx.Now), Fen: 12_34}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := e.must(200, "", "GET", fmt.Sprintf("/public/v1/notices/%d", notice), nil); !strings.Contains(a.body, `"label":"第一行","yuan":"12.34"`) {
		t.Error("the open notice has no figures: " + a.body)
	}
	e.must(201, "owner", "POST", fmt.Sprintf("/miniapp/v1/notices/%d/questions", notice), m{"line": "第一行", "text": "这一行是怎么算的？", "client_ref": "q"})
	board := fmt.Sprintf("/h5/estates/%d/board", estate)
	for _, c := range []struct {
		path  string
		shows []string
		not   []string
		size  string
	}{
		{board, []string{"应公开未公开", "已逾期", "业委会的决定和会议记录", "全小区的公示", "只给第1座看", "换成大字"}, []string{"仅住户可见"}, "18px"},
		{board + "?large=1", []string{"换成普通字", "全小区的公示"}, []string{"仅住户可见"}, "20px"},
		{fmt.Sprintf("/h5/buildings/%d/board", buildings[0].ID), []string{"只给第1座看", "全小区的公示"}, []string{"只给第2座看", "仅住户可见"}, "18px"},
		{fmt.Sprintf("/h5/estates/%d/duties?large=1", estate), []string{"周期未定，由住建局确定", "由演示云鹤苑业主委员会公开", "要写明什么，依据哪一条"}, nil, "20px"},
		{fmt.Sprintf("/h5/notices/%d/questions", notice), []string{"这一行是怎么算的？", "未规定期限", "第一行"}, []string{"演示业主"}, "18px"},
		{fmt.Sprintf("/h5/estates/%d/board-codes", estate), []string{"扫一扫看公示栏", "不用登录"}, nil, "18px"},
	} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+c.path)); err != nil {
			t.Fatalf("%s: %v", c.path, err)
		}
		page, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
		if err != nil {
			t.Fatalf("%s: %v", c.path, err)
		}
		size, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector("main > div") || document.querySelector("main")).fontSize`))
		if err != nil || size != c.size {
			t.Errorf("%s is written in %s, %v", c.path, size, err)
		}
		for _, want := range c.shows {
			if !strings.Contains(page.Text, want) {
				t.Errorf("%s does not show %q:\n%s", c.path, want, page.Text)
			}
		}
		for _, not := range c.not {
			if strings.Contains(page.Text, not) {
				t.Errorf("%s shows %q", c.path, not)
			}
		}
		if page.Width > 390 {
			t.Errorf("%s is %d wide on a phone", c.path, page.Width)
		}
		for _, url := range page.Loaded {
			if !strings.HasPrefix(url, e.url) && !strings.HasPrefix(url, "data:") {
				t.Errorf("%s loads %s", c.path, url)
			}
		}
		e.shoot(ctx, c.path)
	}
}

// TestTheBoardIsNotReadWithoutEnd: whoever asks for the pages of the board again and again is told to wait.
func TestTheBoardIsNotReadWithoutEnd(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	path := fmt.Sprintf("/h5/estates/%d/board.txt", e.town.actors["owner"].Estate)
	for n := range 150 {
		if status := e.call("", "GET", path, nil).status; status == http.StatusTooManyRequests {
			if n < 50 {
				t.Errorf("held after %d", n)
			}
			return
		} else if status != http.StatusOK {
			t.Fatalf("page %d: %d", n, status)
		}
	}
	t.Error("read 150 times at once")
}
