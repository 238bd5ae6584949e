package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/store/dump"
)

// reply is what came back over Open311.
type reply struct {
	status int
	kind   string
	header http.Header
	body   string
}

// raw sends a request without sign-in.
func (e *engine) raw(method, path, kind, body string) reply {
	e.t.Helper()
	req, err := http.NewRequestWithContext(e.t.Context(), method, e.url+path, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header.Get("Content-Type"), res.Header, string(raw)}
}

const urlEncoded = "application/x-www-form-urlencoded; charset=utf-8"

// apiKey is a key that the bureau gives, over the office's API.
func (e *engine) apiKey(label string) string {
	e.t.Helper()
	key, _ := e.must(201, "bureau", "POST", "/office/v1/open311-keys", m{"label": label}).json["api_key"].(string)
	if key == "" {
		e.t.Fatal("no key")
	}
	return key
}

// estateCode is the code of the demo town's first estate.
func (e *engine) estateCode() string {
	e.t.Helper()
	rows, err := e.complaints.OpenEstates(e.t.Context(), 100)
	if err != nil {
		e.t.Fatal(err)
	}
	for _, r := range rows {
		if r.ID == e.town.actors["owner"].Estate {
			return r.Code
		}
	}
	e.t.Fatal("no estate")
	return ""
}

// caseID finds a case by its number.
func (e *engine) caseID(number string) int64 {
	e.t.Helper()
	var c complaint.Case
	if err := e.db.View(e.t.Context(), func(tx *store.Tx) error { return tx.Where("number = ?", number).Take(&c).Error }); err != nil {
		e.t.Fatalf("%s: %v", number, err)
	}
	return c.ID
}

// clear lets a case's text be shown.
func (e *engine) clear(number string) int64 {
	e.t.Helper()
	id := e.caseID(number)
	e.must(204, "community", "POST", fmt.Sprintf("/office/v1/complaints/%d/screening", id), m{"show": true})
	return id
}

