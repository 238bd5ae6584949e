package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/store"
)

// reschedule brings a meeting's time forward.
func (e *engine) reschedule(meeting int64, column string, to time.Time) {
	e.t.Helper()
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&committee.Meeting{}).Where("id = ?", meeting).Update(column, to.UTC().Truncate(time.Second)).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// TestACommitteesYear: seated, filed with both offices, a meeting from the agenda to the posted decision with votes by post, by
// app and by link, an owner's proposal to the company and back; who may know what does.
func TestACommitteesYear(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	base := fmt.Sprintf("/office/v1/estates/%d/committee", estate)
	at := func(kind string, id int64, what string) string {
		return fmt.Sprintf("/office/v1/committee-%s/%d%s", kind, id, what)
	}
	list := func(v answer, name string) []any { return v.json[name].([]any) }
	e.must(403, "committee_chair", "POST", base+"/terms", e.election("", years(0, -1), years(3, 0)))
	for range 2 {
		e.must(201, "township", "POST", base+"/terms", e.election("", years(0, -1), years(3, 0)))
	}
	v := e.must(200, "committee_chair", "GET", base, nil)
	if len(list(v, "members")) != 5 || len(list(v, "duties")) < 5 {
		t.Fatalf("seated %s", v.body)
	}
	filing := int64(list(v, "filings")[0].(m)["id"].(float64))
	paper := e.must(201, "committee_chair", "POST", "/office/v1/files", multipartOf("notice", "paper", "p.png", onePixel())).int("id")
	e.must(200, "committee_chair", "POST", at("filings", filing, "/submission"), m{"text": "请审核", "file_ids": []int64{paper}, "client_ref": "file"})
	e.must(200, "township", "POST", at("filings", filing, "/review"), m{"accept": true, "number": "匀办业备〔2026〕1号"})
	e.must(200, "bureau", "POST", at("filings", filing, "/review"), m{"accept": true, "number": "匀建业备〔2026〕9号"})
	sheet := e.must(200, "township", "GET", at("filings", filing, "/sheet"), nil).body
	for _, want := range []string{"业主委员会备案表", "匀建业备〔2026〕9号", "王委员", "选举备案"} {
		if !strings.Contains(sheet, want) {
			t.Errorf("the form does not say %s", want)
		}
	}
	e.keepA4(t, "committee-filing.png", sheet)
	e.must(200, "township", "GET", fmt.Sprintf("/office/v1/files/%d/link", paper), nil)
	e.must(404, "company", "GET", fmt.Sprintf("/office/v1/files/%d/link", paper), nil)

	refused := e.must(403, "committee_chair", "POST", base+"/meetings", m{"title": "例会", "place": "社区", "starts_at": time.Now().Add(8 * 24 * time.Hour).Format(time.RFC3339), "items": []m{{"matter": "manager", "title": "换物业", "text": "解聘现在的物业公司"}}})
	if !strings.Contains(refused.body, "第278条") || !strings.Contains(refused.body, "请提交业主大会") {
		t.Errorf("refused with %s", refused.body)
	}
	id := e.must(201, "committee_chair", "POST", base+"/meetings", e.meeting("十二月")).int("id")
	e.must(200, "committee_chair", "POST", at("meetings", id, "/announcement"), m{})
	if board := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/notices", estate), nil).body; !strings.Contains(board, "业委会会议议题公告") {
		t.Errorf("the board has no agenda: %s", board)
	}
	e.must(409, "committee_chair", "POST", at("meetings", id, "/opening"), m{"vote_ends": time.Now().Add(48 * time.Hour).Format(time.RFC3339)})
	e.reschedule(id, "starts_at", time.Now().Add(-time.Minute))
	e.must(200, "committee_chair", "POST", at("meetings", id, "/opening"), m{"vote_ends": time.Now().Add(48 * time.Hour).Format(time.RFC3339)})
	e.must(200, "community", "POST", at("meetings", id, "/opinion"), m{"came": true, "names": "张干事", "opinion": "建议同时告诉业主进度"})
	var items []int64
	for _, it := range list(e.must(200, "community", "GET", at("meetings", id, ""), nil), "items") {
		items = append(items, int64(it.(m)["id"].(float64)))
	}
	e.must(200, "committee_chair", "POST", at("meetings", id, "/votes"), m{"votes": []m{{"item_id": items[0], "choice": "yes"}, {"item_id": items[1], "choice": "yes"}}, "client_ref": "v"})
	e.must(404, "owner", "POST", fmt.Sprintf("/miniapp/v1/committee-meetings/%d/votes", id), m{"votes": []m{{"item_id": items[0], "choice": "yes"}}, "client_ref": "v"})
	links := list(e.must(200, "committee_chair", "POST", at("meetings", id, "/links"), m{}), "items")
	if len(links) != 4 {
		t.Fatalf("%d links", len(links))
	}
	for n, choice := range []string{"yes", "no"} {
		e.byLink(links[n+1].(m)["url"].(string), memberPhone("", n), items, choice)
	}
	e.must(409, "committee_chair", "POST", at("meetings", id, "/count"), m{})
	e.must(200, "committee_member", "POST", at("meetings", id, "/votes"), m{"votes": []m{{"item_id": items[0], "choice": "yes", "interest": "住在东门边"}, {"item_id": items[1], "choice": "abstain"}}, "client_ref": "v"})
	e.reschedule(id, "vote_ends", time.Now().Add(-time.Minute))
	if _, err := e.committee.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.must(200, "committee_member", "POST", at("meetings", id, "/minutes"), m{"text": "到会四人。讨论了东门门禁的修复期限和值班安排，分别表决。"})
	e.must(200, "committee_chair", "POST", at("meetings", id, "/confirmation"), m{"version": 1})
	e.must(200, "committee_chair", "POST", at("items", items[0], "/publication"), m{})
	e.must(409, "committee_chair", "POST", at("items", items[1], "/publication"), m{})
	minutes := e.must(200, "community", "GET", at("meetings", id, "/sheet"), nil).body
	for _, want := range []string{"建议同时告诉业主进度", "同意 3 人（至少 3 人）", "没有通过", "利害关系：住在东门边", "王委员"} {
		if !strings.Contains(minutes, want) {
			t.Errorf("the minutes do not say %s", want)
		}
	}
	e.keepA4(t, "committee-minutes.png", minutes)
	decided := list(e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/committee/decisions", estate), nil), "items")
	if len(decided) != 1 || decided[0].(m)["yes"] != 3.0 || len(decided[0].(m)["votes"].([]any)) != 4 {
		t.Errorf("owners read %v", decided)
	}
	e.must(404, "owner_foreign", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/committee", estate), nil)

	proposal := e.must(201, "owner", "POST", fmt.Sprintf("/miniapp/v1/estates/%d/committee/proposals", estate), m{"title": "装充电桩", "text": "希望在北门装电动车充电桩", "client_ref": "p"}).int("id")
	e.must(404, "company", "GET", at("proposals", proposal, ""), nil)
	e.must(200, "committee_member", "POST", at("proposals", proposal, "/passing"), m{"due": years(0, 10)})
	if seen := e.must(200, "company", "GET", at("proposals", proposal, ""), nil).body; strings.Contains(seen, "person") {
		t.Errorf("the company learns who proposed it: %s", seen)
	}
	e.must(200, "company", "POST", at("proposals", proposal, "/answer"), m{"text": "下个月动工，月底装好"})
	if mine := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/committee-proposals/%d", proposal), nil); mine.json["answer"] != "下个月动工，月底装好" {
		t.Errorf("the owner reads %s", mine.body)
	}
	e.drain()
	for who, title := range map[string]string{"owner": "您的建议有答复了", "company": "业委会转来业主的建议", "community": "请参加业委会会议", "bureau": "业委会备案待审核", "township": "业委会备案待审核", "committee_member": "业委会会议通知"} {
		if e.inboxed(who, title) != 1 {
			t.Errorf("%s was told %q %d times", who, title, e.inboxed(who, title))
		}
	}
	if err := e.verify(t.Context(), io.Discard, ""); err != nil {
		t.Errorf("verify: %v", err)
	}
}

