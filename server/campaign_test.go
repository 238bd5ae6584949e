package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/campaign"
)

// TestACampaignFromDraftToCourt: the committee writes, the community approves, owners read and acknowledge in the mini-program, a
// letter is scanned by somebody without an account, somebody is visited; the record goes to court.
func TestACampaignFromDraftToCourt(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	const title = "关于召开业主大会会议的通知"
	in := m{"estate_id": estate, "title": title, "body": "各位业主：本小区定于本月二十八日上午九时在小区活动室召开业主大会会议，议题为更换电梯使用维修资金。请带身份证和本通知到场，也可以在小程序里投票。<b>不能到场的</b>，可以书面委托他人。\n不投票的，按议事规则处理。",
		"kind": "assembly", "audience": "owners", "channels": []string{"wechat_mini", "letter", "visit"}, "needs_proof": true, "client_ref": "court"}
	id := e.must(201, "committee_member", "POST", "/office/v1/campaigns", in).int("id")
	at := func(format string, args ...any) string {
		return fmt.Sprintf("/office/v1/campaigns/%d", id) + fmt.Sprintf(format, args...)
	}
	e.must(404, "company", "GET", at(""), nil)
	e.must(404, "community_foreign", "GET", at(""), nil)
	f := e.must(200, "committee_chair", "GET", at("/forecast"), nil)
	if f.int("seats") != 70 || f.int("co_owners") != 0 { // 69 sets of owners, and all that is unsold
		t.Errorf("forecast %s", f.body)
	}
	if a := e.must(200, "committee_chair", "GET", at("/forecast/seats?limit=3"), nil); !strings.Contains(a.body, `"channel":"wechat_mini"`) || strings.Contains(a.body, "演示甲") || a.json["next"] == nil {
		t.Errorf("forecast by seat %s", a.body)
	}
	e.must(200, "committee_member", "POST", at("/submission"), nil)
	e.must(403, "committee_member", "POST", at("/approval"), m{"version": 1})
	e.must(409, "committee_member", "PUT", at(""), m{"title": title, "body": "改一改", "kind": "assembly", "audience": "owners", "channels": []string{"letter"}})
	e.must(200, "community", "POST", at("/approval"), m{"version": 1})
	e.campaign(t)

	// An owner finds it in the inbox; a stranger's estate does not.
	box := e.must(200, "owner", "GET", "/miniapp/v1/inbox", nil)
	if !strings.Contains(box.body, title) {
		t.Fatalf("inbox %s", box.body)
	}
	e.must(404, "owner_foreign", "GET", fmt.Sprintf("/miniapp/v1/campaigns/%d", id), nil)
	if a := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/campaigns/%d", id), nil); a.json["acknowledged_at"] != nil || a.json["office"] == "" {
		t.Errorf("shown: %s", a.body)
	}
	e.must(204, "co_owner", "POST", fmt.Sprintf("/miniapp/v1/campaigns/%d/acknowledgement", id), nil)
	if a := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/campaigns/%d", id), nil); a.json["acknowledged_at"] == nil {
		t.Errorf("the co-owner has said so for the seat: %s", a.body)
	}

	// Paper.
	letters := e.must(200, "committee_chair", "GET", at("/sheets/letters?limit=500"), nil)
	if n := strings.Count(letters.body, `<section class="letter">`); n != 68 || !strings.Contains(letters.body, "&lt;b&gt;不能到场的") || !strings.Contains(letters.body, "0854-0000002") || strings.Contains(letters.body, "演示业主") {
		t.Errorf("%d letters", n)
	}
	e.keep("letters.html", letters.body)
	rows := e.must(200, "committee_chair", "GET", at("/evidence?pick=letter&limit=2"), nil).json["items"].([]any)
	first, second := int64(rows[0].(m)["id"].(float64)), int64(rows[1].(m)["id"].(float64))
	for range 2 { // a double tap
		if a := e.must(200, "committee_chair", "POST", at("/printed"), m{"reaches": []int64{first, second}, "client_ref": "p1"}); a.int("count") != 2 || a.int("again") != 0 {
			t.Errorf("printed %s", a.body)
		}
	}
	if a := e.must(200, "committee_chair", "POST", at("/printed"), m{"reaches": []int64{second}, "client_ref": "p2"}); a.int("count") != 1 || a.int("again") != 1 {
		t.Errorf("printed again %s", a.body)
	}
	token := e.tokenOf(first)
	page := "/h5/letters/" + token
	if a := e.must(200, "", "GET", page, nil); !strings.Contains(a.body, "我已收到") || strings.Contains(a.body, "演示业主") {
		t.Errorf("the letter's page: %s", a.body)
	}
	e.look(page)
	e.must(404, "", "GET", "/h5/letters/"+strings.Repeat("a", 26), nil)
	for range 2 {
		if status, body := e.page(page, url.Values{}); status != 200 || !strings.Contains(body, "确认收到") {
			t.Errorf("scanned: %d %s", status, body)
		}
	}
	if status, _ := e.page("/h5/letters/"+strings.Repeat("b", 26), url.Values{}); status != 404 {
		t.Errorf("a guessed code is confirmed: %d", status)
	}
	list := e.must(200, "committee_chair", "GET", at("/sheets/visits?limit=500"), nil)
	if !strings.Contains(list.body, "演*") || !strings.Contains(list.body, "□ 拒绝签收") {
		t.Error("the visit list lacks its columns")
	}
	e.keep("visits.html", list.body)

	// At the door.
	photo := e.upload("committee_member", "photo", "door")
	visit := fmt.Sprintf("/office/v1/reaches/%d/visits", second)
	e.must(400, "committee_member", "POST", visit, m{"result": "delivered", "client_ref": "v0"})
	e.must(404, "company", "POST", visit, m{"result": "absent", "client_ref": "v1"})
	e.must(201, "committee_member", "POST", visit, m{"result": "refused", "file_id": photo, "place": "门口", "client_ref": "v2"})
	e.must(200, "community", "GET", fmt.Sprintf("/office/v1/files/%d/link", photo), nil)
	e.must(404, "company", "GET", fmt.Sprintf("/office/v1/files/%d/link", photo), nil)
	if a := e.must(200, "", "GET", fmt.Sprintf("/h5/visits/%d", second), nil); strings.Contains(a.body, "单元") {
		t.Errorf("the visit's page: %s", a.body)
	}
	e.look(fmt.Sprintf("/h5/visits/%d", second))

	// A third seat's code was scanned by mistake.
	third := int64(e.must(200, "committee_chair", "GET", at("/evidence?pick=letter&limit=2"), nil).json["items"].([]any)[1].(m)["id"].(float64))
	if third == first || third == second {
		t.Fatalf("%d is served already", third)
	}
	slip := e.must(201, "committee_member", "POST", fmt.Sprintf("/office/v1/reaches/%d/visits", third), m{"result": "delivered", "file_id": e.upload("committee_member", "photo", "wrong"), "client_ref": "v3"}).int("id")
	correct := fmt.Sprintf("/office/v1/reaches/%d/corrections", third)
	e.must(400, "committee_member", "POST", correct, m{"visit_id": slip, "reason": ""})
	e.must(404, "company", "POST", correct, m{"visit_id": slip, "reason": "扫错了码"})
	if a := e.must(200, "committee_member", "POST", correct, m{"visit_id": slip, "reason": "扫错了码"}); a.json["voided_at"] == nil || a.json["void_reason"] != "扫错了码" {
		t.Errorf("corrected: %s", a.body)
	}

	// On the board, and to court.
	e.must(404, "committee_chair", "GET", at("/sheets/evidence"), nil)
	posted := e.must(200, "committee_chair", "POST", at("/posting"), m{"file_id": e.upload("committee_chair", "photo", "board"), "place": "小区东门公告栏", "client_ref": "b1"})
	if posted.int("count") != 68 { // whose code was only scanned as well
		t.Errorf("posted for %s", posted.body)
	}
	rec := e.must(201, "committee_chair", "POST", at("/records"), m{"client_ref": "r1"})
	if again := e.must(201, "committee_chair", "POST", at("/records"), m{"client_ref": "r1"}); again.body != rec.body {
		t.Errorf("two taps make two records: %s, %s", rec.body, again.body)
	}
	text := e.must(200, "community", "GET", at("/record.txt"), nil).body
	if sum := sha256.Sum256([]byte(text)); hex.EncodeToString(sum[:]) != rec.json["sha256"] || strings.Contains(text, "演示业主") {
		t.Errorf("the record's text does not make its hash, or names somebody: %s", cut(text, 600))
	}
	sheet := e.must(200, "committee_chair", "GET", at("/sheets/evidence?limit=500"), nil)
	for _, w := range []string{"送达记录", title, rec.json["sha256"].(string), "与封存时一致", "拒绝签收（有照片）", "张贴于小区东门公告栏", "逐户记录读取到", "能证明送达 <b>2</b> 户", "已知悉", "业主委员会业委会委员 拒绝签收", "已更正，不计入", "/files/"} {
		if !strings.Contains(sheet.body, w) {
			t.Errorf("the record lacks %q", w)
		}
	}
	if strings.Contains(sheet.body, "演示业主") || strings.Contains(sheet.body, "1990") {
		t.Error("the record names somebody in full")
	}
	e.keep("evidence.html", sheet.body)
	if a := e.must(200, "community", "GET", at("/evidence.xlsx"), nil); !strings.HasPrefix(a.body, "PK") {
		t.Error("the export is no spreadsheet")
	}
	show := e.must(200, "community", "GET", at(""), nil)
	p := show.json["progress"].(m)
	if p["proven"] != 2.0 || p["confirmed"] != 3.0 || p["posted"] != 67.0 {
		t.Errorf("progress %s", show.body)
	}
	if a := e.must(200, "township", "GET", "/office/v1/campaigns", nil); !strings.Contains(a.body, title) {
		t.Errorf("list %s", a.body)
	}
}

