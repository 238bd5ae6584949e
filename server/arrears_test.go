package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// dun makes one of everything of an estate's arrears.
func (e *engine) dun(th things, suffix string) {
	company, community, estate := "company"+suffix, "community"+suffix, fmt.Sprintf("/office/v1/estates/%d", th["estates"])
	th["fee-pauses"] = e.must(201, company, "POST", estate+"/fee-pauses", m{"reason": secretOf(suffix) + "停电抢修", "from": soon(300), "until": soon(301), "file_ids": []int64{e.upload(company, "document", "policy"+suffix)}}).int("id")
	th["fee-hardships"] = e.must(201, community, "POST", estate+"/fee-hardships", m{"unit_id": th["units"], "reason": secretOf(suffix) + "重病住院", "from": soon(300), "until": soon(301)}).int("id")
	l := fee.Letter{EstateID: th["estates"], CompanyID: e.actor(company).OrganisationID(), UnitID: th["units"], Unit: secretOf(suffix), OwnerSetID: th["owner-sets"], Stage: fee.Reminder, State: fee.Sent, Text: secretOf(suffix)}
	e.inTx(func(tx *store.Tx) error { l.At = tx.Now; return tx.Create(&l).Error })
	th["fee-letters"] = l.ID
	x := committee.Collection{EstateID: th["estates"], Kind: committee.DebtFee, UnitID: th["units"], OwnerSetID: th["owner-sets"], Stage: "reminder", State: "done", DueAt: l.At, Text: secretOf(suffix), OrganisationID: l.CompanyID}
	e.inTx(func(tx *store.Tx) error { x.CreatedAt = tx.Now; return tx.Create(&x).Error })
	th["committee-collections"] = x.ID
}

func (e *engine) inTx(f func(*store.Tx) error) {
	e.t.Helper()
	if err := e.db.InTx(e.t.Context(), f); err != nil {
		e.t.Fatal(err)
	}
}

// dunningBodies are the inputs of the operations about arrears that pass the form check.
func dunningBodies(th things) map[string]any {
	pause := m{"unit_id": th["units"], "reason": "家里有困难", "until": soon(20), "file_ids": []int64{999999}}
	decide := m{"approve": false, "text": "不同意"}
	return map[string]any{
		"officeGiveCollections": m{"kind": "fee", "unit_ids": []int64{th["units"]}, "due": soon(20)}, "officeTakeCollection": m{}, "officeRecordCollection": m{"how": "visited", "text": "上门说明了"},
		"officePauseByPolicy": pause, "officeMarkHardship": pause, "officeDecideFeePause": decide, "officeDecideHardship": decide, "officeEndFeePause": m{}, "officeEndHardship": m{},
		"officeSendReminders": m{"how_to_pay": "到物业服务中心交"}, "officePrepareDemand": m{"unit_id": th["units"], "how_to_pay": "到物业服务中心交"}, "officeIssueDemand": m{}, "officeWithdrawDemand": m{},
		"officeDeliverFeeLetter": m{"way": "hand", "at": time.Now().Add(-time.Minute), "file_ids": []int64{999999}},
		"disputeBill":            m{"text": "面积算错了", "client_ref": "dispute"}, "askHardship": m{"reason": "家里有困难", "until": soon(20), "client_ref": "hardship"},
	}
}

// longDue makes the bills of an estate long due, with the parameters of the contract.
func (e *engine) longDue(estate int64) {
	e.inTx(func(tx *store.Tx) error {
		for key, value := range map[string]string{"fee.remind_days": "7", "fee.demand_days": "15"} {
			v := org.LocalValue{Name: key, Value: value, Article: "合同第九条", EffectiveOn: org.DayOf(tx.Now), State: "confirmed", EnteredBy: 1, EnteredAt: tx.Now, ConfirmedBy: 2, ConfirmedAt: &tx.Now}
			if err := tx.Create(&v).Error; err != nil {
				return err
			}
		}
		return tx.Model(&fee.Bill{}).Where("estate_id = ?", estate).Update("due_on", org.DayOf(tx.Now).AddDate(0, 0, -45)).Error
	})
}

