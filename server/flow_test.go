package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/store/dump"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

// drain carries everything that is due.
func (e *engine) drain() {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), time.Minute)
	defer cancel()
	if err := e.dispatcher.Drain(ctx); err != nil {
		e.t.Fatal(err)
	}
}

// received are the data of the messages on somebody's phone that hold a text.
func (e *engine) received(who, text string) int {
	e.t.Helper()
	n := 0
	for _, id := range []string{sandbox.OpenID(who), sandbox.ServiceOpenID(who)} {
		items, _, err := e.wechat.box.Messages(id, 0, 200)
		if err != nil {
			e.t.Fatal(err)
		}
		for _, m := range items {
			if strings.Contains(fmt.Sprint(m.Data), text) {
				n++
			}
		}
	}
	return n
}

// TestComplaintFromPhoneToPhone is the main job, over HTTP, with photos, and with what phones received at the end.
func TestComplaintFromPhoneToPhone(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	photo := e.upload("owner", "photo", "flow-photo")
	filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "matter": demoMatter(e.town), "text": "楼下烧烤店油烟很大，夜里还在放音乐",
		"visibility": "public", "photo_ids": []int64{photo}, "client_ref": "flow"})
	number, id := filed.json["number"].(string), filed.int("id")
	if filed.json["clause"] != "五(四)3" || filed.json["lead"] != "都匀市综合行政执法局" || filed.json["due_reference"] != true {
		t.Fatalf("receipt: %s", filed.body)
	}
	again := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "matter": demoMatter(e.town), "text": "楼下烧烤店油烟很大，夜里还在放音乐",
		"visibility": "public", "photo_ids": []int64{photo}, "client_ref": "flow"})
	if again.int("id") != id {
		t.Error("a double tap made a second case")
	}
	const office = "department_urban_enforcement"
	at := func(what string) string { return fmt.Sprintf("/office/v1/complaints/%d/%s", id, what) }
	e.must(200, office, "POST", at("accept"), m{})
	e.must(200, office, "POST", at("answer"), m{"report": report("已责令安装净化装置")})
	e.must(200, "owner", "POST", fmt.Sprintf("/miniapp/v1/complaints/%d/return", id), m{"text": "夜里还是很吵"})
	e.must(200, office, "POST", at("answer"), m{"report": report("再次上门，店主已停用音响，今晚复查")})
	e.must(200, "owner", "POST", fmt.Sprintf("/miniapp/v1/complaints/%d/confirm", id), m{})
	e.drain()
	if n := e.received("owner", number); n != 4 { // receipt, accepted, two answers
		t.Errorf("the owner's phone received %d messages about %s", n, number)
	}
	if n := e.received(office, number); n != 3 { // filed, returned, confirmed
		t.Errorf("the office's phone received %d messages about %s", n, number)
	}
	if n := e.received("committee_chair", number); n != 1 {
		t.Errorf("the committee's phone received %d messages about %s", n, number)
	}
	if n := e.received("owner_foreign", number) + e.received("committee_chair_foreign", number); n != 0 {
		t.Errorf("another estate received %d messages", n)
	}
	e.openPhoto(office, photo)
	if a := e.call("owner_foreign", "GET", fmt.Sprintf("/miniapp/v1/files/%d/link", photo), nil); a.status != 404 {
		t.Errorf("another estate's owner gets a link: %d", a.status)
	}
}

// openPhoto follows a link as a browser does, and then a link that somebody changed.
func (e *engine) openPhoto(actor string, id int64) {
	e.t.Helper()
	link := e.must(200, actor, "GET", fmt.Sprintf("/office/v1/files/%d/link", id), nil).json["url"].(string)
	path := link[strings.Index(link, "/files/"):]
	if a := e.call("", "GET", path, nil); a.status != 200 || !strings.HasPrefix(a.body, "\xff\xd8\xff") {
		e.t.Errorf("the link does not open a JPEG: %d", a.status)
	}
	if a := e.call("", "GET", strings.Replace(path, "/files/", "/files/1", 1), nil); a.status == 200 {
		e.t.Error("a changed link opens a file")
	}
}

