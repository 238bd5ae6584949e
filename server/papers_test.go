package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/store"
)

// voting brings a meeting of the owner's estate to its open window, and turns its clock where the law makes everybody wait.
func (e *engine) voting(ref string, change m) int64 {
	body := meetingOf(e.town.actors["owner"].Estate, "物业服务", ref)
	for k, v := range change {
		body[k] = v
	}
	id := e.must(201, "committee_chair", "POST", "/office/v1/meetings", body).int("id")
	at := fmt.Sprintf("/office/v1/meetings/%d", id)
	turn := func(column string, to time.Time) {
		err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
			return tx.Model(&assembly.Meeting{}).Where("id = ?", id).Update(column, to.UTC().Truncate(time.Second)).Error
		})
		if err != nil {
			e.t.Fatal(err)
		}
	}
	e.must(200, "committee_chair", "POST", at+"/posting", m{"until": e.db.Now().AddDate(0, 0, 7)})
	turn("challenge_until", e.db.Now().Add(-time.Hour))
	reviewed := m{}
	if doubts, ok := e.must(200, "committee_chair", "GET", at+"/roster", nil).json["doubts"].([]any); ok {
		for _, d := range doubts {
			reviewed[d.(m)["key"].(string)] = "已核对"
		}
	}
	e.must(200, "committee_chair", "POST", at+"/freeze", m{"reviewed": reviewed})
	version := e.must(200, "committee_member", "GET", at, nil).int("version")
	for i := range body["motions"].([]m) {
		e.must(200, "committee_member", "POST", fmt.Sprintf("%s/motions/%d/confirmation", at, i+1), m{"version": version})
	}
	opens := e.db.Now().AddDate(0, 0, 17)
	e.must(200, "committee_chair", "POST", at+"/notice", m{"version": version, "opens_at": opens, "closes_at": opens.AddDate(0, 0, 10)})
	turn("opens_at", e.db.Now().Add(-time.Hour))
	return id
}

// shut ends a meeting's window now.
func (e *engine) shut(id int64) {
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&assembly.Meeting{}).Where("id = ?", id).Updates(map[string]any{"closes_at": tx.Now, "pulse_at": tx.Now}).Error // nothing was down
	})
	if err == nil {
		_, err = e.assemblies.Tick(e.t.Context())
	}
	if err != nil {
		e.t.Fatal(err)
	}
}