// TestOpen311PublishedExamples replays the published requests, with our host, city, codes and key where they must be,
// and holds every answer, in both formats, against the published one.
func TestOpen311PublishedExamples(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	key, estate, matter := e.apiKey("某地图平台"), e.estateCode(), "fire-lane"
	lines := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(published(t, "requests.txt")), "\n") {
		name, rest, _ := strings.Cut(line, " ")
		lines[name] = rest
	}
	number := ""
	// ours puts into a published request what it must have here.
	ours := func(name, format string, more ...string) (method, path, body string) {
		pairs := append([]string{"/dev/v2.1/", "/open311/v2/", "/dev/v2/", "/open311/v2/", ".xml", "." + format, "jurisdiction_id=city.gov", "jurisdiction_id=522701", "api_key=xyz", "api_key=" + key,
			"services/033.xml", "services/" + matter + "." + format, "service_code=001", "service_code=" + matter, "lat=37.76524078", "lat=26.25810000", "long=-122.4212043", "long=107.5172000", "phone=111111111", "phone=13800001111",
			"attribute[WHISPAWN]=123456", "attribute[estate]=" + estate, "/123456.xml", "/" + number + "." + format}, more...)
		parts := strings.SplitN(strings.NewReplacer(pairs...).Replace(lines[name]), " ", 3)
		return parts[0], parts[1], strings.Join(parts[2:], "")
	}
	check := func(name, example, format string, more ...string) reply {
		t.Helper()
		method, path, body := ours(name, format, more...)
		a := e.raw(method, path, map[string]string{"POST": urlEncoded}[method], body)
		if want := map[string]string{"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}[format]; a.status != 200 || a.kind != want {
			t.Fatalf("%s as %s: %d %s %s", name, format, a.status, a.kind, a.body)
		}
		if format == "xml" {
			sameXML(t, name, a.body, published(t, example+".xml"))
		} else {
			sameJSON(t, name, a.body, published(t, example+".json"))
		}
		return a
	}
	for _, format := range []string{"xml", "json"} {
		services := check("services", "services", format)
		if !strings.Contains(services.body, matter) || !strings.Contains(services.body, "消防部门") {
			t.Errorf("services: %.300s", services.body)
		}
		definition := check("definition", "definition", format)
		if !strings.Contains(definition.body, estate) {
			t.Errorf("definition: %.500s", definition.body)
		}
		filed := check("filed", "filed", format)
		got := numberIn(filed.body)
		if !strings.Contains(filed.body, "五(六)2") || !strings.Contains(filed.body, "审核") {
			t.Errorf("the notice: %s", filed.body)
		}
		if number != "" && got != number {
			t.Errorf("the same report in the other format is %s, was %s", got, number)
		}
		number = got
		if format == "xml" {
			if a := e.raw("GET", "/open311/v2/requests/"+number+".xml", "", ""); a.status != 404 {
				t.Errorf("before anybody has looked: %d %s", a.status, a.body)
			}
			id := e.clear(number)
			at := func(what string) string { return fmt.Sprintf("/office/v1/complaints/%d/%s", id, what) }
			e.must(200, "department_fire", "POST", at("accept"), m{})
			e.drain()
			e.must(200, "department_fire", "POST", at("answer"), m{"report": report("障碍物已清走")})
			e.must(200, "leading_group_office", "POST", at("force-close"), m{"text": "已经办完"})
			// Another one, so that both states are seen.
			_, path, body := ours("filed", "xml", "A+large+sinkhole", "Another+sinkhole", "&attribute[WHISDORN]=COISL001", "&attribute[part]=road")
			e.clear(numberIn(e.raw("POST", path, urlEncoded, body).body))
		}
		now := e.db.Now()
		window := []string{"2010-05-24T00:00:00Z", now.Add(-time.Hour).Format(time.RFC3339), "2010-06-24T00:00:00Z", now.Add(time.Hour).In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04:05") + "%2B08:00"}
		list := check("requests", "requests", format, append(window, "&status=open", "")...)
		if strings.Count(list.body, "address_id") != map[string]int{"xml": 4, "json": 2}[format] || !strings.Contains(list.body, "closed") || !strings.Contains(list.body, "障碍物已清走") {
			t.Errorf("requests: %s", list.body)
		}
		if open := check("requests", "requests", format, window...); strings.Contains(open.body, "closed") || !strings.Contains(open.body, "Another sinkhole") {
			t.Errorf("open requests: %s", open.body)
		}
		if old := check("requests", "requests", format); strings.Contains(old.body, "service_request_id") {
			t.Errorf("requests of 2010: %s", old.body)
		}
		request := check("request", "requests", format)
		if strings.Contains(request.body, "Another") || !strings.Contains(request.body, "sinkhole is destroying") {
			t.Errorf("request: %s", request.body)
		}
		if token := check("token", "token", format); strings.Count(token.body, number) != 2 {
			t.Errorf("token: %s", token.body)
		}
		updates := check("updates", "updates", format, window...)
		for _, want := range []string{"OPEN", "CLOSED", "障碍物已清走", number} {
			if !strings.Contains(updates.body, want) {
				t.Errorf("updates lack %s: %s", want, updates.body)
			}
		}
		for _, path := range []string{"/open311/discovery.", "/open311/v2/discovery."} {
			a := e.raw("GET", path+format, "", "")
			if a.status != 200 || !strings.Contains(a.body, e.cfg.PublicURL+"/open311/v2") {
				t.Fatalf("discovery: %d %s", a.status, a.body)
			}
			if format == "xml" {
				sameXML(t, "discovery", a.body, published(t, "discovery.xml"))
			} else {
				sameJSON(t, "discovery", a.body, published(t, "discovery.json"))
			}
		}
	}
	// The position comes back where the client put it, in its own datum; who sent it never does.
	a := e.raw("GET", "/open311/v2/requests/"+number+".xml?extensions=true", "", "")
	doc, err := readXML(a.body)
	if err != nil {
		t.Fatal(err)
	}
	lat, _ := strconv.ParseFloat(doc.value("request", "lat"), 64)
	lng, _ := strconv.ParseFloat(doc.value("request", "long"), 64)
	if math.Hypot((lat-26.2581)*111_320, (lng-107.5172)*99_800) > 1 {
		t.Errorf("at %f, %f", lat, lng)
	}
	if at := doc.value("request", "requested_datetime"); !strings.HasSuffix(at, "+08:00") {
		t.Errorf("requested %s", at)
	}
	if notes := doc.find("request", "notes", "note"); len(notes) < 4 || notes[0].value("type") != "submitted" || notes[1].value("type") != "opened" || notes[len(notes)-1].value("type") != "closed" {
		t.Errorf("notes: %s", a.body)
	}
	for _, secret := range []string{"smith", "john", "13800001111", "smit333", "tt222111", "1234 5th", "farm3"} {
		if strings.Contains(a.body, secret) {
			t.Errorf("anybody reads %s: %s", secret, a.body)
		}
	}
	e.nowhere("smit333@sfgov.edu", "tt222111", "13800001111", "smithjohn")
}

