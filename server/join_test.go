package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
)

// page posts a form as a browser without scripts does.
func (e *engine) page(path string, form url.Values) (int, string) {
	e.t.Helper()
	res, err := http.PostForm(e.url+path, form) //nolint:noctx // a test
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

var receiptNumber = regexp.MustCompile(`T\d{8}-\d+`)

// TestASlipSentTwiceIsOneReceipt: a double tap and a reload of the last page show the first receipt, not "wrong code"; a
// spent code helps no other form; what is no text at all is the caller's mistake and not ours.
func TestASlipSentTwiceIsOneReceipt(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	path := fmt.Sprintf("/h5/estates/%d/complain", e.town.actors["owner"].Estate)
	form := url.Values{"step": {"code"}, "ref": {"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, "name": {"杨阿姨"}, "phone": {"139 0000 4321"}, "text": {strings.TrimSuffix(strings.Repeat("一\r\n", 999), "\r\n")}}
	if status, page := e.page(path, form); status != 200 {
		t.Fatalf("lines count twice: %d %s", status, regexp.MustCompile(`class="wrong">([^<]*)`).FindString(page))
	}
	if status, page := e.page(path, form); status != 200 || !strings.Contains(page, "验证码已发出，请查收") || !strings.Contains(page, `name="photo"`) || !strings.Contains(page, "杨阿姨") {
		t.Errorf("a second tap: %d %s", status, page)
	}
	form.Set("step", "file")
	form.Set("code", e.texted("13900004321"))
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]int{}
	for range 4 {
		wg.Go(func() {
			status, page := e.page(path, form)
			mu.Lock()
			defer mu.Unlock()
			seen[fmt.Sprint(status, " ", receiptNumber.FindString(page))]++
		})
	}
	wg.Wait()
	if len(seen) != 1 {
		t.Errorf("four taps: %v", seen)
	}
	status, page := e.page(path, form)
	number := receiptNumber.FindString(page)
	if status != 200 || number == "" || seen["200 "+number] != 4 {
		t.Errorf("a reload: %d %s %v", status, number, seen)
	}
	form.Set("ref", "ZYXWVUTSRQPONMLKJIHGFEDCBA")
	if status, page := e.page(path, form); status != 422 || !strings.Contains(page, "验证码不对") {
		t.Errorf("another form with the spent code: %d", status)
	}
	ticket := regexp.MustCompile(`name="ticket" value="(lp_[^"]+)"`).FindStringSubmatch(page)[1]
	// The number is read as phones write it.
	if status, page := e.page("/h5/receipts", url.Values{"receipt": {" " + strings.ToLower(number)}, "ticket": {ticket}, "step": {"look"}}); status != 200 || !strings.Contains(page, number) {
		t.Errorf("small letters: %d", status)
	}
	for name, f := range map[string]url.Values{"text": {"receipt": {number}, "ticket": {ticket}, "action": {"supply"}, "text": {"\xff\xfe\xff\xfe坏了"}, "ref": {"q"}}, "receipt": {"receipt": {"\xff\xfe"}, "ticket": {ticket}}} {
		if status, page := e.page("/h5/receipts", f); status >= 500 {
			t.Errorf("bad bytes in %s: %d %s", name, status, page)
		}
	}
	form = url.Values{"step": {"file"}, "ref": {"BADBADBADBADBADBADBADBADBA"}, "ticket": {ticket}, "name": {"a\xff"}, "text": {"路灯\xff\xfe坏了好几天"}, "place": {"x\xff"}}
	if status, page := e.page(path, form); status != 200 || receiptNumber.FindString(page) == "" {
		t.Errorf("bad bytes in a slip: %d %s", status, page)
	}
	for _, p := range []string{"/h5/receipts?number=%ff%00", "/open311/v2/requests/%ff%fe.json", "/open311/v2/requests.json?service_code=%ff", "/h5/invitations/%ff", "/public/v1/receipts/%ff"} {
		if a := e.call("", "GET", p, nil); a.status != 400 && a.status != 404 {
			t.Errorf("%s: %d %s", p, a.status, a.body)
		}
	}
	if a := e.call("community", "GET", "/office/v1/complaints?text=%ff%fe", nil); a.status != 400 {
		t.Errorf("a search for no text: %d %s", a.status, a.body)
	}
}

// TestASlipBringsPhotos: a form without scripts sends up to three, under the proved phone; another page keeps them.
func TestASlipBringsPhotos(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	path := fmt.Sprintf("/h5/estates/%d/complain", estate)
	ticket := e.proof("13900005555")["X-Linli-Phone"]
	send := func(fields map[string]string, photos int) (int, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for k, v := range fields {
			_ = w.WriteField(k, v)
		}
		for i := range photos {
			f, _ := w.CreateFormFile("photo", fmt.Sprint("p", i, ".png"))
			_, _ = f.Write(onePixel())
		}
		_ = w.Close()
		a := e.call("", "POST", path, upload{kind: w.FormDataContentType(), body: b.Bytes()})
		return a.status, a.body
	}
	building := e.homeBuilding("owner")
	fields := map[string]string{"step": "file", "ref": "PHOTOPHOTOPHOTOPHOTOPHOTOP", "ticket": ticket, "phone": "13900005555", "name": "吴", "text": "楼道灯坏了很久", "building": fmt.Sprint(building), "part": "stairs",
		"place": "三楼转角", "about": "company", "visibility": "public"}
	if status, page := send(map[string]string{"step": "file", "ref": fields["ref"], "ticket": ticket, "phone": "13900005555", "name": "吴", "text": "楼道灯坏了很久", "matter": "no-such"}, 3); status != 422 {
		t.Errorf("no such matter: %d %s", status, page)
	}
	if status, page := send(fields, 4); status != 422 || !strings.Contains(page, "照片最多3张") {
		t.Errorf("four: %d %s", status, page)
	}
	status, page := send(fields, 2)
	number := receiptNumber.FindString(page)
	if status != 200 || number == "" {
		t.Fatalf("%d %s", status, page)
	}
	if again, page := send(fields, 2); again != 200 || receiptNumber.FindString(page) != number {
		t.Errorf("sent again: %d", again)
	}
	a := e.must(200, "township", "GET", fmt.Sprintf("/office/v1/complaints/%d", e.caseID(number)), nil)
	if files, _ := a.json["file_ids"].([]any); len(files) != 2 || a.json["part"] != "楼道、门厅" || a.json["place"] != "三楼转角" {
		t.Errorf("the case: %s", a.body)
	}
	if c := e.call("company", "GET", fmt.Sprintf("/office/v1/complaints/%d", e.caseID(number)), nil); c.status != 404 {
		t.Errorf("the company complained about reads it: %d", c.status)
	}
	fields["ref"] = "OTHEROTHEROTHEROTHEROTHERO"
	if status, page := send(map[string]string{"step": "file", "ref": fields["ref"], "ticket": "lp_wrong", "phone": "13900005555", "name": "吴", "text": "楼道灯坏了很久"}, 1); status != 422 || receiptNumber.MatchString(page) {
		t.Errorf("without a proved phone: %d", status)
	}
}

func (e *engine) homeBuilding(actor string) int64 {
	e.t.Helper()
	var id int64
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		return tx.Table("units").Where("id = ?", e.town.actors[actor].Unit).Pluck("building_id", &id).Error
	})
	if err != nil || id == 0 {
		e.t.Fatal(id, err)
	}
	return id
}