// tokenOf opens the token of a seat's letter, as the printer has it.
func (e *engine) tokenOf(reach int64) string {
	e.t.Helper()
	token, err := e.vault.Open(e.sealedSlip(reach), "reaches.slip")
	if err != nil || !regexp.MustCompile(`^[a-z2-7]{26}$`).MatchString(token) {
		e.t.Fatalf("token %q, %v", token, err)
	}
	return token
}

func (e *engine) sealedSlip(reach int64) (sealed string) {
	e.t.Helper()
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&campaign.Reach{}).Where("id = ?", reach).Pluck("slip_sealed", &sealed).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return sealed
}

// look opens a page at a phone's size and keeps its picture, where pictures are asked for and a browser is there.
func (e *engine) look(path string) {
	if os.Getenv("LINLI_TEST_SHOTS") == "" {
		return
	}
	ctx := browser(e.t.(*testing.T))
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+path)); err != nil {
		e.t.Fatal(err)
	}
	e.shoot(ctx, path)
}

// TestTheLongestLetterIsOnePage: 500 characters still fit on one page with the code, and nothing of its page runs off a phone.
func TestTheLongestLetterIsOnePage(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	ctx := browser(t)
	id := e.must(201, "committee_member", "POST", "/office/v1/campaigns", m{"estate_id": e.town.actors["owner"].Estate, "title": strings.Repeat("关于更换电梯的通知", 4), "body": strings.Repeat("各位业主，请带身份证到场。", 38) + "完", "kind": "notice", "audience": "owners",
		"channels": []string{"letter"}, "client_ref": "long"}).int("id")
	e.must(200, "committee_member", "POST", fmt.Sprintf("/office/v1/campaigns/%d/submission", id), nil)
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/campaigns/%d/approval", id), m{"version": 1})
	e.campaign(t)
	a := e.must(200, "committee_chair", "GET", fmt.Sprintf("/office/v1/campaigns/%d/sheets/letters?limit=5", id), nil)
	e.keep("long.html", a.body)
	file := filepath.Join(t.TempDir(), "letters.html")
	if err := os.WriteFile(file, []byte(a.body), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+file)); err != nil {
		t.Fatal(err)
	}
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`/Type\s*/Page[^s]`).FindAll(pdf, -1)); n != 5 {
		t.Errorf("five letters are %d pages", n)
	}
	rows := e.must(200, "committee_chair", "GET", fmt.Sprintf("/office/v1/campaigns/%d/evidence?limit=1", id), nil).json["items"].([]any)
	reach := int64(rows[0].(m)["id"].(float64))
	path := "/h5/letters/" + e.tokenOf(reach)
	if early := e.must(200, "", "GET", path, nil); !strings.Contains(early.body, "还没有登记寄出") || strings.Contains(early.body, "<button") {
		t.Errorf("before it is printed: %s", early.body)
	}
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/campaigns/%d/printed", id), m{"reaches": []int64{reach}, "client_ref": "p"})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+path)); err != nil {
		t.Fatal(err)
	}
	page, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
	if err != nil || page.Width > 390 || !strings.Contains(page.Text, "我已收到") {
		t.Errorf("on a phone it is %d wide: %v %s", page.Width, err, page.Text)
	}
	if err := chromedp.Do(ctx, chromedp.Click("button"), chromedp.WaitVisible(".done")); err != nil {
		t.Fatal(err)
	}
	if page, err = chromedp.Run(ctx, chromedp.Evaluate[look](looking)); err != nil || !strings.Contains(page.Text, "确认收到") {
		t.Errorf("after the tap: %v %s", err, page.Text)
	}
}