// TestPapersOnTheSurface walks forms from the print to the reconciliation over HTTP, and looks at what is printed.
func TestPapersOnTheSurface(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.voting("papers", nil)
	at := fmt.Sprintf("/office/v1/meetings/%d", id)
	forms := e.must(200, "committee_chair", "POST", at+"/forms", m{"seats": []int{1, 2}}).json["items"].([]any)
	first, second := forms[0].(m)["number"].(string), forms[1].(m)["number"].(string)
	next := e.must(200, "committee_chair", "POST", at+"/form-replacements", m{"number": second, "reason": "填坏了"}).json["number"].(string)
	page := e.must(200, "committee_chair", "GET", at+"/sheets/forms", nil).body
	e.keep("ballot_forms.html", page)
	for _, want := range []string{first, next, "□ 同意", "□ 反对", "□ 弃权", "业主签名", "依据：", "㎡", "data:image/png;base64,"} {
		if !strings.Contains(page, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	if strings.Contains(page, second) {
		t.Error("a dead number is printed")
	}
	e.must(404, "committee_chair", "GET", at+"/sheets/slip?number="+first, nil)
	number := e.must(200, "committee_chair", "GET", at, nil).json["number"].(string)
	e.must(200, "community", "POST", at+"/form-receipts", m{"number": number + "/" + first}) // as the scanner reads it
	if again := e.must(200, "community", "POST", at+"/form-receipts", m{"number": first}); again.json["again"] != true {
		t.Errorf("the second scan: %s", again.body)
	}
	slip := e.must(200, "community", "GET", at+"/sheets/slip?number="+first, nil).body
	e.keep("ballot_slip.html", slip)
	if !strings.Contains(slip, first) || strings.Contains(slip, "同意") {
		t.Errorf("the slip: %s", slip)
	}
	e.must(409, "committee_chair", "POST", at+"/form-receipts", m{"number": second})
	look := func(file int64, choice, ref string) m {
		return m{"number": first, "choices": []m{{"position": 1, "choice": choice}}, "file_id": file, "client_ref": ref}
	}
	scan := e.upload("committee_chair", "document", "scan")
	e.must(409, "committee_chair", "POST", at+"/form-looks", look(scan, "yes", "l1"))
	e.shut(id)
	e.must(409, "committee_chair", "POST", at+"/form-receipts", m{"number": next})
	e.must(409, "committee_chair", "POST", at+"/result", nil)
	box := m{"place": "社区会议室", "found": []string{first, next}, "minutes": "封条完好，当众开箱清点。", "client_ref": "box", "scrutineers": []m{{"name": "王监票", "phone": "13700000001", "as": "业主代表", "independent": true},
		{"name": "李监票", "phone": "13700000002", "as": "社区工作人员", "independent": true}}}
	if a := e.must(409, "committee_chair", "POST", at+"/opening", box); !strings.Contains(a.body, next) {
		t.Errorf("a difference that is not named: %s", a.body)
	}
	box["explained"] = m{next: "业主自行投入，没有登记回执"}
	if a := e.must(200, "committee_chair", "POST", at+"/opening", box); a.json["closes"] == true || strings.Contains(a.body, "13700000001") {
		t.Errorf("after the opening: %s", a.body)
	}
	minutes := e.must(200, "committee_chair", "GET", at+"/sheets/opening", nil).body
	e.keep("box_opening.html", minutes)
	if !strings.Contains(minutes, "王监票") || strings.Contains(minutes, "13700000001") || !strings.Contains(minutes, "业主自行投入") {
		t.Errorf("the minutes: %s", minutes)
	}
	signed := e.upload("community", "document", "minutes")
	e.must(200, "community", "POST", at+"/opening/signature", m{"file_ids": []int64{signed}})
	if got := filesOf(e.must(200, "township", "GET", at+"/reconciliation", nil).json); !slices.Equal(got, []int64{signed}) || e.opens("township", signed) != 200 {
		t.Errorf("the signed minutes are %v", got)
	}
	e.must(200, "committee_chair", "POST", at+"/form-looks", look(scan, "yes", "l1"))
	e.must(403, "committee_chair", "POST", at+"/form-looks", look(0, "yes", "l2"))
	if a := e.must(200, "committee_member", "POST", at+"/form-looks", look(0, "yes", "l3")); a.json["state"] != "confirmed" {
		t.Errorf("the second look: %s", a.body)
	}
	sum := e.must(200, "committee_chair", "GET", at+"/sheets/reconciliation", nil).body
	e.keep("ballot_sum.html", sum)
	if !strings.Contains(sum, "对得上") || e.must(200, "committee_chair", "GET", at+"/reconciliation", nil).json["closes"] != true {
		t.Errorf("the sum: %s", sum)
	}
	if got := filesOf(e.must(200, "community", "GET", at+"/forms", nil).json["items"].([]any)[0]); !slices.Equal(got, []int64{scan}) {
		t.Errorf("the scan is %v", got)
	}
	e.must(200, "committee_chair", "POST", at+"/result", nil)
	home := e.must(200, "committee_chair", "GET", at+"/sheets/slip?number="+first, nil).body
	e.keep("ballot_receipt.html", home)
	if !strings.Contains(home, "扫码查验") {
		t.Errorf("what the voter takes home: %s", home)
	}
	e.must(200, "community", "GET", fmt.Sprintf("/office/v1/files/%d/link", scan), nil)
	if a := e.call("community_foreign", http.MethodGet, fmt.Sprintf("/office/v1/files/%d/link", scan), nil); a.status != 404 {
		t.Errorf("a foreign community opens a scan: %d", a.status)
	}
}

// TestAgentOnTheSurface: an owner authorises a tenant, an office reviews it, and the tenant votes with their phone.
func TestAgentOnTheSurface(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.voting("agent", nil)
	seats := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/meetings/%d/seats", id), nil).json["items"].([]any)
	seat := seats[0].(m)["seat"].(m)["no"]
	motion := seats[0].(m)["meeting"].(m)["motions"].([]any)[0].(m)["id"]
	const phone = "13799998888"
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Table("persons").Where("id = ?", e.actor("tenant").PersonID).Updates(map[string]any{"phone_sealed": e.vault.Seal(phone, "persons.phone"), "phone_index": e.vault.Index("phone", phone)}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	body := proxyOf("agent")
	body["seat_no"], body["phone"], body["file_ids"] = seat, phone, []int64{e.upload("owner", "document", "authority")}
	given := e.must(201, "owner", "POST", fmt.Sprintf("/miniapp/v1/meetings/%d/proxies", id), body)
	at := fmt.Sprintf("/office/v1/meetings/%d/proxies/%d", id, given.int("id"))
	if a := e.must(200, "community", "GET", fmt.Sprintf("/office/v1/meetings/%d/proxies", id), nil); strings.Contains(a.body, "赵代理") || strings.Contains(a.body, phone) {
		t.Errorf("the list names the agent: %s", a.body)
	}
	shown := e.must(200, "community", "GET", at, nil)
	if !strings.Contains(shown.body, "赵代理") {
		t.Errorf("for the review: %s", shown.body)
	}
	e.must(200, "community", "GET", fmt.Sprintf("/office/v1/files/%d/link", int64(shown.json["file_ids"].([]any)[0].(float64))), nil)
	cast := m{"seat_no": seat, "client_ref": "agent", "choices": []m{{"motion_id": motion, "choice": "yes"}}}
	ballots := fmt.Sprintf("/miniapp/v1/proxies/%d/ballots", given.int("id"))
	e.must(404, "tenant", "POST", ballots, cast)
	e.must(200, "community", "POST", at+"/review", m{"accept": true})
	if a := e.must(200, "tenant", "GET", "/miniapp/v1/entrusted", nil); len(a.json["items"].([]any)) != 1 {
		t.Errorf("the agent sees %s", a.body)
	}
	e.must(404, "owner_foreign", "POST", ballots, cast)
	code := e.must(201, "tenant", "POST", ballots, cast).json["code"]
	if a := e.must(201, "tenant", "POST", ballots, cast); a.json["code"] != code {
		t.Errorf("the same press again: %s", a.body)
	}
	e.must(409, "owner", "POST", fmt.Sprintf("/miniapp/v1/proxies/%d/revocation", given.int("id")), m{})
}
