package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestAHotlineListGoesThroughTheAPI: a township's clerk uploads what the hotline exported, looks, decides what is unclear,
// files it, and gives the list back with the results.
func TestAHotlineListGoesThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	var name string
	for _, x := range e.must(200, "township", "GET", "/office/v1/estates?limit=100", nil).json["items"].([]any) {
		if int64(x.(m)["id"].(float64)) == estate {
			name = x.(m)["name"].(string)
		}
	}
	list := "工单编号,来电人,联系电话,诉求内容,事发地址,是否保密\nA1,张三,13900001234,门口消防通道停满了车消防车进不来," + name + "3栋2单元501,是\nA2,李四,13900001235,楼下饭店油烟太大,不知道在哪里,是\n"
	up := e.must(201, "township", "POST", "/office/v1/files", multipartOf("hotline", "h1", "工单.csv", []byte(list)))
	body := m{"file_id": up.int("id"), "client_ref": "h1"}
	got := e.must(201, "township", "POST", "/office/v1/hotline-imports", body)
	if again := e.must(201, "township", "POST", "/office/v1/hotline-imports", body); again.int("id") != got.int("id") || got.int("ready") != 1 || got.int("undecided") != 1 {
		t.Fatalf("checked %s, again %s", got.body, again.body)
	}
	path := fmt.Sprintf("/office/v1/hotline-imports/%d", got.int("id"))
	orders := e.must(200, "township", "GET", path+"/orders", nil)
	first, second := orders.json["items"].([]any)[0].(m), orders.json["items"].([]any)[1].(m)
	if first["estate"] != name || first["guessed"] != true || first["matter"] == "" || first["unit"] == "" || first["why"] == "" || first["phone"] != "139****1234" || strings.Contains(orders.body, "张三") {
		t.Errorf("orders %s", orders.body)
	}
	if a := e.call("township", "POST", path+"/application", m{}); a.status != 409 || !strings.Contains(a.body, "还有1件") {
		t.Errorf("applied with an open order: %d %s", a.status, a.body)
	}
	e.must(404, "community", "GET", path, nil)
	e.must(200, "township", "POST", path+"/decisions", m{"orders": []any{second["id"]}, "estate_id": estate, "matter": ""})
	if done := e.must(200, "township", "POST", path+"/application", m{}); done.int("filed") != 2 || done.int("ready") != 0 {
		t.Fatalf("applied %s", done.body)
	}
	cases := e.must(200, "community", "GET", "/office/v1/complaints?list=area&source=hotline", nil)
	if items := cases.json["items"].([]any); len(items) != 2 || strings.Contains(cases.body, "13900001234") || strings.Contains(cases.body, "501") {
		t.Errorf("filed %s", cases.body)
	}
	x, err := excelize.OpenReader(bytes.NewReader([]byte(e.must(200, "township", "GET", path+"/results.xlsx", nil).body)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := x.GetRows("CSV")
	if err != nil || len(rows) != 3 || rows[1][0] != "A1" || rows[1][1] != "张三" || !strings.HasPrefix(rows[1][6], "T") || rows[1][8] != "待受理" {
		t.Errorf("%q %v", rows, err)
	}
	e.must(200, "township", "GET", "/office/v1/hotline-template", nil)
	e.must(403, "company", "GET", "/office/v1/hotline-template", nil)
}
