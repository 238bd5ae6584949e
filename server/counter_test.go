package main

import (
	"fmt"
	"testing"
)

// TestACounterFilesThroughTheAPI: a helper files for somebody who came, and a patrol files what it found; both get a
// number, and the details go nowhere but to whoever may look.
func TestACounterFilesThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	body := m{"estate_id": estate, "text": "楼道里堆满杂物，走不过去", "via": "counter", "name": "周婆婆", "phone": "13900001234", "part": "stairs", "client_ref": "c1"}
	filed := e.must(201, "community", "POST", "/office/v1/complaints", body)
	if again := e.must(201, "community", "POST", "/office/v1/complaints", body); again.int("id") != filed.int("id") {
		t.Error("a double click filed twice")
	}
	if filed.json["source"] != "counter" || filed.json["part"] != "楼道、门厅" {
		t.Errorf("filed %s", filed.body)
	}
	contact := e.must(200, "community", "POST", fmt.Sprintf("/office/v1/complaints/%d/reveal", filed.int("id")), m{"reason": "上门核实需要"})
	if contact.json["name"] != "周婆婆" || contact.json["phone"] != "13900001234" {
		t.Errorf("contact %s", contact.body)
	}
	patrol := e.must(201, "community", "POST", "/office/v1/patrols", m{"estate_id": estate, "text": "巡查发现消防通道停满车辆", "matter": demoMatter(e.town), "client_ref": "p1"})
	if patrol.json["source"] != "patrol" {
		t.Errorf("patrol %s", patrol.body)
	}
	listed := e.must(200, "community", "GET", "/office/v1/complaints?list=area&source=patrol", nil)
	if items := listed.json["items"].([]any); len(items) != 1 {
		t.Errorf("%d patrols listed", len(items))
	}
	e.must(403, "company", "POST", "/office/v1/complaints", body)
}
