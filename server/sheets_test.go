package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// keep writes a page to the folder that LINLI_TEST_SHOTS names, for people to look at.
func (e *engine) keep(name, body string) {
	dir := os.Getenv("LINLI_TEST_SHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
		e.t.Error(err)
	}
}

// TestPrintedSheets: each sheet says what it must, escapes what people wrote, and never carries who complained; there is
// none before there is something to print, and none for an office that does not see the case.
func TestPrintedSheets(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	filed := e.must(201, "community", "POST", "/office/v1/complaints", m{"estate_id": estate, "text": "夜里油烟很大<b>睡不着</b>", "matter": "cooking-fumes", "via": "counter", "name": "杨某某", "phone": "13911112222", "client_ref": "sheet"})
	id := filed.int("id")
	at := func(sheet string) string { return fmt.Sprintf("/office/v1/complaints/%d/sheets/%s", id, sheet) }
	lead := "department_urban_enforcement"
	// The first dispatch is on paper, too.
	if a := e.must(200, lead, "GET", at("transfer"), nil); !strings.Contains(a.body, "系统按职责清单派单") || strings.Contains(a.body, "投诉人（T") {
		t.Errorf("the first dispatch: %s", a.body)
	}
	e.must(404, lead, "GET", at("transfer")+"?seq=99", nil)
	e.must(404, lead, "GET", at("answer"), nil)
	e.must(400, lead, "GET", at("poster"), nil)
	e.must(404, "community_foreign", "GET", at("receipt"), nil)
	deed := func(what string, body m) {
		e.must(200, lead, "POST", fmt.Sprintf("/office/v1/complaints/%d/%s", id, what), body)
	}
	deed("accept", m{})
	deed("answer", m{"report": report("已要求加装净化器"), "file_ids": []int64{e.upload(lead, "photo", "after")}})
	fire, err := e.town.code("fire")
	if err != nil {
		t.Fatal(err)
	}
	number := filed.json["number"].(string)
	want := map[string][]string{
		"receipt": {"受理单", number, "油烟", "&lt;b&gt;睡不着&lt;/b&gt;", "职责清单", "data:image/png;base64,"},
		"answer":  {"答复函", number, "已要求加装净化器", "四、下一步：已办完"},
		"file":    {"案卷", "窗口代录", "已要求加装净化器", "第3步", "/files/"},
	}
	other := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "不知道该谁管的事情", "client_ref": "sheet2"}).int("id")
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/complaints/%d/transfer", other), m{"to": fire.ID, "clause": "五(六)2", "text": "消防通道被占"})
	sent := e.must(200, "community", "GET", fmt.Sprintf("/office/v1/complaints/%d/sheets/transfer", other), nil)
	for _, w := range []string{"转办单", "消防通道被占", "五(六)2", fire.Name} {
		if !strings.Contains(sent.body, w) {
			t.Errorf("the transfer sheet lacks %q", w)
		}
	}
	for sheet, words := range want {
		a := e.must(200, lead, "GET", at(sheet), nil)
		for _, w := range words {
			if !strings.Contains(a.body, w) {
				t.Errorf("%s lacks %q: %s", sheet, w, a.body)
			}
		}
		if strings.Contains(a.body, "杨某某") || strings.Contains(a.body, "13911112222") {
			t.Errorf("%s names the complainant", sheet)
		}
		e.keep(sheet+".html", a.body)
	}
	e.keep("transfer.html", sent.body)
}

