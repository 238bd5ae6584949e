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
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	filed := e.must(201, "community", "POST", "/office/v1/complaints", m{"estate_id": estate, "text": "夜里油烟很大<b>睡不着</b>", "matter": "cooking-fumes", "via": "counter", "name": "杨某某", "phone": "13911112222", "client_ref": "sheet"})
	id := filed.int("id")
	at := func(sheet string) string { return fmt.Sprintf("/office/v1/complaints/%d/sheets/%s", id, sheet) }
	lead := "department_urban_enforcement"
	e.must(404, lead, "GET", at("transfer"), nil)
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
