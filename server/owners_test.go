package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/campaign"
)

// stranger finds a unit of an estate whose owner has no account.
func (e *engine) stranger(estate int64) (u org.Unit, set int64) {
	e.t.Helper()
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		var held org.Ownership
		err := tx.Where("estate_id = ? AND current_unit IS NOT NULL", estate).
			Where("EXISTS (SELECT 1 FROM units u WHERE u.id = ownerships.current_unit AND u.use_kind = 'residential')").
			Where("NOT EXISTS (SELECT 1 FROM owners o WHERE o.owner_set_id = ownerships.owner_set_id AND o.person_id <> 0)").Order("id").Limit(1).Take(&held).Error
		if err != nil {
			return err
		}
		set = held.OwnerSetID
		return tx.Where("id = ?", held.UnitID).Take(&u).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return u, set
}

// TestDeedsEndReminders: who is recognised is reminded no more of being recognised, and whoever disputes an area no more of looking at
// it. Others are.
func TestDeedsEndReminders(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	unit, set := e.stranger(estate)
	ask := func(subject string) int64 {
		id := e.must(201, "committee_member", "POST", "/office/v1/campaigns", m{"estate_id": estate, "title": "请办理认证和核对", "body": "请在小程序里办理。", "kind": "notice", "audience": "owners", "channels": []string{"wechat_mini", "letter"},
			"subject_kind": subject, "subject_id": estate, "client_ref": subject}).int("id")
		e.must(200, "committee_member", "POST", fmt.Sprintf("/office/v1/campaigns/%d/submission", id), nil)
		e.must(200, "community", "POST", fmt.Sprintf("/office/v1/campaigns/%d/approval", id), m{"version": 1})
		return id
	}
	recognised, checked := ask(event.Recognition), ask(event.AreaCheck)
	e.campaign(t)
	acted := func(id int64) (seats []int64) {
		err := e.db.View(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&campaign.Reach{}).Where("campaign_id = ? AND acted_at IS NOT NULL", id).Pluck("seat", &seats).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return seats
	}
	before := acted(recognised) // who was recognised before it was sent
	if len(acted(checked)) != 0 || slices.Contains(before, set) {
		t.Fatalf("before anybody did anything: %v", before)
	}
	app := e.must(201, "tenant", "POST", "/miniapp/v1/applications", m{"unit_id": unit.ID, "role": "owner", "name": "新业主", "file_ids": []int64{e.upload("tenant", "document", "deed")}, "client_ref": "deed"}).int("id")
	e.must(204, "community", "POST", fmt.Sprintf("/office/v1/applications/%d/decision", app), m{"accept": true})
	e.must(201, "owner", "POST", "/miniapp/v1/area-claims", m{"unit_id": e.town.actors["owner"].Unit, "area": "99.5", "source": "register", "file_ids": []int64{e.upload("owner", "document", "area")}, "client_ref": "deed"})
	e.drain()
	if got := acted(recognised); len(got) != len(before)+1 || !slices.Contains(got, set) {
		t.Errorf("recognised: seats %v, want %d", got, set)
	}
	var owner int64
	err := e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.Ownership{}).Where("current_unit = ?", e.town.actors["owner"].Unit).Pluck("owner_set_id", &owner).Error
	})
	if got := acted(checked); err != nil || len(got) != 1 || got[0] != owner {
		t.Errorf("checked: seats %v, want %d, %v", got, owner, err)
	}
}