// TestAnOwnerWithoutAccountIsTextedALink: the text to a phone of the roster leads to a page that shows the words and confirms the seat,
// without signing in.
func TestAnOwnerWithoutAccountIsTextedALink(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.must(201, "committee_member", "POST", "/office/v1/campaigns", m{"estate_id": e.town.actors["owner"].Estate, "title": "停水通知", "body": "明天上午停水，请提前储水。", "kind": "notice", "audience": "owners",
		"channels": []string{"sms", "letter"}, "client_ref": "link"}).int("id")
	at := func(what string) string { return fmt.Sprintf("/office/v1/campaigns/%d/%s", id, what) }
	if a := e.must(200, "committee_chair", "GET", at("preview"), nil); !strings.Contains(a.body, "请打开小程序查看") || !strings.Contains(a.body, "/h5/letters/……") || !strings.Contains(a.body, "夜间安静时段") {
		t.Errorf("preview %s", a.body)
	}
	e.must(200, "committee_member", "POST", at("submission"), nil)
	e.must(200, "committee_chair", "POST", at("approval"), m{"version": 1})
	e.campaign(t)
	var links []string
	for _, text := range e.texts.Messages() {
		if found := regexp.MustCompile(`/h5/letters/[a-z2-7]{26}`).FindString(text.Text); found != "" {
			links = append(links, found)
		}
	}
	if len(links) == 0 {
		t.Fatalf("no text has a link: %v", e.texts.Messages())
	}
	if a := e.must(200, "", "GET", links[0], nil); !strings.Contains(a.body, "明天上午停水") || !strings.Contains(a.body, "我已收到") || !strings.Contains(a.body, "都匀市小区") {
		t.Errorf("the page: %s", a.body)
	}
	if status, body := e.page(links[0], url.Values{}); status != 200 || !strings.Contains(body, "已记下您收到了") {
		t.Errorf("confirmed: %d %s", status, body)
	}
	if a := e.must(200, "committee_chair", "GET", at("evidence?pick=all&limit=100"), nil); strings.Count(a.body, `"confirmed_how":"slip"`) != 1 {
		t.Errorf("evidence %s", cut(a.body, 2000))
	}
	if a := e.must(200, "committee_chair", "GET", fmt.Sprintf("/office/v1/campaigns/%d", id), nil); a.json["forecast"].(m)["seats"] != 70.0 || a.json["urgent"] != nil {
		t.Errorf("campaign %s", cut(a.body, 2000))
	}
	if a := e.must(200, "community", "POST", at("rate"), m{"per_minute": 10}); a.int("per_minute") != 10 {
		t.Errorf("rate %s", a.body)
	}
}