// numberIn cuts a request's number out of an answer in either format.
func numberIn(body string) string {
	at := strings.Index(body, "T2")
	if at < 0 {
		return ""
	}
	rest := body[at:]
	return rest[:strings.IndexAny(rest, "<\"")]
}

// nowhere holds every text of the database against what must not be kept in the clear.
func (e *engine) nowhere(secrets ...string) {
	e.t.Helper()
	var all bytes.Buffer
	if _, err := dump.Write(e.t.Context(), e.db, &all); err != nil {
		e.t.Fatal(err)
	}
	for line := range strings.Lines(all.String()) {
		for _, x := range secrets {
			if strings.Contains(line, x) {
				e.t.Errorf("%s stands in %s", x, cut(line, 300))
			}
		}
	}
}

// TestOpen311Errors: the specification's errors with their status, in both formats and in the published shape.
func TestOpen311Errors(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	key, estate := e.apiKey("某地图平台"), e.estateCode()
	form := func(pairs ...string) string {
		v := url.Values{"api_key": {key}, "service_code": {"fire-lane"}, "lat": {"26.2581"}, "long": {"107.5172"}, "attribute[estate]": {estate}, "description": {"消防通道被堵住了"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
			if pairs[i+1] == "" {
				v.Del(pairs[i])
			}
		}
		return v.Encode()
	}
	revoked := e.apiKey("旧平台")
	rows := e.must(200, "bureau", "GET", "/office/v1/open311-keys", nil)
	if strings.Contains(rows.body, revoked) || strings.Contains(rows.body, "digest") {
		t.Errorf("the list shows a key: %s", rows.body)
	}
	e.must(204, "bureau", "DELETE", "/office/v1/open311-keys/2", nil)
	for _, format := range []string{"xml", "json"} {
		for _, c := range []struct {
			name, method, path, body string
			status                   int
			says                     string
		}{
			{"no such city", "GET", "services.%s?jurisdiction_id=city.gov", "", 404, "jurisdiction_id"},
			{"no such service", "GET", "services/000.%s", "", 404, "service_code"},
			{"no such request", "GET", "requests/T20000101-0001.%s", "", 404, ""},
			{"no such token", "GET", "tokens/12345.%s", "", 404, ""},
			{"no such resource", "GET", "inquiries.%s", "", 404, ""},
			{"no such item", "GET", "inquiries/1.%s", "", 404, ""},
			{"nothing is made there", "POST", "services.%s", form(), 404, ""},
			{"no key", "POST", "requests.%s", form("api_key", ""), 403, "api_key"},
			{"a wrong key", "POST", "requests.%s", form("api_key", "xyz"), 403, "api_key"},
			{"a revoked key", "POST", "requests.%s", form("api_key", revoked), 403, "api_key"},
			{"the key before the rest", "POST", "requests.%s", form("api_key", "xyz", "service_code", ""), 403, "api_key"},
			{"another city", "POST", "requests.%s", form("jurisdiction_id", "city.gov"), 404, "jurisdiction_id"},
			{"no service", "POST", "requests.%s", form("service_code", ""), 400, "service_code"},
			{"an unknown service", "POST", "requests.%s", form("service_code", "001"), 404, "service_code"},
			{"no place", "POST", "requests.%s", form("lat", "", "long", ""), 400, "address_string"},
			{"half a place", "POST", "requests.%s", form("long", ""), 400, "long"},
			{"a place abroad", "POST", "requests.%s", form("lat", "37.76", "long", "-122.42"), 400, "lat"},
			{"no estate with a place", "POST", "requests.%s", form("attribute[estate]", ""), 400, "attribute[estate]"},
			{"an unknown estate", "POST", "requests.%s", form("attribute[estate]", "moon"), 400, "attribute[estate]"},
			{"an unknown address", "POST", "requests.%s", form("attribute[estate]", "", "address_id", "545483"), 400, "attribute[estate]"},
			{"a wrong phone", "POST", "requests.%s", form("phone", "111111111"), 400, "phone"},
			{"a wrong choice", "POST", "requests.%s", form("attribute[visibility]", "maybe"), 400, "visibility"},
			{"more than 90 days", "GET", "requests.%s?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", "", 400, "90"},
			{"no date", "GET", "requests.%s?start_date=yesterday", "", 400, "start_date"},
			{"from the end to the start", "GET", "servicerequestupdates.%s?start_date=2026-06-01T00:00:00Z&end_date=2026-05-01T00:00:00Z", "", 400, "start_date"},
			{"no such state", "GET", "requests.%s?status=fixed", "", 400, "status"},
			{"a page of nothing", "GET", "requests.%s?page_size=0", "", 400, "page_size"},
			{"too large a page", "GET", "requests.%s?page_size=1001", "", 400, "1000"},
			{"no page", "GET", "requests.%s?page=-1", "", 400, "page"},
			{"an endless page", "GET", "requests.%s?page=99999&page_size=1000", "", 400, "page"},
		} {
			a := e.raw(c.method, "/open311/v2/"+fmt.Sprintf(c.path, format), map[string]string{"POST": urlEncoded}[c.method], c.body)
			if a.status != c.status || !strings.Contains(a.body, c.says) {
				t.Errorf("%s as %s: %d %s", c.name, format, a.status, a.body)
			}
			if format == "xml" {
				doc := sameXML(t, c.name, a.body, published(t, "errors.xml"))
				if doc.value("error", "code") != strconv.Itoa(c.status) {
					t.Errorf("%s: code %s", c.name, a.body)
				}
			} else {
				sameJSON(t, c.name, a.body, published(t, "errors.json"))
			}
		}
	}
	if a := e.raw("GET", "/open311/v2/services", "", ""); a.status != 404 || !strings.HasPrefix(a.kind, "text/xml") {
		t.Errorf("without a format: %d %s", a.status, a.kind)
	}
}

// TestOpen311Forms: multipart as well, the other ways to name an estate, and each key held to its rate.
func TestOpen311Forms(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	key, estate := e.apiKey("某地图平台"), e.estateCode()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range [][2]string{{"api_key", key}, {"service_code", "fire-lane"}, {"address_id", estate}, {"description", "多部分表单也收得下"}, {"phone", "+86 138-0000-2222"}, {"last_name", "王"}, {"first_name", "小明"}} {
		_ = w.WriteField(f[0], f[1])
	}
	part, _ := w.CreateFormFile("media", "a.png")
	_, _ = part.Write(bytes.Repeat([]byte{0x89, 0}, 1<<20))
	_ = w.Close()
	a := e.raw("POST", "/open311/v2/requests.json", w.FormDataContentType(), b.String())
	if a.status != 200 || !strings.Contains(a.body, "文件没有收下") {
		t.Fatalf("multipart: %d %s", a.status, a.body)
	}
	v, err := e.complaints.Find(t.Context(), e.actor("community"), e.caseID(numberIn(a.body)))
	if err != nil || v.Source != complaint.FromOpen311 || v.Text != "多部分表单也收得下" {
		t.Errorf("%+v, %v", v, err)
	}
	name := v.Estate
	file := func(pairs ...string) reply {
		f := url.Values{"api_key": {key}, "service_code": {"fire-lane"}, "description": {"消防通道被堵住了"}, "attribute[estate]": {estate}, "address_string": {"东门"}}
		for i := 0; i < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return e.raw("POST", "/open311/v2/requests.json", urlEncoded, f.Encode())
	}
	if a := file("attribute[estate]", name, "description", "按名称找小区"); a.status != 200 {
		t.Errorf("an estate by its name: %d %s", a.status, a.body)
	}
	private := file("attribute[visibility]", "private")
	if private.status != 200 || strings.Contains(private.body, "公开显示") {
		t.Fatalf("private: %d %s", private.status, private.body)
	}
	if a := e.raw("GET", "/open311/v2/requests.json", "", ""); strings.Contains(a.body, numberIn(private.body)) {
		t.Errorf("a private request is listed: %s", a.body)
	}
	// A key has 30 calls at once, wrong ones included, and another key has its own.
	last := reply{}
	for range 40 {
		if last = file("service_code", "none"); last.status == 429 {
			break
		}
	}
	if last.status != 429 || last.header.Get("Retry-After") == "" {
		t.Errorf("forty calls at once: %d %s", last.status, last.body)
	}
	sameJSON(t, "limited", last.body, published(t, "errors.json"))
	key = e.apiKey("另一个平台")
	if a := file("description", "另一个平台的来件"); a.status != 200 {
		t.Errorf("another key: %d %s", a.status, a.body)
	}
}

// TestOpen311NeverShows: what is private, unchecked, hidden or taken back appears nowhere, nor who complained, nor
// where they live, nor what offices wrote to them.
func TestOpen311NeverShows(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	owner := e.town.actors["owner"]
	file := func(ref, text, visibility string, more m) answer {
		body := m{"estate_id": owner.Estate, "matter": "fire-lane", "text": text, "visibility": visibility, "client_ref": ref}
		for k, v := range more {
			body[k] = v
		}
		return e.must(201, "owner", "POST", "/miniapp/v1/complaints", body)
	}
	shown := file("shown", "路灯坏了，请打13812345678，我住3幢2单元502室", "public", m{"unit_id": owner.Unit, "place": "三幢门口的槐树", "lat": 26.258, "lng": 107.518, "cover": "sealed"})
	private := file("private", "不公开的机密甲", "private", nil)
	hidden := file("hidden", "隐藏了的机密乙", "public", nil)
	gone := file("gone", "撤回了的机密丙", "public", nil)
	e.must(200, "owner", "POST", fmt.Sprintf("/miniapp/v1/complaints/%d/withdraw", gone.int("id")), m{})
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&complaint.Case{}).Where("id = ?", hidden.int("id")).Update("display", complaint.Hidden).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(what string) string { return fmt.Sprintf("/office/v1/complaints/%d/%s", shown.int("id"), what) }
	e.must(200, "department_fire", "POST", at("accept"), m{})
	e.must(200, "department_fire", "POST", at("note"), m{"text": "张女士您好，明天上门丁"})
	e.must(200, "department_fire", "POST", at("split"), m{"parts": []m{{"to": e.actor("community").OrganisationID(), "clause": "五(六)2", "text": "协助疏散戊"}, {"to": e.actor("bureau").OrganisationID(), "clause": "五(六)2", "text": "协助己"}}})
	number := func(a answer) string { return a.json["number"].(string) }
	var all strings.Builder
	for _, f := range []string{"xml", "json"} {
		for _, path := range []string{"requests.%s", "requests.%s?extensions=true", "requests.%s?status=open,closed&page_size=1000", "servicerequestupdates.%s", "services.%s", "services/fire-lane.%s"} {
			a := e.raw("GET", "/open311/v2/"+fmt.Sprintf(path, f), "", "")
			if a.status != 200 {
				t.Fatalf("%s: %d %s", path, a.status, a.body)
			}
			all.WriteString(a.body)
		}
		for _, c := range []answer{private, hidden, gone} {
			for _, path := range []string{"requests/%s.%s", "tokens/%s.%s"} {
				if a := e.raw("GET", "/open311/v2/"+fmt.Sprintf(path, number(c), f), "", ""); a.status != 404 {
					t.Errorf("%s: %d %s", path, a.status, a.body)
				}
			}
			for _, path := range []string{"requests.%s?service_request_id=%s,%s", "servicerequestupdates.%s?service_request_id=%s,%s", "requests.%s?extensions=true&service_request_id=%s&service_request_id=%s"} {
				a := e.raw("GET", "/open311/v2/"+fmt.Sprintf(path, f, number(c), number(shown)), "", "")
				if a.status != 200 || strings.Contains(a.body, number(c)) || !strings.Contains(a.body, number(shown)) {
					t.Errorf("%s: %d %s", path, a.status, a.body)
				}
				all.WriteString(a.body)
			}
		}
	}
	if !strings.Contains(all.String(), "路灯坏了") {
		t.Error("the public case is not shown")
	}
	for _, secret := range []string{"机密", "138123", "502", "槐树", "张女士", "明天上门", "协助", "26.25", "107.51", number(private), number(hidden), number(gone), "演示业主"} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("anybody reads %q", secret)
		}
	}
}