// TestANoticeOfOneBuilding: from the board to the letters of those whom no phone reaches, printed with the words and the code, and
// marked.
func TestANoticeOfOneBuilding(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	unit, _ := e.stranger(estate)
	foreign, _ := e.stranger(e.town.actors["owner_foreign"].Estate)
	in := m{"estate_id": estate, "kind": "posting", "audience": "public", "title": "3幢电梯更换方案", "body": "拟更换本幢电梯<b>一部</b>，费用按面积分摊。", "building_ids": []int64{foreign.BuildingID}, "client_ref": "lift"}
	e.must(400, "committee_chair", "POST", "/office/v1/notices", in)
	in["building_ids"] = []int64{unit.BuildingID}
	n := e.must(201, "committee_chair", "POST", "/office/v1/notices", in)
	if got := n.json["building_ids"].([]any); len(got) != 1 || int64(got[0].(float64)) != unit.BuildingID {
		t.Errorf("the notice is about %v", got)
	}
	e.drain()
	list := e.must(200, "community", "GET", "/office/v1/letters", nil).json["items"].([]any)
	if len(list) == 0 {
		t.Fatal("nobody is on the list")
	}
	first := list[0].(m)
	if page := e.must(200, "community", "GET", "/office/v1/letters?limit=1", nil); len(list) > 1 && page.int("next") != int64(first["id"].(float64)) {
		t.Errorf("the page says %s", page.body)
	}
	if a := e.must(200, "community_foreign", "GET", "/office/v1/letters", nil); strings.Contains(a.body, "电梯更换") {
		t.Errorf("another area's office reads %s", a.body)
	}
	sheet := fmt.Sprintf("/office/v1/messages/%d/letters?limit=500", int64(first["message_id"].(float64)))
	if a := e.call("community_foreign", "GET", sheet, nil); a.status != http.StatusNotFound {
		t.Errorf("another area's office prints: %d", a.status)
	}
	letters := e.must(200, "committee_chair", "GET", sheet, nil)
	if strings.Count(letters.body, `<section class="letter">`) != len(list) || !strings.Contains(letters.body, "&lt;b&gt;一部") || !strings.Contains(letters.body, first["door"].(string)) || strings.Contains(letters.body, "演示业主") || strings.Contains(letters.body, "我已收到") {
		t.Errorf("letters %s", letters.body)
	}
	e.keep("notice-letters.html", letters.body)
	if a := e.must(200, "committee_chair", "GET", sheet+"&sheet=visits", nil); !strings.Contains(a.body, "上门送达清单") || !strings.Contains(a.body, "□ 家中无人") || strings.Contains(a.body, `alt="登记"`) {
		t.Errorf("the visit list: %s", a.body)
	}
	e.must(404, "company", "POST", "/office/v1/letters/results", m{"ids": []int64{int64(first["id"].(float64))}, "result": "posted"})
	e.must(404, "community_foreign", "POST", "/office/v1/letters/results", m{"ids": []int64{int64(first["id"].(float64))}, "result": "posted"})
	if got := e.must(200, "community", "POST", "/office/v1/letters/results", m{"ids": []int64{int64(first["id"].(float64))}, "result": "posted"}).int("count"); got != 1 {
		t.Errorf("%d are marked", got)
	}
	e.must(409, "community", "POST", "/office/v1/letters/results", m{"ids": []int64{int64(first["id"].(float64))}, "result": "refused"}) // a page that is out of date
	if left := e.must(200, "community", "GET", "/office/v1/letters", nil).json["items"].([]any); len(left) != len(list)-1 {
		t.Errorf("%d are left of %d", len(left), len(list))
	}
	// Beforehand the bureau would have seen it.
	foreseen := e.must(200, "bureau", "POST", "/office/v1/notify/plan/preview", m{"event": "disclosure.published", "estate_id": estate, "building_ids": []int64{unit.BuildingID}})
	if !strings.Contains(foreseen.body, `"to":"owners"`) || !strings.Contains(foreseen.body, `"letter":`) || !strings.Contains(foreseen.body, "第279条") {
		t.Errorf("foreseen %s", foreseen.body)
	}
}

// TestACaseShowsItsWhistle: the messages of a whistle and of its tasks stand in the case beside its own; who has signed, come and done
// is chased no more.
func TestACaseShowsItsWhistle(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate, fire, township := e.town.actors["owner"].Estate, e.actor("department_fire").OrganisationID(), e.actor("township").OrganisationID()
	id := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "matter": "cooking-fumes", "text": "楼下油烟很大", "client_ref": "w"}).int("id")
	w := e.must(201, "community", "POST", "/office/v1/whistles", m{"case_id": id, "estate_id": estate, "reason": "超出社区和办事处的职权", "sort": "simple", "place": "东门", "calls": []m{{"to": fire, "clause": "五(六)2", "text": "清障"}}, "client_ref": "w"}).int("id")
	e.drain()
	if got := e.says("community", id, township); !slices.Contains(got, "已送达") {
		t.Errorf("asked to sign: %v", got)
	}
	e.must(200, "township", "POST", fmt.Sprintf("/office/v1/whistles/%d/signature", w), m{"blow": true})
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/whistles/%d/tasks", w), m{"to": fire, "text": "清障", "due": "2027-01-01", "client_ref": "w"})
	e.drain()
	if got := e.says("community", id, township); !slices.Contains(got, "已送达，单位已办理") {
		t.Errorf("signed: %v", got)
	}
	e.must(200, "department_fire", "POST", fmt.Sprintf("/office/v1/whistles/%d/refusal", w), m{"clause": "五(六)2", "text": "不归我们管"})
	e.drain()
	// What the office did about the whistle came after it was given the task, and is not about the task.
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("kind = ?", event.Task{What: "given"}.Kind()).Update("created_at", tx.Now.Add(-time.Minute)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	e.overdue()
	said := e.says("community", id, fire)
	if !slices.Contains(said, "已送达，单位已办理") || !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, "上班时间8小时未读") }) {
		t.Errorf("refused, and a task not looked at: %v", said)
	}
}