// TestJoiningByASlipAndAtTheCounter: who complains of what neighbours already have is asked first, on the page and by
// the helper, and gets a receipt of their own either way.
func TestJoiningByASlipAndAtTheCounter(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	first := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "电梯停了三天没人修", "part": "lift", "visibility": "public", "client_ref": "a"})
	path := fmt.Sprintf("/h5/estates/%d/complain", estate)
	ticket := e.proof("13900006666")["X-Linli-Phone"]
	form := url.Values{"step": {"file"}, "ref": {"JOINJOINJOINJOINJOINJOINJO"}, "ticket": {ticket}, "phone": {"13900006666"}, "name": {"郑"}, "text": {"电梯停了三天，老人下不了楼"}, "part": {"lift"}, "place": {"2单元门口"}, "building": {fmt.Sprint(e.homeBuilding("owner"))}}
	status, page := e.page(path, form)
	choice := regexp.MustCompile(`name="join" value="(\d+)"`).FindStringSubmatch(page)
	if status != 200 || choice == nil || receiptNumber.MatchString(page) {
		t.Fatalf("not asked: %d %s", status, page)
	}
	form.Del("step")
	form.Set("join", choice[1])
	status, page = e.page(path, form)
	number := receiptNumber.FindString(page)
	if status != 200 || number == "" || number == first.json["number"] {
		t.Fatalf("joined: %d %s", status, page)
	}
	if status, page := e.page(path, form); status != 200 || receiptNumber.FindString(page) != number {
		t.Errorf("a double tap: %d %s", status, page)
	}
	id := fmt.Sprintf("/office/v1/complaints/%d", first.int("id"))
	if a := e.must(200, "community", "GET", id, nil); a.json["people"] != 2.0 || !strings.Contains(a.body, "幢，电梯，2单元门口") || !strings.Contains(a.body, "老人下不了楼") {
		t.Errorf("the case: %s", a.body)
	}
	// "Not the same" files alone.
	form = url.Values{"alone": {"1"}, "ref": {"ALONEALONEALONEALONEALONEA"}, "ticket": {ticket}, "phone": {"13900006666"}, "name": {"郑"}, "text": {"另一部电梯停了三天"}, "part": {"lift"}}
	status, page = e.page(path, form)
	alone := receiptNumber.FindString(page)
	if status != 200 || alone == "" || alone == number {
		t.Errorf("alone: %d %s", status, page)
	}
	form.Del("alone") // the page before, sent again: what is filed is not asked about
	form.Set("step", "file")
	if status, page := e.page(path, form); status != 200 || receiptNumber.FindString(page) != alone {
		t.Errorf("filed already, and asked: %d %s", status, page)
	}
	// The same as JSON, and at the counter.
	proved := map[string]string{"X-Linli-Phone": e.proof("13900007777")["X-Linli-Phone"]}
	if status, a := e.with(nil, "POST", fmt.Sprintf("/public/v1/estates/%d/similar", estate), m{"text": "电梯停了三天"}); status != 200 || len(a["items"].([]any)) == 0 {
		t.Errorf("similar: %d %v", status, a)
	}
	if status, a := e.with(proved, "POST", fmt.Sprintf("/public/v1/estates/%d/complaints/%d/join", estate, first.int("id")), m{"name": "冯", "client_ref": "j"}); status != 201 || a["receipt"] == "" {
		t.Errorf("join: %d %v", status, a)
	}
	like := e.must(200, "community", "POST", fmt.Sprintf("/office/v1/estates/%d/similar", estate), m{"text": "电梯停了三天没人修"})
	if !strings.Contains(like.body, fmt.Sprint(`"id":`, first.int("id"))) {
		t.Errorf("offered at the counter: %s", like.body)
	}
	body := m{"via": "counter", "name": "周婆婆", "phone": "13900008888", "text": "我也下不了楼", "client_ref": "c"}
	got := e.must(201, "community", "POST", id+"/join", body)
	if again := e.must(201, "community", "POST", id+"/join", body); again.json["receipt"] != got.json["receipt"] || got.json["receipt"] == first.json["number"] {
		t.Errorf("at the counter: %s, %s", got.body, again.body)
	}
	if status, a := e.with(e.proof("13900008888"), "GET", "/public/v1/receipts/"+got.json["receipt"].(string), nil); status != 200 {
		t.Errorf("the receipt of the counter: %d %v", status, a)
	}
}