func (e *engine) reminders() {
	for more := true; more; {
		var err error
		if more, err = e.fees.TickReminders(e.t.Context()); err != nil {
			e.t.Fatal(err)
		}
	}
}

// TestArrearsOverTheSurfaces: the company lists and reminds, the home reads, disputes and asks for time, the community decides; and no
// page that anybody may open knows of it.
func TestArrearsOverTheSurfaces(t *testing.T) {
	e := newEngine(t)
	th := things{"estates": e.town.actors["owner"].Estate, "units": e.town.actors["owner"].Unit}
	e.must(201, "company", "POST", fmt.Sprintf("/office/v1/estates/%d/fee-rules", th["estates"]), feeRule("物业费", "97.53"))
	e.bill("company", e.firstID("company", fmt.Sprintf("/office/v1/estates/%d/fee-rules", th["estates"])))
	estate := fmt.Sprintf("/office/v1/estates/%d", th["estates"])
	unset := e.must(409, "company", "GET", estate+"/fee-reminder-preview", nil)
	if !strings.Contains(unset.body, "fee.remind_days") {
		t.Error(unset.body)
	}
	e.longDue(th["estates"])
	list := e.must(200, "company", "GET", estate+"/fee-arrears?limit=1", nil)
	first := list.json["items"].([]any)[0].(m)
	if list.json["total"].(m)["sums"].(m)["days_31_90"] == "0.00" || first["sums"].(m)["days_31_90"] == list.json["total"].(m)["sums"].(m)["days_31_90"] || list.json["next"] == "" {
		t.Error(list.body)
	}
	if sheet := e.must(200, "company", "GET", estate+"/fee-arrears.xlsx", nil); !strings.HasPrefix(sheet.body, "PK") {
		t.Error("no workbook")
	}
	for _, who := range []string{"committee_chair", "community", "township", "bureau"} {
		e.must(403, who, "GET", estate+"/fee-arrears", nil)
		if a := e.must(200, who, "GET", estate+"/fee-arrears-totals", nil); strings.Contains(a.body, "unit_id") {
			t.Error(a.body)
		}
	}
	e.must(201, "company", "POST", estate+"/fee-reminder-runs", m{"how_to_pay": "到物业服务中心交", "client_ref": "run"})
	e.must(201, "company", "POST", estate+"/fee-reminder-runs", m{"how_to_pay": "到物业服务中心交", "client_ref": "run"})
	e.reminders()
	home := fmt.Sprintf("/miniapp/v1/units/%d", th["units"])
	letters := e.must(200, "owner", "GET", home+"/fee-letters", nil).json["items"].([]any)
	if len(letters) != 1 {
		t.Fatalf("%v", letters)
	}
	letter := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/fee-letters/%.0f", letters[0].(m)["id"]), nil)
	sheet := e.must(200, "company", "GET", fmt.Sprintf("/office/v1/fee-letters/%.0f/sheet", letters[0].(m)["id"]), nil)
	if !strings.Contains(letter.body, "账单有误") || !strings.Contains(sheet.body, "缴费提醒") || !strings.Contains(sheet.body, "不张贴") {
		t.Error(letter.body, sheet.body)
	}
	bill := e.firstID("owner", home+"/fee-bills")
	number := fmt.Sprint(e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/fee-bills/%d", bill), nil).json["number"])
	dispute := m{"text": "面积算错了，请核对", "client_ref": "d1"}
	id := e.must(201, "owner", "POST", fmt.Sprintf("/miniapp/v1/fee-bills/%d/disputes", bill), dispute).int("id")
	if again := e.must(201, "owner", "POST", fmt.Sprintf("/miniapp/v1/fee-bills/%d/disputes", bill), dispute).int("id"); again != id {
		t.Errorf("two cases: %d and %d", id, again)
	}
	filed := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/complaints/%d", id), nil)
	if !strings.Contains(filed.body, number) {
		t.Error(filed.body)
	}
	e.saysDisputed(bill, id, fmt.Sprint(filed.json["number"]))
	e.provesDelivery(int64(letters[0].(m)["id"].(float64)))
	if a := e.must(200, "company", "GET", estate+"/fee-arrears", nil); !strings.Contains(a.body, "对账单有异议") {
		t.Error(a.body)
	}
	if a := e.must(409, "company", "POST", estate+"/fee-demands", m{"unit_id": th["units"], "how_to_pay": "到物业服务中心交"}); !strings.Contains(a.body, "正在核对") {
		t.Error(a.body)
	}
	pause := e.must(201, "owner", "POST", home+"/fee-pauses", m{"reason": "家人重病住院", "until": soon(20), "client_ref": "p1"}).int("id")
	if a := e.must(200, "community", "GET", estate+"/fee-hardships", nil); !strings.Contains(a.body, "家人重病住院") {
		t.Error(a.body)
	}
	e.must(403, "company", "GET", estate+"/fee-hardships", nil)
	e.must(404, "company", "POST", fmt.Sprintf("/office/v1/fee-pauses/%d/decision", pause), m{"approve": true})
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/fee-hardships/%d/decision", pause), m{"approve": true})
	if a := e.must(200, "company", "GET", estate+"/fee-arrears", nil); strings.Contains(a.body, "重病") || !strings.Contains(a.body, "因困难暂缓") {
		t.Error(a.body)
	}
	e.handedOver(th)
	if a := e.must(200, "company", "GET", estate+"/fee-rates?from="+thisMonth()+"&to="+thisMonth(), nil); a.json["total"].(m)["rate"] != "0.00" {
		t.Error(a.body)
	}
	e.nothingInPublic(th, number, fmt.Sprint(first["sums"].(m)["due"]), fmt.Sprint(letters[0].(m)["amount"]), "家人重病")
}

// saysDisputed: on the bill, its home and the company read since when nobody is reminded of it; which case that is, who opened it alone.
func (e *engine) saysDisputed(bill, id int64, number string) {
	e.t.Helper()
	for who, path := range map[string]string{"owner": "/miniapp/v1", "family": "/miniapp/v1", "company": "/office/v1"} {
		b := e.must(200, who, "GET", fmt.Sprintf("%s/fee-bills/%d", path, bill), nil)
		d, ok := b.json["dispute"].(m)
		if !ok || d["since"] == nil || !strings.Contains(fmt.Sprint(d["text"]), "不会提醒") {
			e.t.Errorf("%s reads %s", who, b.body)
			continue
		}
		if mine := who == "owner"; mine != (d["number"] == number) || mine != (d["case_id"] == float64(id)) || !mine && strings.Contains(b.body, number) {
			e.t.Errorf("%s reads %v", who, d)
		}
	}
	estate := fmt.Sprintf("/office/v1/estates/%d", e.town.actors["owner"].Estate)
	if a := e.must(200, "company", "GET", estate+fmt.Sprintf("/fee-bills?unit_id=%d", e.town.actors["owner"].Unit), nil); !strings.Contains(a.body, `"dispute":{`) || strings.Contains(a.body, number) {
		e.t.Error(a.body)
	}
	if a := e.must(200, "company", "GET", estate+"/fee-arrears", nil); strings.Contains(a.body, number) {
		e.t.Error(a.body)
	}
}

// provesDelivery: the home opens the picture of how its letter came, which goes on record, and nobody else's home does.
func (e *engine) provesDelivery(letter int64) {
	e.t.Helper()
	picture := e.upload("company", "document", "delivered")
	at := fmt.Sprintf("/fee-letters/%d", letter)
	e.must(201, "company", "POST", "/office/v1"+at+"/deliveries", m{"way": "hand", "at": e.db.Now(), "file_ids": []int64{picture}, "client_ref": "delivered"})
	mine := e.must(200, "owner", "GET", "/miniapp/v1"+at, nil)
	if d := mine.json["deliveries"].([]any); len(d) != 1 || d[0].(m)["file_ids"].([]any)[0] != float64(picture) {
		e.t.Fatal(mine.body)
	}
	link := fmt.Sprintf("/files/%d/link", picture)
	looks := func() (n int64) {
		e.inTx(func(tx *store.Tx) error {
			return tx.Model(&audit.Entry{}).Where("verb = ? AND subject_id = ?", "file.open", picture).Count(&n).Error
		})
		return n
	}
	before := looks()
	url := e.must(200, "owner", "GET", "/miniapp/v1"+link, nil).json["url"].(string)
	e.must(200, "", "GET", url[strings.Index(url, "/files/"):], nil)
	if n := looks(); n != before+1 {
		e.t.Errorf("%d looks are on record after %d", n, before)
	}
	e.must(404, "owner_foreign", "GET", "/miniapp/v1"+link, nil)
	e.must(404, "tenant", "GET", "/miniapp/v1"+link, nil)
	e.must(404, "community", "GET", "/office/v1"+link, nil)
}

// nothingInPublic reads every page that needs no sign-in, of the estate, and the board as residents and the committee read it.
func (e *engine) nothingInPublic(th things, words ...string) {
	e.t.Helper()
	read := 0
	look := func(who, path string) {
		a := e.call(who, "GET", path, nil)
		if a.status == 200 {
			read++
		}
		for _, w := range words {
			if strings.Contains(a.body, w) {
				e.t.Errorf("%s shows %s", path, w)
			}
		}
	}
	for _, r := range e.routes() {
		if r.method == http.MethodGet && (r.open || strings.Contains(string(r.action), "board") || strings.Contains(string(r.action), "committee")) {
			path, _ := r.at(th)
			who := ""
			switch {
			case strings.HasPrefix(path, "/miniapp"):
				who = "tenant"
			case strings.HasPrefix(path, "/office"):
				who = "committee_chair"
			}
			look(who, path)
		}
	}
	for key := range e.site.UnlistedRoutes() {
		if path, ok := strings.CutPrefix(key, "GET "); ok && !strings.Contains(path, "events") {
			look("", strings.NewReplacer(":id", fmt.Sprint(th["estates"]), ":estate", fmt.Sprint(th["estates"])).Replace(path))
		}
	}
	if read < 10 {
		e.t.Errorf("only %d pages were read", read)
	}
}

// handedOver asks the committee to speak with a home that was reminded, which reads of it.
func (e *engine) handedOver(th things) {
	e.t.Helper()
	var unit int64
	for _, l := range e.must(200, "company", "GET", fmt.Sprintf("/office/v1/estates/%d/fee-letters?stage=reminder&state=sent", th["estates"]), nil).json["items"].([]any) {
		if id := int64(l.(m)["unit_id"].(float64)); id != th["units"] { // which is paused
			unit = id
		}
	}
	estate := fmt.Sprintf("/office/v1/estates/%d/committee", th["estates"])
	e.must(201, "township", "POST", estate+"/terms", e.election("", years(0, -1), years(3, 0)))
	if a := e.must(201, "company", "POST", estate+"/collections", m{"kind": "fee", "unit_ids": []int64{unit, th["units"]}, "due": soon(20)}); a.int("id") != 1 {
		e.t.Error(a.body)
	}
	list := e.must(200, "committee_chair", "GET", estate+"/collections", nil)
	if items := list.json["items"].([]any); len(items) != 1 || strings.Contains(list.body, "amount") || items[0].(m)["unit"] == nil {
		e.t.Error(list.body)
	}
	id := int64(list.json["items"].([]any)[0].(m)["id"].(float64))
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/committee-collections/%d/take", id), m{})
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/committee-collections/%d/record", id), m{"how": "visited", "text": "上门说明了"})
	if a := e.must(200, "company", "GET", estate+"/collections/given", nil); !strings.Contains(a.body, "上门说明了") {
		e.t.Error(a.body)
	}
}