// TestAHandOverThroughTheAPI: the list stands when a term begins, those elected again tick it, and it is printed for three
// signatures.
func TestAHandOverThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	th := things{"estates": e.town.actors["owner"].Estate}
	e.govern(th, "")
	at := fmt.Sprintf("/office/v1/committee-handovers/%d", th["committee-handovers"])
	items := e.must(200, "committee_chair", "GET", at, nil).json["items"].([]any)
	for i, x := range items {
		tick := m{"item_id": x.(m)["id"]}
		e.must(200, "committee_chair", "POST", at+"/ticks", tick) // gives as one of the old term
		e.must(403, "committee_chair", "POST", at+"/ticks", tick) // and does not take it from themselves
		if i == 0 {
			e.must(409, "community", "POST", at+"/witness", m{})
			tick["missing"], tick["text"] = true, "没有找到"
		}
		e.must(200, "committee_member", "POST", at+"/ticks", tick)
	}
	e.must(200, "community", "POST", at+"/witness", m{"text": "现场见证"})
	sheet := e.must(200, "township", "GET", at+"/sheet", nil).body
	for _, want := range []string{"没有移交", "没有找到", "缺少 <b>1</b> 项", "社区居委会见证"} {
		if !strings.Contains(sheet, want) {
			t.Errorf("the list does not say %s", want)
		}
	}
	e.keepA4(t, "committee-handover.png", sheet)
	audit := fmt.Sprintf("/office/v1/committee-audits/%d", th["committee-audits"])
	e.must(200, "township", "POST", audit+"/order", m{"auditor": "某会计师事务所", "text": "任期内的收支", "due": years(0, 30)})
	paper := e.must(201, "township", "POST", "/office/v1/files", multipartOf("notice", "audit", "p.png", onePixel())).int("id")
	e.must(404, "owner", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", paper), nil)
	e.must(200, "township", "POST", audit+"/report", m{"text": "收支清楚，没有发现问题，建议完善票据管理", "file_ids": []int64{paper}})
	e.must(404, "owner", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", paper), nil)
	e.must(200, "township", "POST", audit+"/publication", m{})
	e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", paper), nil)
	e.must(404, "owner_foreign", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", paper), nil)
	e.reportIsCovered(paper)
}

// reportIsCovered: the report of an audit is an attachment of its notice, and what is in it is part of what the notice's hash covers.
func (e *engine) reportIsCovered(paper int64) {
	e.t.Helper()
	var id int64
	var sum string
	if err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		if err := tx.Model(&disclosure.Notice{}).Select("id").Where("client_ref LIKE 'committee-audit-%'").Limit(1).Scan(&id).Error; err != nil {
			return err
		}
		return tx.Table("files").Select("sha256").Where("id = ?", paper).Scan(&sum).Error
	}); err != nil || sum == "" {
		e.t.Fatal(err, sum)
	}
	if a := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/notices/%d", id), nil); !strings.Contains(a.body, fmt.Sprintf(`"file_ids":[%d]`, paper)) {
		e.t.Errorf("the notice has no report: %s", a.body)
	}
	content, err := e.board.Content(e.t.Context(), e.actor("owner"), id, 0)
	if err != nil || !strings.Contains(string(content), `"files":["`+sum+`"]`) {
		e.t.Errorf("%s %v", content, err)
	}
	ctx, township := e.t.Context(), e.actor("township") // in other words it keeps its report
	p, err := e.board.SaveDraft(ctx, township, disclosure.Draft{EstateID: e.town.actors["owner"].Estate, Title: "业委会审计结果", Body: "收支清楚，票据管理要完善", FileIDs: []int64{paper}, ClientRef: "audit-words", InputHash: "h"}, id, "写得更清楚")
	if err == nil {
		err = e.board.SubmitDraft(ctx, township, p.ID, p.Revision)
	}
	if err == nil {
		_, err = e.board.ConfirmDraft(ctx, e.actor("community"), p.ID, p.Revision)
	}
	if err != nil {
		e.t.Error(err)
	}
	if content, err = e.board.Content(ctx, e.actor("owner"), id, 2); err != nil || !strings.Contains(string(content), `"files":["`+sum+`"]`) {
		e.t.Errorf("%s %v", content, err)
	}
	if _, err := e.board.Verify(ctx); err != nil {
		e.t.Error(err)
	}
	e.exec("UPDATE files SET sha256 = ? WHERE id = ?", strings.Repeat("0", 64), paper)
	if _, err := e.board.Verify(e.t.Context()); err == nil || !strings.Contains(err.Error(), "is not what was published") {
		e.t.Errorf("another report is in its place: %v", err)
	}
	e.exec("UPDATE files SET sha256 = ? WHERE id = ?", sum, paper)
}