// TestAJoiningLeavesPhotosAndSaysSo: before the tap, and only where photos were sent.
func TestAJoiningLeavesPhotosAndSaysSo(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "电梯停了三天没人修", "part": "lift", "visibility": "public", "client_ref": "a"})
	fields := map[string]string{"step": "file", "ref": "LEAVELEAVELEAVELEAVELEAVEL", "ticket": e.proof("13900006667")["X-Linli-Phone"], "phone": "13900006667", "name": "郑", "text": "电梯停了三天没人修", "part": "lift"}
	for photos, want := range []bool{false, true} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for k, v := range fields {
			_ = w.WriteField(k, v)
		}
		for range photos {
			f, _ := w.CreateFormFile("photo", "p.png")
			_, _ = f.Write(onePixel())
		}
		_ = w.Close()
		a := e.call("", "POST", fmt.Sprintf("/h5/estates/%d/complain", estate), upload{kind: w.FormDataContentType(), body: b.Bytes()})
		if !strings.Contains(a.body, `name="join"`) || strings.Contains(a.body, "照片不会") != want {
			t.Errorf("%d photos: %d %s", photos, a.status, a.body)
		}
	}
}

// TestCodesOfAFormAreCounted: both forms and the API share one rule for an address.
func TestCodesOfAFormAreCounted(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	form := fmt.Sprintf("/h5/estates/%d/complain", e.town.actors["owner"].Estate)
	for i := range 38 {
		e.call("", "POST", "/public/v1/phone-codes", m{"phone": fmt.Sprint(13700000000 + i)})
	}
	slip := func(phone string) int {
		status, _ := e.page(form, url.Values{"step": {"code"}, "ref": {"r"}, "name": {"杨"}, "phone": {phone}, "text": {"楼道的灯坏了"}})
		return status
	}
	look := func(phone string) int {
		status, _ := e.page("/h5/receipts", url.Values{"step": {"code"}, "receipt": {"T1"}, "phone": {phone}})
		return status
	}
	if a, b := slip("13700001001"), look("13700001002"); a != 200 || b != 200 {
		t.Errorf("the last two: %d, %d", a, b)
	}
	limited := 0
	for i := range 3 { // one more may have been earned meanwhile
		for _, status := range []int{slip(fmt.Sprint(13700002000 + i)), look(fmt.Sprint(13700003000 + i))} {
			if status == http.StatusTooManyRequests {
				limited++
			}
		}
	}
	if limited < 4 {
		t.Errorf("only %d of six more codes were refused", limited)
	}
}

