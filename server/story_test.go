package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/server/web"
)

// TestTheWholeStory: a fire lane built over. Filed, refused by clause twice, arbitrated, the whistle blown for three
// departments, who check in; closed, rated, answered, confirmed, and in the three rates with its case behind them.
func TestTheWholeStory(t *testing.T) {
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
	fire, planning, enforcement := "department_fire", "department_natural_resources", "department_urban_enforcement"
	e.must(201, "community", "POST", "/office/v1/contacts", m{"name": "社区值守电话", "phone": "0854-8220000", "urgent": true})
	filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "matter": "fire-lane", "part": "fire-lane", "lat": 26.258, "lng": 107.518,
		"text": "东门消防通道被人搭了棚子，消防车进不来", "cover": "sealed", "client_ref": "story"})
	calls, _ := filed.json["call"].([]any)
	if filed.json["urgent"] != true || filed.json["due_at"] == nil || len(calls) < 3 || calls[0].(m)["phone"] != "119" || !strings.Contains(filed.body, "0854-8220000") {
		t.Fatalf("filed %s", filed.body)
	}
	at := func(what string) string { return fmt.Sprintf("/office/v1/complaints/%d/%s", filed.int("id"), what) }
	e.must(409, fire, "POST", at("answer"), m{"report": report("没有受理就答复")})
	e.must(200, fire, "POST", at("refuse"), m{"clause": "五(三)4", "text": "搭建要先由自然资源局认定", "to": id("natural-resources")})
	e.must(200, planning, "POST", at("refuse"), m{"clause": "五(六)2", "text": "占用消防通道由消防部门查处"})
	own := e.must(200, "community", "GET", fmt.Sprintf("/office/v1/complaints/%d", filed.int("id")), nil)
	if own.json["state"] != "arbitration" {
		t.Fatalf("after two refusals: %s", own.body)
	}
	e.must(200, "leading_group_office", "POST", at("arbitrate"), m{"clause": "五(二)13", "text": "由社区牵头，吹哨请三个部门到场", "to": e.actor("community").OrganisationID()})
	e.must(200, "community", "POST", at("accept"), m{})

	wh := e.must(201, "community", "POST", "/office/v1/whistles", m{"case_id": filed.int("id"), "reason": "占用消防通道、认定违建、拆除分属三个部门，社区无权处理", "sort": "simple", "place": "东门消防通道",
		"lat": 26.258, "lng": 107.518, "client_ref": "whistle", "calls": []m{{"to": id("fire"), "clause": "五(六)2", "text": "清障"}, {"to": id("natural-resources"), "clause": "五(三)4", "text": "认定"},
			{"to": id("urban-enforcement"), "clause": "五(四)6", "text": "拆除"}}})
	on := func(what string) string { return fmt.Sprintf("/office/v1/whistles/%d/%s", wh.int("id"), what) }
	e.must(200, "township", "POST", on("signature"), m{"blow": true})
	for _, who := range []string{fire, planning, enforcement} {
		e.must(200, who, "POST", on("check-in"), m{"lat": 26.2581, "lng": 107.518, "file_id": e.upload(who, "photo", "arrived-"+who)})
	}
	e.must(200, "community", "POST", on("minutes"), m{"text": "三方现场认定违建并当场拆除，通道恢复四米净宽", "client_ref": "minute"})
	e.must(200, "community", "POST", on("closing"), m{"text": "违建已拆除，消防通道恢复畅通"})
	for _, code := range []string{"fire", "natural-resources", "urban-enforcement"} {
		e.must(200, "community", "POST", fmt.Sprintf("%s/%d", on("ratings"), id(code)), m{"response": "yes", "solved": "yes", "satisfied": "yes"})
	}
	e.must(200, "community", "POST", at("answer"), m{"report": report("三个部门到场，违建已拆除")})
	mine := fmt.Sprintf("/miniapp/v1/complaints/%d", filed.int("id"))
	e.must(200, "owner", "POST", mine+"/rating", m{"rating": m{"response": "yes", "solved": "yes", "satisfied": "yes"}})
	closed := e.must(200, "owner", "POST", mine+"/confirm", m{})
	if closed.json["state"] != "closed" || closed.json["ending"] != "confirmed" || len(closed.json["steps"].([]any)) < 12 {
		t.Errorf("closed %s", closed.body)
	}
	figures := e.must(200, "bureau", "GET", "/office/v1/figures?from=2020-01-01&to=2020-12-31", nil)
	if items := figures.json["items"].([]any); len(items) != 0 {
		t.Errorf("figures of a year without cases: %s", figures.body)
	}
	today := web.Time(e.db.Now()) // figures go by the days of Shanghai
	from, day := today.AddDate(0, 0, -1).Format("2006-01-02"), today.Format("2006-01-02")
	figures = e.must(200, "bureau", "GET", "/office/v1/figures?from="+from+"&to="+day, nil)
	row := figures.json["items"].([]any)[0].(m)
	rate := row["people"].(m)["satisfied"].(m)
	if rate["of"] != 1.0 || rate["all"] != 1.0 || rate["percent"] != 100.0 {
		t.Errorf("figures %s", figures.body)
	}
	behind := e.must(200, "bureau", "GET", fmt.Sprintf("/office/v1/figures/%d/cases?figure=satisfied&from=%s&to=%s", int64(row["organisation_id"].(float64)), from, day), nil)
	if items := behind.json["items"].([]any); len(items) != 1 || items[0].(m)["number"] != filed.json["number"] {
		t.Errorf("behind the figure: %s", behind.body)
	}
}