// TestTheWholeFile holds what stands beside the case: ratings, the answers of the parts, who came to a whistle and what
// was written down there; and each office that got a part or a summons has its sheet.
func TestTheWholeFile(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	id := func(code string) int64 {
		o, err := e.town.code(code)
		if err != nil {
			t.Fatal(err)
		}
		return o.ID
	}
	c := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "楼下又有油烟又占通道", "client_ref": "f"}).int("id")
	at := func(what string) string { return fmt.Sprintf("/office/v1/complaints/%d/%s", c, what) }
	e.must(200, "community", "POST", at("accept"), m{})
	split := e.must(200, "community", "POST", at("split"), m{"parts": []m{{"to": id("fire"), "clause": "五(六)2", "text": "请清理通道"}, {"to": id("urban-enforcement"), "clause": "五(四)3", "text": "请查处油烟"}}})
	for i, who := range []string{"department_fire", "department_urban_enforcement"} {
		part := int64(split.json["parts"].([]any)[i].(m)["id"].(float64))
		sheet := e.must(200, who, "GET", fmt.Sprintf("/office/v1/complaints/%d/sheets/transfer", part), nil)
		for _, want := range []string{"演示一社区（分办）", []string{"请清理通道", "请查处油烟"}[i], []string{"五(六)2", "五(四)3"}[i]} {
			if !strings.Contains(sheet.body, want) {
				t.Errorf("the part's sheet lacks %s: %s", want, sheet.body)
			}
		}
		e.must(200, who, "POST", fmt.Sprintf("/office/v1/complaints/%d/accept", part), m{})
		e.must(200, who, "POST", fmt.Sprintf("/office/v1/complaints/%d/answer", part), m{"report": report("分办已办：" + who)})
	}
	wh := e.must(201, "community", "POST", "/office/v1/whistles", m{"case_id": c, "reason": "超出社区和办事处的职权，要部门到场", "sort": "simple", "place": "东门", "client_ref": "w", "calls": []m{{"to": id("fire"), "clause": "五(六)2", "text": "清障到场"}}}).int("id")
	e.must(200, "township", "POST", fmt.Sprintf("/office/v1/whistles/%d/signature", wh), m{"blow": true})
	summons := e.must(200, "department_fire", "GET", fmt.Sprintf("/office/v1/whistles/%d/sheets/%d", wh, id("fire")), nil)
	for _, want := range []string{"转办单", "清障到场", "五(六)2", "演示一办事处", "超出社区"} {
		if !strings.Contains(summons.body, want) {
			t.Errorf("the summons lacks %s: %s", want, summons.body)
		}
	}
	e.must(404, "department_fire", "GET", fmt.Sprintf("/office/v1/whistles/%d/sheets/%d", wh, id("ecology")), nil)
	e.must(404, "community_foreign", "GET", fmt.Sprintf("/office/v1/whistles/%d/sheets/%d", wh, id("fire")), nil)
	e.must(200, "department_fire", "POST", fmt.Sprintf("/office/v1/whistles/%d/check-in", wh), m{"lat": 26.258, "lng": 107.518, "file_id": e.upload("department_fire", "photo", "here")})
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/whistles/%d/minutes", wh), m{"text": "现场清障完毕", "client_ref": "m"})
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/whistles/%d/closing", wh), m{"text": "通道已经恢复畅通，杂物全部运走"})
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/whistles/%d/ratings/%d", wh, id("fire")), m{"response": "yes", "solved": "yes", "satisfied": "partly"})
	e.must(200, "community", "POST", at("answer"), m{"report": report("两个部门都办了")})
	e.must(200, "owner", "POST", fmt.Sprintf("/miniapp/v1/complaints/%d/rating", c), m{"text": "还算快", "rating": m{"response": "yes", "solved": "partly", "satisfied": "no"}})
	file := e.must(200, "community", "GET", at("sheets/file"), nil)
	for _, want := range []string{"分办已办：department_fire", "分办已办：department_urban_enforcement", "现场清障完毕", "已报到", "通道已经恢复畅通", "满意部分", "响应：是　解决：部分　满意：否", "还算快"} {
		if !strings.Contains(file.body, want) {
			t.Errorf("the file lacks %s", want)
		}
	}
	e.keep("whole-file.html", file.body)
	e.keep("summons.html", summons.body)
	e.must(200, "department_fire", "GET", at("sheets/file"), nil)
}