// TestWordsOutliveTheProof: what somebody wrote is still there when the proof of the phone ran out, and after the next one.
func TestWordsOutliveTheProof(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	const words = "二楼也不亮，老人摔了一跤"
	proved := e.proof("13900004444")
	status, filed := e.with(proved, "POST", fmt.Sprintf("/public/v1/estates/%d/complaints", estate), m{"name": "吴", "text": "楼道的灯坏了三天", "client_ref": "k"})
	if status != 201 {
		t.Fatal(status, filed)
	}
	number := filed["receipt"].(string)
	status, page := e.page("/h5/receipts", url.Values{"receipt": {number}, "ticket": {"lp_old"}, "ref": {"x"}, "action": {"supply"}, "text": {words}})
	if status == 200 || !strings.Contains(page, words) || !strings.Contains(page, `name="kept" value="supply"`) || !strings.Contains(page, `maxlength="20"`) {
		t.Errorf("the words are gone: %d %s", status, page)
	}
	_, page = e.page("/h5/receipts", url.Values{"receipt": {number}, "ticket": {proved["X-Linli-Phone"]}, "step": {"look"}, "kept": {"supply"}, "text": {words}})
	if strings.Count(page, words) != 1 || !strings.Contains(page, words+"</textarea>") {
		t.Errorf("not where they were written: %s", page)
	}
}

