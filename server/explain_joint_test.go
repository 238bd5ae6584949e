package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/hotline"
	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/mediation"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
)

// crowded is how many rows each table holds whose lists are looked at here.
const crowded = 50_000

// crowd fills the tables beside the complaints as a city does over many years; the actors of the demo town have their share.
func (e *engine) crowd(t *testing.T) {
	t.Helper()
	now := e.db.Now()
	own := func(name string) int64 { return e.actor(name).OrganisationID() }
	township, community, department := own("township"), own("community"), own("department_urban_enforcement")
	share := func(i int, id int64) int64 { // one in a hundred is the town's
		if i%100 == 0 {
			return id
		}
		return 1_000_000 + int64(i%400)
	}
	estate := e.town.actors["owner"].Estate
	var whistles []joint.Whistle
	var summons []joint.Summons
	var tasks []joint.Task
	var conferences []joint.Conference
	var attendees []joint.Attendee
	var mediations []mediation.Mediation
	var parties []mediation.Party
	var items []inbox.Item
	var texts []notify.Text
	var deliveries []notify.Delivery
	var orders []hotline.Order
	var imports []hotline.Import
	for i := range crowded {
		at, ref := now.Add(-time.Duration(crowded-i)*time.Hour), fmt.Sprint("crowd", i)
		id := int64(i + 1)
		whistles = append(whistles, joint.Whistle{Number: "W" + ref, EstateID: share(i, estate), TownshipID: share(i, township), AskedBy: share(i, community), State: joint.Closed, Sort: "simple", ClientRef: ref, CreatedAt: at})
		summons = append(summons, joint.Summons{WhistleID: id, OrganisationID: share(i, department), State: joint.Arrived})
		tasks = append(tasks, joint.Task{SubjectKind: "whistle", SubjectID: id, OrganisationID: share(i, department), GivenBy: share(i, township), State: "open", DueAt: at, PersonID: 1, ClientRef: ref, CreatedAt: at})
		conferences = append(conferences, joint.Conference{Number: "H" + ref, HolderID: share(i, township), State: "closed", StartsAt: at, CalledBy: 1, ClientRef: ref, CreatedAt: at})
		attendees = append(attendees, joint.Attendee{ConferenceID: id, OrganisationID: share(i, community), State: "present"})
		mediations = append(mediations, mediation.Mediation{Number: "M" + ref, EstateID: share(i, estate), HostID: share(i, community), State: "requested", AskedPerson: 1, ClientRef: ref, CreatedAt: at})
		parties = append(parties, mediation.Party{MediationID: id, Side: "applicant", PersonID: share(i, e.town.actors["owner"].person), CreatedAt: at})
		items = append(items, inbox.Item{MessageID: id, TextID: id, RecipientKind: "person", RecipientID: share(i, e.town.actors["owner"].person), CreatedAt: at})
		texts = append(texts, notify.Text{MessageID: id, Title: "标题", CreatedAt: at})
		deliveries = append(deliveries, notify.Delivery{MessageID: id, RecipientKind: "person", RecipientID: id, PersonID: id, Channel: "wechat_mini", State: []notify.State{notify.Sent, notify.Dead}[i%100/99], DueAt: at, CreatedAt: at})
		imports = append(imports, hotline.Import{OrganisationID: share(i, township), State: "checked", Layouts: "[]", Faults: "null", ClientRef: ref, CreatedAt: at})
		orders = append(orders, hotline.Order{ImportID: 1 + int64(i/500), Line: i, Number: ref, State: hotline.Filed, CreatedAt: at})
	}
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		for _, rows := range []any{&whistles, &summons, &tasks, &conferences, &attendees, &mediations, &parties, &items, &texts, &deliveries, &imports, &orders} {
			if err := tx.CreateInBatches(rows, 500).Error; err != nil {
				return err
			}
		}
		if tx.Dialect == store.SQLite {
			return tx.Exec("ANALYZE").Error
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if e.db.Dialect != store.SQLite {
		err := e.db.View(t.Context(), func(tx *store.Tx) error {
			return tx.Exec("ANALYZE TABLE whistles, whistle_summons, tasks, conferences, conference_attendees, mediations, mediation_parties, inbox_items, message_texts, deliveries, hotline_imports, hotline_orders").Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestOtherListsUseTheirKeys: the lists beside the complaints, over 50,000 rows each, read by a key and none the whole table.
func TestOtherListsUseTheirKeys(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.crowd(t)
	seen := e.record(t)
	ctx := t.Context()
	whistles := func(a org.Actor) error { _, err := e.joint.List(ctx, a, "", 0, 0, 21); return err }
	tasks := func(given bool) func(org.Actor) error {
		return func(a org.Actor) error { _, err := e.joint.ListTasks(ctx, a, given, "open", 0, 0, 21); return err }
	}
	conferences := func(a org.Actor) error { _, err := e.joint.ListConferences(ctx, a, 0, 21); return err }
	mediations := func(a org.Actor) error { _, err := e.mediation.List(ctx, a, "", 0, 21); return err }
	for _, c := range []struct {
		who, what, table string
		do               func(org.Actor) error
		keys             string
	}{
		{"township", "whistles", "whistles", whistles, "whistles_estate|whistles key its own|SCAN whistles"},
		{"community", "whistles", "whistles", whistles, "whistles_estate|whistles key its own|SCAN whistles"},
		{"department_urban_enforcement", "whistles", "whistles", whistles, "whistle_summons_organisation"},
		{"bureau", "whistles", "whistles", whistles, "whistles key its own|SCAN whistles"},
		{"department_urban_enforcement", "tasks", "tasks", tasks(false), "tasks_organisation"},
		{"township", "tasks given", "tasks", tasks(true), "tasks_given"},
		{"township", "conferences", "conferences", conferences, "conferences_holder"},
		{"community", "conferences", "conference_attendees", conferences, "conference_attendees_organisation"},
		{"community", "mediations", "mediations", mediations, "mediations_hosted|mediations_host"},
		{"owner", "mediations", "mediations", mediations, "mediation_parties_person"},
		{"owner", "inbox", "inbox_items", func(a org.Actor) error { _, err := e.inbox.List(ctx, a, 0, 21); return err }, "inbox_items_recipient"},
		{"bureau", "undelivered", "deliveries", func(a org.Actor) error { _, err := notify.ListUndelivered(ctx, e.db, a, 0, 21); return err }, "deliveries_due|PRIMARY"},
		{"township", "hotline imports", "hotline_imports", func(a org.Actor) error { _, err := e.hotline.List(ctx, a, 0, 21); return err }, "hotline_imports_organisation|hotline_imports_ref"},
		{"township", "hotline orders", "hotline_orders", func(a org.Actor) error { _, err := e.hotline.ListOrders(ctx, a, 1, "", 0, 21); return err }, "hotline_orders_import|hotline_orders key its own"},
	} {
		*seen = nil
		if err := c.do(e.actor(c.who)); err != nil {
			t.Fatal(c.who, c.what, err)
		}
		walk := slices.IndexFunc(*seen, func(s string) bool {
			return strings.Contains(s, "FROM `"+c.table+"`") && strings.Contains(s, "ORDER BY")
		})
		if walk < 0 {
			t.Errorf("%s, %s: no walk in %q", c.who, c.what, *seen)
			continue
		}
		plan := explain(t, e.db, (*seen)[walk])
		if !slices.ContainsFunc(strings.Split(c.keys, "|"), func(k string) bool { return strings.Contains(plan, k) }) {
			t.Errorf("%s, %s does not use %s:\n%s\n%s", c.who, c.what, c.keys, (*seen)[walk], plan)
		}
	}
}