// TestKilledBetweenCommitAndSending starts a second process on the stores of one that died before it carried anything:
// every message arrives, once.
func TestKilledBetweenCommitAndSending(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.drain()
	estate := e.town.actors["owner"].Estate
	var numbers []string
	for i := range 5 {
		a := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "楼道里堆满了东西", "client_ref": fmt.Sprint("kill", i)})
		numbers = append(numbers, a.json["number"].(string))
	}
	// The first dispatcher claimed the messages and died before Redis brought them home; Redis was wiped with it.
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("state = ?", outbox.Pending).Updates(map[string]any{"state": outbox.Published, "owner": "dead", "due_at": tx.Now.Add(-time.Second)}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	modelstest.Wipe(t, e.redis)
	second := notify.New(notify.Options{DB: e.db, Redis: e.redis, Ways: e.wechat.ways(e.templates()), Log: e.log})
	for _, d := range []*notify.Dispatcher{second, e.dispatcher} {
		if err := d.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range numbers {
		if got := e.received("owner", n); got != 1 {
			t.Errorf("%s reached the owner %d times", n, got)
		}
		if got := e.received("community", n); got != 1 {
			t.Errorf("%s reached the community %d times", n, got)
		}
	}
}

// TestRefusedSubscriptionIsNotRetried: 43101 closes the delivery, the inbox still has the message, the bureau sees it.
func TestRefusedSubscriptionIsNotRetried(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.drain()
	if err := e.wechat.box.SetFault(sandbox.Fault{Mode: "refuse", Count: 1000}); err != nil {
		t.Fatal(err)
	}
	a := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": e.town.actors["owner"].Estate, "text": "路灯坏了好几天", "client_ref": "refused"})
	e.drain()
	rows, err := notify.ListUndelivered(t.Context(), e.db, e.actor("bureau"), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, d := range rows {
		if d.State == notify.Refused && d.Attempts == 1 && d.ErrorCode == 43101 {
			refused++
		}
	}
	if refused == 0 {
		t.Errorf("no refused delivery among %d", len(rows))
	}
	box := e.must(200, "owner", "GET", "/miniapp/v1/inbox", nil)
	if !strings.Contains(box.body, a.json["number"].(string)) {
		t.Error("the inbox misses what the phone refused")
	}
}

// TestWeChatDownNeverHangs: sign-in says so, a complaint is filed all the same.
func TestWeChatDownNeverHangs(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	if err := e.wechat.box.SetFault(sandbox.Fault{Mode: "down", Count: 1000}); err != nil {
		t.Fatal(err)
	}
	if a := e.call("", "POST", "/miniapp/v1/session", m{"code": "any"}); a.status != http.StatusServiceUnavailable {
		t.Errorf("sign-in with WeChat down: %d %s", a.status, a.body)
	}
	a := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": e.town.actors["owner"].Estate, "text": "电梯停了一上午", "visibility": "public", "client_ref": "down"})
	if a.json["display"] != "unchecked" || a.json["state"] != "dispatched" {
		t.Errorf("filed with the check down: %s", a.body)
	}
}

// TestDeadRedisStopsNobody: people sign in, file and read; only the carrying waits.
func TestDeadRedisStopsNobody(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.drain()
	if err := e.redis.Close(); err != nil {
		t.Fatal(err)
	}
	code, err := e.wechat.box.Login("owner")
	if err != nil {
		t.Fatal(err)
	}
	e.must(200, "", "POST", "/miniapp/v1/session", m{"code": code})
	e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": e.town.actors["owner"].Estate, "text": "门禁坏了进不去", "client_ref": "noredis"})
	if a := e.call("", "GET", "/readyz", nil); a.status != 200 || !strings.Contains(a.body, `"redis":"missing"`) {
		t.Errorf("readyz: %d %s", a.status, a.body)
	}
}

// TestAPushThatIsTooLarge is refused as what it is, whoever sends it.
func TestAPushThatIsTooLarge(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	// A reader of unknown length is sent in chunks, without a length to refuse it by.
	body := io.MultiReader(strings.NewReader("<xml>"), bytes.NewReader(make([]byte, 70<<10)))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.url+"/callback/wechat", body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", res.StatusCode)
	}
}

// TestRestoredBackupVerifies: an archive of a living installation, restored into an empty one, holds; one with a changed
// byte or without its keys puts nothing into the database.
func TestRestoredBackupVerifies(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.furnish("")
	for n := 1; n > 0; {
		var err error
		if n, err = audit.SealPending(t.Context(), e.db); err != nil {
			t.Fatal(err)
		}
	}
	e.upload("owner", "photo", "abandoned")
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&file.File{}).Where("subject_id = 0").Update("created_at", tx.Now.AddDate(0, 0, -2)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	// The snapshot is taken when the first byte is written; what it names must not be swept before it is copied.
	var archive bytes.Buffer
	during := writer(func(p []byte) (int, error) {
		if archive.Len() == 0 {
			if _, err := e.sweepFiles(t.Context()); err != nil {
				t.Error(err)
			}
		}
		return archive.Write(p)
	})
	if _, _, err := e.backup(t.Context(), during); err != nil {
		t.Fatal(err)
	}
	if more, err := e.sweepFiles(t.Context()); err != nil || !more {
		t.Errorf("nothing is swept after the backup: %v", err)
	}
	fresh := func() *app {
		a, err := openApp(t.Context(), testConfig(t), e.log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.close)
		if _, err := a.db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return a
	}
	bad := bytes.Clone(archive.Bytes())
	bad[len(bad)-2000] ^= 1
	if _, _, err := fresh().restore(t.Context(), bytes.NewReader(bad)); err == nil {
		t.Error("a changed archive was restored")
	}
	other := fresh()
	keys, err := vault.NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.vault.Reload(keys); err != nil {
		t.Fatal(err)
	}
	if _, _, err := other.restore(t.Context(), bytes.NewReader(archive.Bytes())); err == nil || !strings.Contains(err.Error(), "keyset lacks") {
		t.Errorf("restored without the keys: %v", err)
	}
	a := fresh()
	head, files, err := a.restore(t.Context(), bytes.NewReader(archive.Bytes()))
	if err != nil || files == 0 {
		t.Fatalf("restore: %d files, %v", files, err)
	}
	if err := a.verify(t.Context(), io.Discard, head.AuditHead); err != nil {
		t.Errorf("verify after restore: %v", err)
	}
	if _, files, err := a.restore(t.Context(), bytes.NewReader(archive.Bytes())); !errors.Is(err, dump.ErrNotEmpty) || files != 0 {
		t.Errorf("restored over an installation: %d files, %v", files, err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// TestKeysRotateWhileServing: add, promote, rekey, drop; people are found by phone and read at every stage.
func TestKeysRotateWhileServing(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	check := func(stage string) {
		t.Helper()
		if err := e.verify(t.Context(), io.Discard, ""); err != nil {
			t.Errorf("%s: %v", stage, err)
		}
		if _, err := e.org.BindPhone(t.Context(), e.actor("owner"), demoPhones("demo-estate")[0]); err != nil {
			t.Errorf("%s: %v", stage, err)
		}
		var found int64
		err := e.db.View(t.Context(), func(tx *store.Tx) error {
			return tx.Table("owners").Where("phone_index IN ?", e.vault.Indexes("phone", demoPhones("demo-estate")[0])).Count(&found).Error
		})
		if err != nil || found != 1 {
			t.Errorf("%s: the owner is found %d times by phone (%v)", stage, found, err)
		}
	}
	keys := vault.DemoKeyset()
	keys, id, err := vault.Add(keys)
	reload := func(k []byte, err error) []byte {
		t.Helper()
		if err = errors.Join(err, e.vault.Reload(k)); err != nil {
			t.Fatal(err)
		}
		return k
	}
	keys = reload(keys, err)
	check("added")
	keys = reload(vault.Promote(keys, id))
	check("promoted")
	if err := e.rekey(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	if n, err := e.sealedWith(t.Context(), "demo"); err != nil || n != 0 {
		t.Fatalf("%d values still sealed with the old key (%v)", n, err)
	}
	reload(vault.Drop(keys, "demo"))
	check("dropped")
}