// TestDangerNamesAPhone: every answer to the filing of a danger says whom to call now, the national number and who is on
// duty; so do the receipt's page and the printed sheet.
func TestDangerNamesAPhone(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	e.must(201, "community", "POST", "/office/v1/contacts", m{"name": "社区应急电话", "phone": "0854-8229999", "urgent": true})
	has := func(what, body string) {
		t.Helper()
		for _, phone := range []string{"119", "0854-8229999"} {
			if !strings.Contains(body, phone) {
				t.Errorf("%s does not name %s: %s", what, phone, body)
			}
		}
	}
	body := m{"estate_id": estate, "matter": "gas-damage", "text": "燃气管被挖断了在漏气", "client_ref": "d"}
	has("the mini-program", e.must(201, "owner", "POST", "/miniapp/v1/complaints", body).body)
	body["cover"], body["client_ref"] = "anonymous", "e"
	has("an anonymous filing", e.must(201, "owner", "POST", "/miniapp/v1/complaints", body).body)
	counter := e.must(201, "community", "POST", "/office/v1/complaints", m{"estate_id": estate, "matter": "gas-damage", "text": "燃气管被挖断了在漏气", "client_ref": "f", "via": "phone", "name": "周", "phone": "13900001111"})
	has("the counter", counter.body)
	has("the sheet", e.must(200, "community", "GET", fmt.Sprintf("/office/v1/complaints/%d/sheets/receipt", counter.int("id")), nil).body)
	proved := e.proof("13900002222")
	status, slip := e.with(proved, "POST", fmt.Sprintf("/public/v1/estates/%d/complaints", estate), m{"name": "王", "matter": "gas-damage", "text": "燃气管被挖断了在漏气", "client_ref": "g"})
	if status != 201 {
		t.Fatal(status, slip)
	}
	has("the open filing", fmt.Sprint(slip))
	_, page := e.page("/h5/receipts", url.Values{"receipt": {slip["receipt"].(string)}, "ticket": {proved["X-Linli-Phone"]}, "step": {"look"}})
	has("the receipt's page", page)
	has("the form", e.call("", "GET", fmt.Sprintf("/h5/estates/%d/complain", estate), nil).body)
	has("the slip", e.call("", "GET", fmt.Sprintf("/h5/estates/%d/slip", estate), nil).body)
	if list := e.must(200, "tenant", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/contacts", estate), nil); !strings.Contains(list.body, "0854-8229999") {
		t.Errorf("the register in the mini-program: %s", list.body)
	}
	e.must(404, "owner_foreign", "GET", fmt.Sprintf("/miniapp/v1/estates/%d/contacts", estate), nil)
	if calm := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "小区路灯不亮了", "client_ref": "h"}); calm.json["call"] != nil {
		t.Errorf("a lamp is no danger: %s", calm.body)
	}
}

// TestNothingNamesTheAnonymous: the log of calls, kept for half a year, says that somebody filed and not who.
func TestNothingNamesTheAnonymous(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "物业把灯关了不开", "cover": "anonymous", "client_ref": "a"})
	e.must(201, "tenant", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "物业把灯关了不开", "client_ref": "b"})
	e.access.Close()
	var rows []web.AccessEntry
	now := e.db.Now()
	err := web.ReadAccessLog(t.Context(), e.db, audit.System{}, web.AccessQuery{From: now.Add(-time.Hour), Before: now.Add(time.Hour)}, func(x web.AccessEntry) error {
		if x.Operation == "fileComplaint" {
			rows = append(rows, x)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].PersonID != 0 || rows[0].Address != "" || rows[1].PersonID == 0 || rows[1].Address == "" {
		t.Errorf("%+v", rows)
	}
}
