package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/store"
)

// TestMeetingSheets: the notice, the roll, the minutes and the result say on paper what the meeting says, name nobody, and are not
// there before there is something to print.
func TestMeetingSheets(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	motions := voteMotions()
	motions[0]["body"] = "更换曳引机<b>预算八万元</b>"
	motions[0]["beside"] = "rebuild"
	id := e.assembly(motions, map[string]string{"ballot.silence_rule": "议事规则第12条", "ballot.silence_covers": "both", "proxy.cap": "3"})
	at := func(sheet string) string { return fmt.Sprintf("/office/v1/meetings/%d/sheets/%s", id, sheet) }
	e.must(409, "committee_chair", "GET", at("result"), nil)
	e.must(404, "community_foreign", "GET", at("notice"), nil)
	e.must(404, "department_fire", "GET", at("roll"), nil)
	draft := e.must(201, "committee_chair", "POST", "/office/v1/meetings", meetingOf(e.town.actors["owner"].Estate, "另一次", "draft")).int("id")
	e.must(409, "committee_chair", "GET", fmt.Sprintf("/office/v1/meetings/%d/sheets/notice", draft), nil)

	sheet := func(name, path string, words ...string) string {
		t.Helper()
		a := e.must(200, "committee_chair", "GET", path, nil)
		for _, word := range words {
			if !strings.Contains(a.body, word) {
				t.Errorf("%s lacks %q", name, word)
			}
		}
		for _, secret := range []string{"演示业主", "演示甲", "1990"} {
			if strings.Contains(a.body, secret) {
				t.Errorf("%s names somebody: %s", name, secret)
			}
		}
		if strings.Contains(a.body, "<no value>") || strings.Contains(a.body, "<b>预算") {
			t.Errorf("%s: %s", name, a.body)
		}
		e.keep("sheet-meeting-"+name+".html", a.body)
		e.keepA4(t, "sheet-meeting-"+name+".png", a.body)
		return a.body
	}
	sheet("notice", at("notice"), "业主大会会议通知", "议题一：", "民法典第278条", "一般事项", "人数和面积都要达到全体业主的三分之二", "（依据：", "按“议事规则第12条”（某通知第三条），通知已经送达而没有投票的，算作参加了表决", "70 份表决权", "最多受 3 份委托", "0854-0000001", "公钥指纹", "&lt;b&gt;预算")
	first := e.must(200, "committee_chair", "GET", at("roll")+"?limit=30", nil)
	if !strings.Contains(first.body, "接下一批") || strings.Contains(first.body, "<td class=\"no\">31</td>") {
		t.Errorf("the first batch: %s", first.body)
	}
	sheet("roll", at("roll")+"?limit=30&after=60", "<td class=\"no\">70</td>", "幢", "登记", "召集人（盖章）")

	e.open(id)
	codes := e.cast(id, 2, 60)
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/meetings/%d/opinion", id), m{"text": "程序合规，没有意见"})
	e.backdate(id, map[string]any{"closes_at": e.db.Now()})
	if _, err := e.assemblies.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, bundle := fmt.Sprintf("/h5/meetings/%d", id), fmt.Sprintf("/public/v1/meetings/%d/bundle", id)
	if a := e.must(200, "", "GET", page, nil); strings.Contains(a.body, bundle) {
		t.Error("the page leads to a bundle that is not there")
	}
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/meetings/%d/result", id), nil)
	if a := e.must(200, "", "GET", page, nil); !strings.Contains(a.body, bundle) || !strings.Contains(a.body, "初步结果的全部公开材料") {
		t.Error("who may object has no bundle to look at")
	}
	e.must(200, "", "GET", bundle, nil)
	sheet("provisional", at("result"), "初步结果公示", "有异议的业主，请在")
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Create(&assembly.Objection{Number: "Y1", MeetingID: id, EstateID: e.town.actors["owner"].Estate, Kind: "result", Grounds: "公示时间不够", State: "rejected", Answer: "公示期为七日，符合规则", Disputed: `[]`, PersonID: 1, ClientRef: "o", At: tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	e.finish(id)
	sheet("result", at("result"), "表决结果公告", "通过", "结果文件 SHA-256", "一年内请求人民法院撤销", "无效票 0 张", "有的地方算作另一类事项", "当选：<b>张阿姨、")
	sheet("minutes", at("minutes"), "会议记录", "程序合规，没有意见", "主动召集", "公示时间不够", "公示期为七日", "监票人", "够了", "表决记录")
	if len(codes) < 50 {
		t.Errorf("%d receipts", len(codes))
	}
	e.seated(id)
}