// byLink votes on the page of a link as a browser without scripts does.
func (e *engine) byLink(link, phone string, items []int64, choice string) {
	e.t.Helper()
	path := strings.TrimPrefix(link, e.cfg.PublicURL)
	if page := e.must(200, "", "GET", path, nil).body; !strings.Contains(page, "至少 3 人同意") || strings.Contains(page, "李委员") || strings.Contains(page, "赵委员") {
		e.t.Errorf("the page shows %s", page)
	}
	f := url.Values{"ref": {"a-form-of-its-own-" + phone}, "phone": {phone}, "step": {"code"}}
	for _, id := range items {
		f.Set(fmt.Sprintf("choice-%d", id), choice)
	}
	e.form(path, f, 200)
	f.Set("step", "cast")
	f.Set("code", "000000")
	e.form(path, f, 422)
	f.Set("code", e.texted(phone))
	for range 2 { // the answer was lost, and the same form comes again
		if page := e.form(path, f, 200); !strings.Contains(page, "已收到您的表决") {
			e.t.Errorf("voted: %s", page)
		}
	}
	f.Set("ref", "another-form-of-somebody-"+phone)
	if page := e.form(path, f, 422); !strings.Contains(page, "已经用过") {
		e.t.Errorf("a second form: %s", page)
	}
}