// TestOpen311Hostile sends what no client should; nothing breaks, and nothing but an error of the specification comes.
func TestOpen311Hostile(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	key, estate := e.apiKey("某地图平台"), e.estateCode()
	good := "api_key=" + key + "&service_code=fire-lane&address_string=x&attribute[estate]=" + estate + "&description="
	boundary := "multipart/form-data; boundary=x"
	for name, c := range map[string]struct{ kind, body string }{
		"json":                {"application/json", `{"api_key":"x"}`},
		"no type":             {"", good + "a"},
		"another charset":     {"application/x-www-form-urlencoded; charset=gbk", good + "a"},
		"no utf-8":            {urlEncoded, good + "%ff%fe%80"},
		"a null":              {urlEncoded, good + "a%00b"},
		"broken escapes":      {urlEncoded, good + "%zz"},
		"a huge field":        {urlEncoded, good + strings.Repeat("a", 300<<10)},
		"many fields":         {urlEncoded, good + strings.Repeat("&a", 1) + manyFields(500)},
		"no boundary":         {"multipart/form-data", "x"},
		"half a multipart":    {boundary, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb"},
		"a huge part":         {boundary, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + strings.Repeat("b", 300<<10) + "\r\n--x--\r\n"},
		"a huge file":         {boundary, "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n" + strings.Repeat("b", 17<<20) + "\r\n--x--\r\n"},
		"not a number":        {urlEncoded, good + "a&lat=NaN&long=Inf"},
		"a script as picture": {urlEncoded, good + "abcde&media_url=javascript:alert(1)"},
	} {
		a := e.raw("POST", "/open311/v2/requests.xml", c.kind, c.body)
		if a.status != 400 {
			t.Errorf("%s: %d %.300s", name, a.status, a.body)
		}
		sameXML(t, name, a.body, published(t, "errors.xml"))
	}
	for _, q := range []string{"service_request_id=" + url.QueryEscape("' OR 1=1 --"), "service_code=" + url.QueryEscape("a') OR ('1'='1"), "service_code=%00", "service_request_id=" + strings.Repeat("a,", 900),
		"status=open%2Cclosed", "extensions=yes", "page=1&page=2"} {
		if a := e.raw("GET", "/open311/v2/requests.json?"+q, "", ""); a.status != 200 || a.body != "[]\n" {
			t.Errorf("%.60s: %d %.200s", q, a.status, a.body)
		}
	}
	for _, path := range []string{"requests/..%2f..%2foffice.json", "requests/%00.xml", "tokens/" + strings.Repeat("a", 3000) + ".json", "services/%ff.xml", "requests/.json", ".json"} {
		if a := e.raw("GET", "/open311/v2/"+path, "", ""); a.status != 404 && a.status != 400 {
			t.Errorf("%.60s: %d %.200s", path, a.status, a.body)
		}
	}
	// What is hostile inside a text is only a text, and stays one in both formats.
	a := e.raw("POST", "/open311/v2/requests.json", urlEncoded, good+url.QueryEscape("]]><script>alert('x')</script>\x1b\u202e & 消防通道"))
	if a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	number := numberIn(a.body)
	e.clear(number)
	x := e.raw("GET", "/open311/v2/requests/"+number+".xml", "", "")
	doc := sameXML(t, "hostile text", x.body, published(t, "requests.xml"))
	if !strings.Contains(doc.value("request", "description"), "<script>alert('x')</script>") || strings.Contains(x.body, "<script>") {
		t.Errorf("%s", x.body)
	}
	sameJSON(t, "hostile text", e.raw("GET", "/open311/v2/requests/"+number+".json", "", "").body, published(t, "requests.json"))
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "&f%d=1", i)
	}
	return b.String()
}

// TestOpen311Pages: pages follow each other without holes, and never hold more than was asked for.
func TestOpen311Pages(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	for i := range 7 {
		e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": e.town.actors["owner"].Estate, "matter": "fire-lane", "text": fmt.Sprintf("第%d盏路灯坏了", i), "visibility": "public", "client_ref": fmt.Sprint("page", i)})
	}
	seen := map[string]bool{}
	for page := 1; page <= 4; page++ {
		list, _ := sameJSON(t, "page", e.raw("GET", fmt.Sprintf("/open311/v2/requests.json?page=%d&page_size=3", page), "", "").body, published(t, "requests.json")).([]any)
		if want := []int{3, 3, 1, 0}[page-1]; len(list) != want {
			t.Errorf("page %d holds %d", page, len(list))
		}
		for _, r := range list {
			seen[r.(map[string]any)["service_request_id"].(string)] = true
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d of 7 requests are on some page", len(seen))
	}
}
