package main

import (
	"fmt"
	"strings"
	"time"
)

// seated follows a certified election to the committee: the township is asked for what the rules leave open and confirms once, the term rests on
// the meeting's number, and a court's judgment stands beside it.
func (e *engine) seated(id int64) {
	e.t.Helper()
	estate := e.town.actors["owner"].Estate
	number := e.must(200, "township", "GET", fmt.Sprintf("/office/v1/meetings/%d", id), nil).json["number"]
	overview := func() answer {
		return e.must(200, "township", "GET", fmt.Sprintf("/office/v1/estates/%d/committee", estate), nil)
	}
	list := func(a answer, key string) []any { all, _ := a.json[key].([]any); return all }
	e.drain()
	waiting := list(overview(), "elected")
	if len(waiting) != 1 || waiting[0].(m)["number"] != number || e.inboxed("township", "请登记新一届业委会") != 1 {
		e.t.Fatalf("after the certificate waits %v", waiting)
	}
	confirm := fmt.Sprintf("/office/v1/committee-elections/%d/confirmation", int64(waiting[0].(m)["id"].(float64)))
	start := time.Now().AddDate(0, 0, 2)
	body := m{"starts_on": start.Format(time.DateOnly), "ends_on": start.AddDate(3, 0, -1).Format(time.DateOnly)}
	var phones []m
	for i, p := range waiting[0].(m)["people"].([]any) {
		if !p.(m)["reached"].(bool) {
			phones = append(phones, m{"place": i + 1, "phone": fmt.Sprintf("1370000%04d", i)})
		}
	}
	if body["phones"] = phones; phones == nil {
		delete(body, "phones")
	}
	e.must(403, "community", "POST", confirm, body)
	e.must(200, "township", "POST", confirm, body)
	e.must(409, "township", "POST", confirm, body)
	if v := overview(); v.json["basis"] != number || len(list(v, "members")) == 0 || v.json["elected"] != nil {
		e.t.Errorf("seated as %s", v.body)
	}
	e.must(200, "township", "POST", fmt.Sprintf("/office/v1/meetings/%d/revocation", id), m{"text": "都匀市人民法院（2026）黔2701民初1号判决撤销"})
	e.drain()
	for who, path := range map[string]string{"township": fmt.Sprintf("/office/v1/estates/%d/committee", estate), "owner": fmt.Sprintf("/miniapp/v1/estates/%d/committee", estate)} {
		if v := e.must(200, who, "GET", path, nil); !strings.Contains(v.body, "黔2701民初1号") {
			e.t.Errorf("%s does not see that a court revoked the election: %s", who, v.body)
		}
	}
}