// TestACommitteesVoteOnAPhone opens a member's link in a browser of a phone's size and votes: no scripts, nothing from elsewhere.
func TestACommitteesVoteOnAPhone(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	base := fmt.Sprintf("/office/v1/estates/%d/committee", estate)
	e.must(201, "township", "POST", base+"/terms", e.election("", years(0, -1), years(3, 0)))
	id := e.must(201, "committee_chair", "POST", base+"/meetings", e.meeting("十二月")).int("id")
	at := func(what string) string { return fmt.Sprintf("/office/v1/committee-meetings/%d%s", id, what) }
	e.must(200, "committee_chair", "POST", at("/announcement"), m{})
	e.reschedule(id, "starts_at", time.Now().Add(-time.Minute))
	e.must(200, "committee_chair", "POST", at("/opening"), m{"vote_ends": time.Now().Add(48 * time.Hour).Format(time.RFC3339)})
	link := e.must(200, "committee_chair", "POST", at("/links"), m{}).json["items"].([]any)[2].(m)["url"].(string)
	path := strings.TrimPrefix(link, e.cfg.PublicURL)
	see := func(name, want string) {
		t.Helper()
		page, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
		if err != nil || !strings.Contains(page.Text, want) || page.Width > 390 {
			t.Errorf("%s is %d wide and does not show %q: %s %v", name, page.Width, want, page.Text, err)
		}
		for _, u := range page.Loaded {
			if !strings.HasPrefix(u, e.url) {
				t.Errorf("loads %s", u)
			}
		}
		e.shoot(ctx, name)
	}
	run := func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	run(chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+path))
	see("committee-link", "督促修复东门门禁")
	run(chromedp.Click(`section:nth-of-type(1) input[value=yes]`), chromedp.Click(`section:nth-of-type(2) input[value=no]`), chromedp.SendKeys(`#phone`, memberPhone("", 0)), chromedp.Click(`button[value=code]`), chromedp.WaitVisible(`.done`))
	see("committee-code", "验证码已发到")
	run(chromedp.SendKeys(`#code`, e.texted(memberPhone("", 0))), chromedp.Click(`button[value=cast]`), chromedp.WaitNotPresent(`#phone`))
	see("committee-voted", "已收到您的表决")
	run(chromedp.Navigate(e.url + path))
	see("committee-used", "已经用过")
}
