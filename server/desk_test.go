package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestAClerkClearsTheDesk: many cases in one go, each with its own outcome; a repeat answers the same; the list leaves as
// a sheet in which nothing is a formula.
func TestAClerkClearsTheDesk(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	var ids []int64
	for i, text := range []string{"=HYPERLINK(\"http://x\",\"点我\") 楼道灯坏了", "楼道堆满杂物走不过去", "门禁坏了谁都能进"} {
		ids = append(ids, e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": text, "client_ref": fmt.Sprint("desk", i)}).int("id"))
	}
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/complaints/%d/accept", ids[0]), m{})
	bulk := m{"ids": append(ids, 999999), "action": "accept", "client_ref": "b1"}
	for range 2 { // a double click
		a := e.must(200, "community", "POST", "/office/v1/complaints-bulk", bulk)
		var done []string
		for _, o := range a.json["items"].([]any) {
			done = append(done, fmt.Sprint(o.(m)["done"], o.(m)["code"]))
		}
		if got := strings.Join(done, " "); got != "falsecomplaint.wrong_state true <nil> true <nil> falsecomplaint.not_found" {
			t.Errorf("outcomes %s", got)
		}
	}
	e.must(200, "community", "POST", "/office/v1/saved-views", m{"name": "等我办", "query": "list=waiting"})
	e.must(200, "community", "POST", "/office/v1/saved-views", m{"name": "等我办", "query": "list=waiting&overdue=true"})
	if a := e.must(200, "community", "GET", "/office/v1/saved-views", nil); len(a.json["items"].([]any)) != 1 || !strings.Contains(a.body, "overdue") {
		t.Errorf("saved views %s", a.body)
	}
	template := e.must(200, "community", "POST", "/office/v1/templates", m{"name": "已受理", "action": "note", "text": "您好，我们已受理"})
	if a := e.must(200, "community", "GET", "/office/v1/templates?action=note", nil); len(a.json["items"].([]any)) != 1 {
		t.Errorf("templates %s", a.body)
	}
	e.must(404, "township", "DELETE", fmt.Sprintf("/office/v1/templates/%d", template.int("id")), nil)
	e.must(204, "community", "DELETE", fmt.Sprintf("/office/v1/templates/%d", template.int("id")), nil)

	sheet := e.must(http.StatusOK, "community", "GET", "/office/v1/complaints.xlsx?list=unit", nil)
	f, err := excelize.OpenReader(bytes.NewReader([]byte(sheet.body)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("投诉")
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i := range rows {
		if formula, _ := f.GetCellFormula("投诉", fmt.Sprintf("H%d", i+1)); formula != "" {
			t.Errorf("row %d holds the formula %s", i, formula)
		}
	}
}
