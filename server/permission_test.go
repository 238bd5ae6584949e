package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/web/limit"
)

type m = map[string]any

// route is one operation of the API document.
type route struct {
	id, method, path string
	action           org.Action
	open             bool
}

func (e *engine) routes() []route {
	var list []route
	for path, item := range e.site.API.OpenAPI().Paths {
		for method, op := range map[string]any{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodDelete: item.Delete, http.MethodPatch: item.Patch} {
			o := operation(op)
			if o == nil {
				continue
			}
			action, _ := o.Extensions["x-linli-action"].(string)
			list = append(list, route{id: o.OperationID, method: method, path: path, action: org.Action(action), open: len(o.Security) == 0})
		}
	}
	slices.SortFunc(list, func(a, b route) int { return strings.Compare(a.id, b.id) })
	return list
}

// TestEveryRouteIsKnown holds the running engine against the API document: a route that is in neither the document nor
// the short list is a hole.
func TestEveryRouteIsKnown(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	documented := map[string]bool{}
	for _, r := range e.routes() {
		documented[r.method+" "+strings.NewReplacer("{", ":", "}", "").Replace(r.path)] = true
		if !r.open && r.action == "" {
			t.Errorf("%s needs sign-in but declares no action", r.id)
		}
	}
	unlisted := e.site.UnlistedRoutes()
	if len(unlisted) > 60 {
		t.Errorf("%d routes outside the document are not a short list", len(unlisted))
	}
	for _, r := range e.site.Engine.Routes() {
		key := r.Method + " " + r.Path
		if !documented[key] && unlisted[key] == "" {
			t.Errorf("%s is in neither the API document nor the list of unlisted routes", key)
		}
		delete(documented, key)
	}
	for key := range documented {
		t.Errorf("%s is documented but not mounted", key)
	}
}

// things are the ids of one estate's things by the name of their path.
type things map[string]int64

// furnish makes one of everything in an estate: suffix "" or "_foreign".
func (e *engine) furnish(suffix string) things {
	owner, community := "owner"+suffix, "community"+suffix
	estate := e.town.actors[owner].Estate
	th := things{"estates": estate, "units": e.town.actors[owner].Unit}
	th["owner-sets"] = e.must(200, community, "GET", fmt.Sprintf("/office/v1/units/%d", th["units"]), nil).int("owner_set_id")
	photo := e.upload(owner, "photo", suffix+"-photo")
	th["complaints"] = e.must(201, owner, "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": secretOf(suffix) + "楼道灯坏了", "client_ref": "walk" + suffix, "photo_ids": []int64{photo}}).int("id")
	th["files"] = photo
	th["notices"] = e.must(201, "committee_chair"+suffix, "POST", "/office/v1/notices", m{"estate_id": estate, "kind": "posting", "audience": "residents", "title": secretOf(suffix), "body": "正文", "client_ref": "walk" + suffix}).int("id")
	chair := "committee_chair" + suffix
	th["notice-drafts"] = e.must(201, chair, "POST", fmt.Sprintf("/office/v1/estates/%d/notice-drafts", estate), m{"kind": "posting", "audience": "residents", "form": "text", "title": secretOf(suffix) + "草稿", "body": "正文", "client_ref": "walk" + suffix}).int("id")
	place := e.must(200, chair, "GET", fmt.Sprintf("/office/v1/notices/%d/places", th["notices"]), nil).json["items"].([]any)[0].(m)
	th["notice-places"] = int64(place["id"].(float64))
	th["notice-postings"] = e.must(201, chair, "POST", fmt.Sprintf("/office/v1/notice-places/%d/postings", th["notice-places"]), m{"at": e.db.Now(), "spot": secretOf(suffix) + "门厅", "file_id": e.snapshot(chair, "hung"+suffix), "client_ref": "walk" + suffix}).int("id")
	th["posting-incidents"] = e.must(201, owner, "POST", fmt.Sprintf("/miniapp/v1/notice-postings/%d/incidents", th["notice-postings"]), m{"sort": "removed", "seen_at": e.db.Now(), "words": secretOf(suffix), "file_id": e.upload(owner, "photo", "gone"+suffix), "client_ref": "walk" + suffix}).int("id")
	th["applications"] = e.must(201, "tenant"+suffix, "POST", "/miniapp/v1/applications", m{"unit_id": th["units"], "role": "family", "name": secretOf(suffix), "file_ids": []int64{e.upload("tenant"+suffix, "document", "proof"+suffix)}, "client_ref": "walk" + suffix}).int("id")
	th["area-claims"] = e.must(201, owner, "POST", "/miniapp/v1/area-claims", m{"unit_id": th["units"], "area": "99.5", "source": "register", "file_ids": []int64{e.upload(owner, "document", "area"+suffix)}, "client_ref": "walk" + suffix}).int("id")
	roster := e.must(201, community, "POST", "/office/v1/files", rosterUpload(suffix))
	th["roster-imports"] = e.must(201, community, "POST", fmt.Sprintf("/office/v1/estates/%d/roster-imports", estate), m{"file_id": roster.int("id"), "client_ref": "walk" + suffix}).int("id")
	fire, err := e.town.code("fire")
	if err != nil {
		e.t.Fatal(err)
	}
	th["fire"] = fire.ID
	// Not blown: a department that is called answers for every township's estates.
	th["whistles"] = e.must(201, community, "POST", "/office/v1/whistles", m{"estate_id": estate, "reason": secretOf(suffix) + "超出社区和办事处的职权", "sort": "simple", "place": "东门",
		"calls": []m{{"to": th["fire"], "clause": "五(六)2", "text": "清障"}}, "client_ref": "walk" + suffix}).int("id")
	th["mediations"] = e.must(201, owner, "POST", "/miniapp/v1/mediations", m{"estate_id": estate, "subject": secretOf(suffix) + "和物业有纠纷", "wish": "退还费用", "named": true, "client_ref": "walk" + suffix}).int("id")
	th["conferences"] = e.must(201, community, "POST", "/office/v1/conferences", m{"title": secretOf(suffix) + "联席会议", "place": "办事处会议室", "starts_at": "2027-01-01T09:00:00+08:00", "items": []m{{"text": "消防通道"}},
		"offices": []int64{e.actor(community).OrganisationID()}, "client_ref": "walk" + suffix}).int("id")
	orders := e.must(201, community, "POST", "/office/v1/files", multipartOf("hotline", "hotline"+suffix, "h.csv", []byte("工单编号,诉求内容\nN"+suffix+"1,"+secretOf(suffix)+"楼道灯坏了\n")))
	th["hotline-imports"] = e.must(201, community, "POST", "/office/v1/hotline-imports", m{"file_id": orders.int("id"), "client_ref": "walk" + suffix}).int("id")
	e.disclose(th, suffix)
	e.govern(th, suffix)
	e.charge(th, suffix)
	e.takePay(th, suffix)
	e.run(th, suffix)
	e.repair(th, suffix)
	th["petitions"] = e.must(201, owner, "POST", fmt.Sprintf("/miniapp/v1/estates/%d/petitions", estate), m{"title": secretOf(suffix) + "提议", "text": secretOf(suffix) + "要求开会讨论", "motions": []m{{"title": "选聘物业", "body": secretOf(suffix)}}, "client_ref": "walk" + suffix}).int("id")
	th["credentials"] = e.must(201, owner, "POST", "/miniapp/v1/credentials", m{"unit_id": th["units"], "kind": "judgment", "words": secretOf(suffix), "from": "2026-01-01T00:00:00Z", "file_ids": []int64{e.upload(owner, "document", "heir"+suffix)}, "client_ref": "walk" + suffix}).int("id")
	th["groups"] = e.must(201, community, "POST", fmt.Sprintf("/office/v1/estates/%d/groups", estate), m{"kind": "renewal", "text": secretOf(suffix) + "任期届满", "client_ref": "walk" + suffix}).int("id")
	th["meetings"] = e.must(201, "committee_chair"+suffix, "POST", "/office/v1/meetings", meetingOf(estate, secretOf(suffix), "walk"+suffix)).int("id")
	th["candidates"] = e.must(201, owner, "POST", fmt.Sprintf("/miniapp/v1/meetings/%d/candidates", th["meetings"]), m{"unit_id": th["units"], "profile": secretOf(suffix) + "愿意做事", "consent": true, "client_ref": "walk" + suffix}).int("id")
	th["income-contracts"] = e.must(201, "committee_chair"+suffix, "POST", fmt.Sprintf("/office/v1/estates/%d/income/contracts", estate), m{"kind": "venue", "title": secretOf(suffix) + "场地", "party": "某公司", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "amount": "100", "period_months": 1, "client_ref": "walk" + suffix}).int("id")
	th["income-lines"] = e.must(201, "committee_chair"+suffix, "POST", fmt.Sprintf("/office/v1/estates/%d/income/lines", estate), m{"contract_id": th["income-contracts"], "sort": "receipt", "amount": "100", "on": calendar.DateOf(e.db.Now()).String(), "party": "某公司", "text": secretOf(suffix) + "场地费", "client_ref": "walk" + suffix}).int("id")
	th["homes"] = e.firstID(owner, "/miniapp/v1/homes")
	th["household"] = e.memberOf(owner, th["units"])
	th["residences"] = th["household"]
	th["sessions"] = e.firstID(owner, "/miniapp/v1/sessions")
	th["posts"] = e.town.actors["committee_member"+suffix].Post
	th["privacy-requests"] = e.must(201, owner, "POST", "/miniapp/v1/privacy-requests", m{"kind": "correct", "body": secretOf(suffix), "client_ref": "walk" + suffix}).int("id")
	return th
}

// states are those of campaigns, each of which is a thing of its own.
var states = []campaign.State{campaign.Draft, campaign.Submitted, campaign.Approved, campaign.Running, campaign.Paused, campaign.Done, campaign.Cancelled}

// run makes a campaign in every state, a seat of one, an absence, and a delivery and a message that did not get through.
func (e *engine) run(th things, suffix string) {
	chair, member, estate := "committee_chair"+suffix, "committee_member"+suffix, th["estates"]
	for _, state := range states {
		in := campaignOf(estate, secretOf(suffix), "walk"+suffix+string(state))
		switch state {
		case campaign.Approved:
			in["not_before"] = e.db.Now().Add(48 * time.Hour)
		case campaign.Running, campaign.Paused:
			in["ends_at"] = e.db.Now().Add(48 * time.Hour)
		}
		id := e.must(201, chair, "POST", "/office/v1/campaigns", in).int("id")
		th["campaigns "+string(state)] = id
		at := fmt.Sprintf("/office/v1/campaigns/%d", id)
		if state == campaign.Draft {
			continue
		}
		e.must(200, chair, "POST", at+"/submission", nil)
		if state == campaign.Submitted {
			continue
		}
		e.must(200, "community"+suffix, "POST", at+"/approval", m{"version": 1})
		if state == campaign.Cancelled {
			e.must(200, chair, "POST", at+"/cancellation", m{"reason": "写错了"})
		}
	}
	for range 3 { // it starts, is carried and ends
		for more := true; more; {
			var err error
			if more, err = e.campaigns.Tick(e.t.Context()); err != nil {
				e.t.Fatal(err)
			}
		}
		e.drain()
	}
	e.must(200, chair, "POST", fmt.Sprintf("/office/v1/campaigns/%d/pause", th["campaigns paused"]), m{"reason": "等一下"})
	th["absences"] = e.must(200, member, "POST", "/office/v1/absences", m{"from": soon(20), "to": soon(22), "stand_in_id": e.town.actors[chair].Post}).int("id")
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		for _, state := range states {
			var c campaign.Campaign
			if err := tx.Where("id = ?", th["campaigns "+string(state)]).Take(&c).Error; err != nil || c.State != state {
				return fmt.Errorf("the campaign that should be %s is %s: %w", state, c.State, err)
			}
		}
		var reach campaign.Reach
		var d notify.Delivery
		var msg outbox.Message
		if err := tx.Where("campaign_id = ?", th["campaigns running"]).Order("id").Take(&reach).Error; err != nil {
			return err
		}
		if err := tx.Where("estate_id = ?", estate).Order("id").Take(&d).Error; err != nil {
			return err
		}
		if err := tx.Where("estate_id = ?", estate).Order("id").Take(&msg).Error; err != nil {
			return err
		}
		th["reaches"], th["undelivered"], th["messages"] = reach.ID, d.ID, msg.ID
		return errors.Join(tx.Model(&d).Update("state", notify.Dead).Error, tx.Model(&msg).Update("state", outbox.Dead).Error)
	})
	if err != nil {
		e.t.Fatal(err)
	}
	th["changes"] = e.must(201, "bureau", "POST", "/office/v1/notify/plan/changes", m{"changes": []m{}, "reason": "试一试", "client_ref": "walk" + suffix}).int("id")
}

// inFiveDays is a moment some days ahead.
func inFiveDays() string { return time.Now().AddDate(0, 0, 5).Format(time.RFC3339) }

// soon is a day some days ahead of today in Shanghai, which is tomorrow on a machine of UTC for a third of the day.
func soon(days int) string { return org.DayOf(time.Now()).AddDate(0, 0, days).Format(time.DateOnly) }

// campaignOf is a draft to all owners of an estate.
func campaignOf(estate int64, title, ref string) m {
	return m{"estate_id": estate, "title": title + "通知", "body": title + "请查看", "kind": "notice", "audience": "owners", "channels": []string{"wechat_mini", "letter", "visit"}, "client_ref": ref}
}

// proxyOf is an authorisation for the first seat.
func proxyOf(ref string) m {
	return m{"seat_no": 1, "agent": "赵代理", "paper": "522701198001011234", "powers": "代为表决", "from": soon(-1) + "T00:00:00Z", "to": soon(30) + "T00:00:00Z", "file_ids": []int64{999999}, "client_ref": ref}
}

// meetingOf is a draft of a meeting.
func meetingOf(estate int64, title, ref string) m {
	return m{"estate_id": estate, "session": "extraordinary", "title": title + "会议", "convener": "committee", "basis": "own", "channel": "system", "client_ref": ref,
		"motions": []m{{"title": title + "议题", "body": title + "要表决的内容", "matter": "use_fund", "question": m{"kind": "motion"}}}}
}

// secretOf is a text that nobody outside the estate may ever be shown.
func secretOf(suffix string) string {
	return "机密" + strings.ToUpper(strings.Trim(suffix, "_")) + "内容"
}

func (e *engine) firstID(actor, path string) int64 {
	items := e.must(200, actor, "GET", path, nil).json["items"].([]any)
	return int64(items[0].(m)["id"].(float64))
}

func (e *engine) memberOf(owner string, unit int64) int64 {
	for _, x := range e.must(200, owner, "GET", fmt.Sprintf("/miniapp/v1/units/%d/household", unit), nil).json["items"].([]any) {
		if x.(m)["role"] == "family" {
			return int64(x.(m)["id"].(float64))
		}
	}
	return 0
}

func (e *engine) upload(actor, purpose, ref string) int64 {
	surface := "/miniapp/v1"
	if e.town.actors[actor].Surface == "office" {
		surface = "/office/v1"
	}
	return e.must(201, actor, "POST", surface+"/files", multipartOf(purpose, ref, "p.png", onePixel())).int("id")
}

// snapshot uploads a photo as a phone takes it, no two alike.
func (e *engine) snapshot(actor, ref string) int64 {
	m := image.NewGray(image.Rect(0, 0, 240, 200))
	for i, b := range sha256.Sum256([]byte(ref)) {
		draw.Draw(m, image.Rect(i%8*30, i/8*50, i%8*30+30, i/8*50+50), image.NewUniform(color.Gray{Y: b}), image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		e.t.Fatal(err)
	}
	return e.must(201, actor, "POST", "/office/v1/files", multipartOf("photo", ref, "p.png", b.Bytes())).int("id")
}

func rosterUpload(suffix string) upload {
	return multipartOf("roster", "roster"+suffix, "r.csv", demoRoster("demo"+strings.ReplaceAll(suffix, "_", "-")+"-estate"))
}

func multipartOf(purpose, ref, name string, content []byte) upload {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("purpose", purpose)
	_ = w.WriteField("client_ref", ref)
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write(content)
	_ = w.Close()
	return upload{kind: w.FormDataContentType(), body: b.Bytes()}
}

// bodies give each operation an input that passes the form check, so that the refusal comes from the permission.
func bodies(th things) map[string]any {
	reason := m{"reason": "核对业主信息"}
	reasonText := m{"text": "谈不拢，分歧太大"}
	decide := m{"accept": false, "reason": "材料不全"}
	rating := m{"response": "yes", "solved": "partly", "satisfied": "no"}
	all := map[string]any{
		"renameMe": m{"name": "张三"}, "giveConsent": m{"version": org.PrivacyVersion}, "requestPrivacy": m{"kind": "correct", "body": "x", "client_ref": "w2"},
		"bindPhone": m{"code": "wrong"}, "applyResidency": m{"unit_id": th["units"], "role": "family", "name": "张", "file_ids": []int64{999999}, "client_ref": "w3"},
		"inviteHousehold": m{"role": "family"}, "acceptInvitation": m{"token": "wrong"},
		"contestArea":    m{"unit_id": th["units"], "area": "90", "source": "survey", "file_ids": []int64{999999}, "client_ref": "w4"},
		"suggestMatters": m{"text": "油烟很大"}, "fileComplaint": m{"estate_id": th["estates"], "text": "楼道里有垃圾", "client_ref": "w5"},
		"confirmComplaint": m{}, "returnComplaint": m{"text": "没有解决"}, "supplyComplaint": m{"text": "补充一点"}, "urgeComplaint": m{}, "withdrawComplaint": m{},
		"reopenComplaint": m{"text": "没有解决"}, "rateComplaint": m{"rating": rating}, "joinComplaint": m{"client_ref": "w11"}, "listSimilar": m{"text": "楼道里有垃圾"},
		"askMediation": m{"estate_id": th["estates"], "subject": "和物业有纠纷", "wish": "退还费用", "named": true, "client_ref": "w20"}, "officeAskMediation": m{"estate_id": th["estates"], "subject": "和物业有纠纷", "wish": "退还费用", "client_ref": "w21"},
		"answerMediation": m{"willing": true}, "officeAnswerMediation": m{"willing": true}, "confirmAgreement": m{"agreement_id": 1}, "officeConfirmAgreement": m{"agreement_id": 1}, "objectAgreement": reasonText, "officeObjectAgreement": reasonText,
		"finishTerm": m{"term_id": 1, "text": "已经做了"}, "officeFinishTerm": m{"term_id": 1, "text": "已经做了"}, "breachMediation": reasonText, "officeBreachMediation": reasonText, "raiseMediation": reasonText, "officeRaiseMediation": reasonText,
		"mediationToCourt": reasonText, "officeMediationToCourt": reasonText, "withdrawMediation": reasonText, "officeWithdrawMediation": reasonText, "officeAcceptMediation": m{"mediator": "王调解"}, "officeDeclineMediation": reasonText,
		"officeAddParty": m{"side": "respondent", "name": "张", "phone": "13800000000"}, "officeRemoveParty": reasonText, "officePaperParty": m{"party_id": 1, "file_id": 999999, "what": "willing"}, "officePlanSession": m{"at": "2027-01-01T09:00:00+08:00", "place": "社区会议室"},
		"officeMediationMinute": reasonText, "officeDraftAgreement": m{"text": "双方同意各自承担一半费用"}, "officeFailMediation": reasonText,
		"officeRegisterLawyer": m{"name": "王律师", "firm": "某某律师事务所", "licence": "15227202010000001", "phone": "0854-8000000"}, "officeCloseLawyer": reasonText,
		"officeCallConference": m{"title": "消防通道整治联席会议", "place": "办事处会议室", "starts_at": "2027-01-01T09:00:00+08:00", "items": []m{{"text": "消防通道"}}, "offices": []int64{th["fire"]}, "client_ref": "w22"},
		"officeAddPoint":       m{"text": "再议一项"}, "officeAttendConference": m{"present": true}, "officeDecidePoint": m{"text": "同意整治", "no_task": true}, "officeAddPointTask": m{"to": 1, "text": "清障", "due": "2027-01-01", "client_ref": "w25"}, "officeRecordConference": m{"text": "会议纪要", "client_ref": "w23"}, "officeEndConference": m{"cancel": true, "text": "改期"},
		"officeRedactComplaint": m{"text": "某住户", "reason": "有姓名"}, "officeRedactPhoto": m{"file_id": 1, "redacted_id": 999999, "reason": "有人脸"}, "officeRestrictFiler": m{"receipt": "T1", "reason": "反复辱骂工作人员", "days": 7},
		"officeDecideAppeal": m{"lift": true, "text": "申诉成立"}, "appealRestriction": m{"text": "没有滥用"},
		"officePublishLeague": m{"month": "2026-10", "kind": "department", "reason": "更正", "client_ref": "w25"},
		"keepDraft":           m{"draft": m{"text": "写了一半"}},
		"reportSubscriptions": m{"results": []m{{"template_id": "notice", "result": "accept"}}, "client_ref": "w26"},
		"markRead":            m{"ids": []int64{1}}, "officeMarkRead": m{"ids": []int64{1}},
		"officeAcceptComplaint": m{}, "officeNoteComplaint": m{"text": "正在联系"}, "officeAnswerComplaint": m{"report": report("已经处理")},
		"officeTransferComplaint": m{"to": 1, "clause": "五(六)2", "text": "请接办"}, "officeRefuseComplaint": m{"clause": "五(六)2", "text": "不归我们管"},
		"officeArbitrateComplaint": m{"to": 1, "clause": "五(六)2", "text": "请接办"}, "officeRedirectComplaint": m{"to": 1, "text": "请接办"},
		"officeSplitComplaint": m{"parts": []m{{"to": 1, "clause": "五(六)2", "text": "清障"}, {"to": 2, "clause": "五(四)3", "text": "处罚"}}},
		"officeMergeComplaint": m{"into": "T1", "text": "同一件事"}, "officeAskComplainant": m{"text": "请补充"}, "officePlanComplaint": m{"text": "下周上门", "on": "2026-12-01"},
		"officeHoldComplaint": m{"text": "等配件", "on": "2026-12-01"}, "officeResumeComplaint": m{}, "officeConcludeComplaint": m{"text": "已认定"},
		"officeForceCloseComplaint": m{"text": "重复反映"}, "officeReopenComplaint": m{"text": "没有解决"}, "officeAssignComplaint": m{},
		"officeConfirmPatrol": m{}, "officeReturnPatrol": m{"text": "没有解决"}, "officeRatePatrol": m{"rating": rating}, "officeSupplyPatrol": m{"text": "补充一点"},
		"officeWithdrawPatrol": m{}, "officeUrgePatrol": m{},
		"officeFileComplaint":     m{"estate_id": th["estates"], "text": "楼道里有垃圾", "via": "counter", "name": "张", "phone": "13800000000", "client_ref": "w12"},
		"officeListSimilar":       m{"text": "楼道里有垃圾"},
		"officeJoinComplaint":     m{"via": "counter", "name": "张", "phone": "13800000000", "client_ref": "w25"},
		"officeFilePatrol":        m{"estate_id": th["estates"], "text": "楼道里有垃圾", "client_ref": "w13"},
		"officeRevealComplainant": reason, "officeRevealOwners": reason, "officeScreenComplaint": m{"show": true}, "officeDecideMeetingText": m{"show": true},
		"officeAskWhistle": m{"estate_id": th["estates"], "reason": "超出社区和办事处的职权", "sort": "simple", "place": "东门", "calls": []m{{"to": th["fire"], "clause": "五(六)2", "text": "清障"}}, "client_ref": "w14"},
		"officeCallBack":   m{"receipt": "T1", "via": "call", "action": "rate", "rating": rating}, "officeSignWhistle": m{"blow": false, "text": "社区可以办"}, "officeRecallWhistle": m{"text": "已经解决"}, "officeCheckIn": m{"file_id": 999999, "reason": "不在本地"}, "officeRefuseWhistle": m{"clause": "五(六)2", "text": "不归我们管"},
		"officeDecideRefusal": m{"excuse": true, "text": "不用到场"}, "officeWriteMinute": m{"text": "现场核实", "client_ref": "w15"},
		"officeGiveTask": m{"to": 1, "text": "清障", "due": "2027-01-01", "client_ref": "w16"}, "officeCloseWhistle": m{"text": "占道车辆已全部清走，通道恢复"},
		"officeRateWhistle": m{"response": "yes", "solved": "yes", "satisfied": "yes"}, "officeFinishTask": m{"text": "已完成"},
		"officeWriteCampaign": campaignOf(th["estates"], "停水", "w26"), "officeReviseCampaign": m{"title": "停水通知", "body": "明天停水", "kind": "notice", "audience": "owners", "channels": []string{"wechat_mini"}},
		"officeReturnCampaign": reason, "officePauseCampaign": reason, "officeCancelCampaign": reason, "officeMarkPrinted": m{"reaches": []int64{th["reaches"]}, "client_ref": "w28"}, "officeMarkLetters": m{"ids": []int64{999999}, "result": "posted"}, "officePostCampaign": m{"file_id": 999999, "place": "小区东门公告栏", "client_ref": "w29"}, "officeApproveCampaign": m{"version": 1},
		"officeResendCampaign": m{"client_ref": "w30"}, "officeSealCampaign": m{"client_ref": "w31"}, "officeRateCampaign": m{"per_minute": 10},
		"officeForeseePlan": m{"event": "notice.published", "estate_id": th["estates"]}, "officeEnterPlanChange": m{"changes": []m{}, "reason": "试一试", "client_ref": "w28"}, "officeDecidePlanChange": m{"confirm": false, "reason": "不改了"},
		"officeRecordVisit": m{"result": "absent", "client_ref": "w27"}, "officeCorrectVisit": m{"visit_id": 999999, "reason": "扫错了码"}, "officeRecordWish": m{"way": "visit"},
		"officePublishNotice":  m{"estate_id": th["estates"], "kind": "posting", "audience": "residents", "title": "t", "body": "b", "client_ref": "w6"},
		"officeRecordContract": m{"kind": "parking", "title": "临时停车", "party": "某公司", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "amount": "100", "period_months": 1, "client_ref": "w70"}, "officeEndContract": m{"on": "2026-02-01", "reason": "退场"}, "officeDecideContractEnd": m{"approve": true},
		"officeRecordIncomeLine": m{"sort": "receipt", "amount": "1", "on": "2026-01-05", "party": "某公司", "text": "停车费", "client_ref": "w71"}, "officeAddIncomePapers": m{"file_ids": []int64{999999}}, "officeStrikeIncomeLine": m{"reason": "记错了"}, "officeDecideIncomeStrike": m{"approve": true},
		"officeProposeSettlement": m{"from": "2026-01-01", "to": "2026-01-31"}, "officeDecideSettlement": m{"approve": true}, "officePayOverIncome": m{"on": "2026-02-01", "bank_ref": "BANK0001"},
		"officeOpenYearlyAudit": m{"from": "2025-01-01", "to": "2025-12-31"}, "officeAddFinding": m{"text": "广告收入少记一笔", "owed_by": "company", "due": "2030-01-01"}, "officeAnswerFinding": m{"text": "已经补记入账"}, "officeJudgeFinding": m{"done": true, "text": "已核实"},
		"officeLetSeal": m{"text": "急用"}, "officePayAllowance": m{"from": "2026-01-01", "to": "2026-01-31", "amount": "300", "paid_on": "2026-02-05", "basis": "业主大会第1号决定", "file_ids": []int64{1}},
		"officeCloseFeeBooks": m{"through": "2026-01-31"}, "officeCloseIncomeBooks": m{"through": "2026-01-31"},
		"officeReviseNotice": m{"title": "t", "body": "b", "reason": "更正"}, "officeWithdrawNotice": m{"reason": "发错了"}, "officeConfirmWithdrawal": m{"confirm": true},
		"officeCheckRoster": m{"file_id": 999999, "client_ref": "w7"}, "officeApplyRoster": m{},
		"officeDecideApplication": decide, "officeDecideAreaClaim": decide, "officeConfirmLocalValue": decide,
		"officeDecidePrivacyRequest": m{"grant": false, "answer": "请到窗口办理"},
		"officeEnterLocalValue":      m{"key": "none", "value": "1", "article": "a", "effective_on": "2026-01-01"},
		"officeCreateOrganisation":   m{"kind": "community", "name": "新社区", "parent_id": 1},
		"officeCreatePost":           m{"organisation_id": 1, "kind": "clerk", "title": "经办"}, "officeInvitePost": m{"role": "deputy"},
		"officeCreateEstate": m{"name": "新小区", "community_id": 1}, "officeAppoint": m{"organisation_id": 0, "reason": "合同到期"}, "officeLocateEstate": m{"lat": 26.258, "lng": 107.518},
		"officeTransferUnit":      m{"cause": "sale", "source": "证1", "client_ref": "w10", "owners": []m{{"name": "张"}}},
		"officeAnswerOwnerReview": m{"finding": "separate", "reason": "看过房产证"}, "officeNameRepresentative": m{"owner_id": 0}, "officeEndResidence": m{"reason": "看过房产证"},
		"officePreviewMandates": m{"remove": []string{"cooking-fumes"}}, "officeReviseMandates": m{"remove": []string{"cooking-fumes"}, "reason": "试一试", "article": "试一试"}, "officeDecideMandateVersion": decide,
		"officeCheckHotline": m{"file_id": 999999, "client_ref": "w24"}, "officeDecideHotlineOrders": m{"orders": []int64{1}, "skip": true}, "officeApplyHotline": m{},
		"officeIssueForms": m{"seats": []int{1}}, "officeReplaceForm": m{"number": "00001-95", "reason": "填坏了"}, "officeReceiveForm": m{"number": "00001-95"}, "officeAttestAssisted": m{"number": "00001-95"},
		"officeRecordAssisted": m{"number": "00001-95", "mode": "visit", "statement": "本人看不清，按我说的勾选", "spoke_at": "2026-01-01T00:00:00Z", "file_ids": []int64{999999}, "client_ref": "w50"},
		"officeReadForm":       m{"number": "00001-95", "void": "no_signature", "file_id": 999999, "client_ref": "w51"}, "officeSignOpening": m{"file_ids": []int64{999999}},
		"officeOpenBox": m{"place": "社区会议室", "scrutineers": []m{{"name": "王监票", "phone": "13700000001", "independent": true}, {"name": "李监票", "phone": "13700000002", "independent": true}}, "found": []string{}, "minutes": "当众开箱清点", "client_ref": "w52"},
		"giveProxy":     proxyOf("w53"), "officeEnterProxy": proxyOf("w54"), "revokeProxy": m{}, "castAsAgent": m{"seat_no": 1, "client_ref": "w55", "choices": []m{{"motion_id": 1, "choice": "yes"}}},
		"officeReviewProxy": decide, "officeRevokeProxy": reason, "officeInvalidateProxy": m{"objection_id": 999999, "reason": "签名不是本人的"},
		"officeEnterOfficial":   m{"platform": "政府平台", "motions": []m{{"position": 1, "items": []m{{"yes": m{"heads": 1}}}}}, "file_ids": []int64{999999}, "client_ref": "w56"},
		"officeConfirmOfficial": m{"sha256": strings.Repeat("0", 64)}, "officeNoteRollChange": m{"seat_no": 1, "kind": "correction", "text": "面积登记有误", "file_ids": []int64{999999}, "client_ref": "w57"},
		"officeConveneMeeting": meetingOf(th["estates"], "临时", "w40"), "officeReviseMeeting": m{"version": 1, "title": "临时会议", "motions": meetingOf(1, "临时", "x")["motions"]}, "officeConfirmMatter": m{"version": 1},
		"officePostRoster": m{"until": inFiveDays()}, "officeAnswerChallenge": m{"accept": false, "text": "已经核对"}, "officeFreezeRoll": m{}, "officeNotifyMeeting": m{"version": 1, "opens_at": inFiveDays(), "closes_at": inFiveDays()},
		"officeOpineMeeting": m{"text": "没有意见"}, "officeExtendVoting": m{"days": 5, "reason": "票数不够"}, "officeCancelMeeting": m{"text": "不开了，另行通知"}, "officeMakeLinks": m{"seats": []int{1}}, "officeTextLinks": m{"client_ref": "p"}, "officeEnterDebtor": m{"unit_id": 1, "owed": "2025年1月起的物业费", "file_ids": []int64{999999}, "client_ref": "w58"}, "officeDropDebtor": m{"text": "已经交清"}, "officeAnswerDebtor": m{"uphold": true, "text": "已经核对"}, "objectDebt": m{"text": "我没有欠费"},
		"officeAnswerObjection": m{"uphold": false, "text": "经核对不成立"}, "officeAnswerObjections": m{"objections": []int64{999999}, "uphold": false, "text": "经核对不成立"}, "officeConfirmElection": m{"starts_on": "2026-03-02", "ends_on": "2029-03-01"}, "officeEndElection": m{"text": "当选人数不到一半，重新选举"}, "officeAnnounceDrawing": m{"at": inFiveDays(), "place": "社区会议室"}, "officeRecordDrawing": m{"order": []string{"c1", "c2"}, "witnesses": []m{{"name": "王监票", "phone": "13700000001", "independent": true}, {"name": "李监票", "phone": "13700000002", "independent": true}}, "minutes": "当众抽签", "file_ids": []int64{999999}},
		"officeRevokeMeeting": m{"text": "法院判决撤销"},
		"contestRoster":       m{"unit_id": th["units"], "text": "面积不对", "client_ref": "w41"}, "castBallot": m{"seat_no": 1, "client_ref": "w42", "choices": []m{{"motion_id": 1, "choice": "yes"}}}, "askPaper": m{"want": true},
		"protest":      m{"grounds": "计票不对", "client_ref": "w43"},
		"openPetition": m{"title": "要求开会", "text": "要求开会讨论换物业的事情", "motions": []m{{"title": "选聘物业", "body": "是否续聘"}}, "client_ref": "w44"}, "requestGroup": m{"text": "要求筹备首次业主大会", "client_ref": "w45"},
		"officeOrderMeeting": m{"cause": "regular", "reason": "没有按期开会", "client_ref": "w46"}, "officeRequestGroup": m{"kind": "renewal", "text": "任期届满", "client_ref": "w47"},
		"officeListMembers": m{"members": []m{{"part": "township", "head": true, "name": "赵代表"}}, "until": inFiveDays()}, "officeConfirmDelivery": m{"text": "已核对证明", "file_ids": []int64{999999}}, "officeEndGroup": m{"reason": "不再需要"},
		"officeEnterRulebook": m{"kind": "rules", "fields": []m{}, "effective_on": "2026-01-01", "evidence": "2024年大会通过", "file_ids": []int64{999999}, "client_ref": "w48"}, "officeConfirmRulebook": m{"confirm": false, "reason": "和全文不一致"},
		"officePutModel": m{"kind": "rules", "title": "本办事处示范文本", "body": strings.Repeat("全文", 20)}, "writeDraftComment": m{"text": "预算偏高", "client_ref": "w49"}, "writeGroupComment": m{"text": "名单不对", "client_ref": "w50"}, "writeCandidateComment": m{"text": "不符合条件", "client_ref": "w51"},
		"officeAnswerComment": m{"accept": false, "text": "已经核对"}, "nominate": m{"unit_id": th["units"], "profile": "愿意做事", "consent": true, "client_ref": "w52"}, "officeNominate": m{"unit_id": th["units"], "name": "张三", "profile": "愿意做事", "client_ref": "w53"},
		"officeRecordConsent": m{"text": "本人签字同意", "file_ids": []int64{999999}}, "officeCheckCandidate": m{"checks": conditions()}, "officeFixCandidates": m{"version": 1, "ordered_by": "time", "fill": 5},
		"askCredential": m{"unit_id": th["units"], "kind": "heir", "words": "公证书第1号", "from": "2026-01-01T00:00:00Z", "file_ids": []int64{999999}, "client_ref": "w54"}, "revokeCredential": m{"reason": "不再需要"},
		"officeEnterCredential": m{"unit_id": th["units"], "kind": "heir", "words": "公证书第1号", "from": "2026-01-01T00:00:00Z", "phone": "13800000000", "file_ids": []int64{999999}, "client_ref": "w55"}, "officeReviewCredential": m{"accept": false, "reason": "材料不全"}, "officeRevokeCredential": m{"reason": "公证书失效"},
		"officeSaveNoticeDraft": m{"kind": "posting", "audience": "public", "title": "草稿", "body": "正文", "client_ref": "w60"}, "officeEditNoticeDraft": m{"kind": "posting", "audience": "public", "title": "草稿", "body": "正文", "revision": 1},
		"officeSubmitNoticeDraft": m{"revision": 1}, "officeReturnNoticeDraft": m{"revision": 1, "reason": "请补充"}, "officeConfirmNoticeDraft": m{"revision": 1},
		"officeHangNotice": m{"at": time.Now(), "spot": "门厅", "file_id": 999999, "client_ref": "w61"}, "officeReportPosting": m{"sort": "removed", "seen_at": time.Now(), "file_id": 999999, "client_ref": "w62"}, "reportPosting": m{"sort": "removed", "seen_at": time.Now(), "file_id": 999999, "client_ref": "w63"},
		"officeJudgePostingIncident": m{"holds": false, "answer": "还在"},
		"officeMakeOpenKey":          m{"label": "某平台"},
		"setPreferences":             m{"digest_hour": 19}, "officeSetPreferences": m{"digest_hour": 19},
		"officeStateAbsence": m{"from": soon(2), "to": soon(5), "stand_in_id": 999999},
		"publicDecide":       m{"date": "2026-01-01", "matter": "manager"},
		"officeReplayAll":    m{"since": "2026-01-01T00:00:00Z"},
		"uploadFile":         multipartOf("photo", "w8", "p.png", onePixel()), "officeUploadFile": multipartOf("photo", "w9", "p.png", onePixel()),
	}
	maps.Copy(all, committeeBodies(th))
	maps.Copy(all, fundBodies(th))
	maps.Copy(all, projectBodies(th))
	maps.Copy(all, feeBodies(th))
	maps.Copy(all, payBodies(th))
	maps.Copy(all, dutyBodies(th))
	return all
}

// conditions judges each condition that a person judges of a candidate.
func conditions() []m {
	var list []m
	for _, code := range []string{"capacity", "lawful", "duties", "fair", "able", "time"} {
		list = append(list, m{"code": code, "holds": true})
	}
	return list
}

// report is an answer in its four elements.
func report(did string) m {
	return m{"accepted_on": "今天上午", "contacted": "电话联系了投诉人", "did": did, "next": "已办完"}
}

// each puts every thing of an estate that a path may be about into it: a campaign in each of its states.
func (r route) each(th things) (paths []string, one bool) {
	if !strings.Contains(r.path, "/campaigns/{id}") {
		path, one := r.at(th)
		return []string{path}, one
	}
	for _, state := range states {
		th["campaigns"] = th["campaigns "+string(state)]
		path, _ := r.at(th)
		paths = append(paths, path)
	}
	return paths, true
}

// at puts an estate's things into a path.
func (r route) at(th things) (string, bool) {
	path := strings.NewReplacer("{function}", "company", "{person}", "999999", "{organisation}", "1", "{invitation}", "999999", "{token}", "wrong", "{sheet}", "file", "{item}", "1", "{party}", "1", "{position}", "1", "{note}", "999999", "{seat}", "1", "{objection}", "999999", "{proxy}", "999999", "{result}", "999999", "{version}", "1", "{debtor}", "999999", "{year}", "2025", "{income}", "999999", "{size}", "a4").Replace(r.path)
	if !strings.Contains(path, "{id}") {
		return path + query(r.id), false
	}
	parts := strings.Split(path, "/")
	thing := parts[slices.Index(parts, "{id}")-1]
	id, ok := th[thing]
	if !ok {
		id = 999999
	}
	return strings.Replace(path, "{id}", fmt.Sprint(id), 1) + query(r.id), true
}

func query(op string) string {
	switch op {
	case "searchEstates":
		return "?text=none"
	case "inboxEvents", "officeInboxEvents":
		return "?seconds=0"
	case "locateUnit":
		return "?building=1&number=101&entrance=1"
	case "officePrintSlip":
		return "?number=00001-95"
	case "askSubscriptions":
		return "?moment=inbox_opened"
	case "officeMeterSheet", "officeMeterCSV":
		return "?period=2026-01-01"
	case "officeFeeRates":
		return "?from=2026-01-01&to=2026-12-01"
	case "officeDutyFigures":
		return "?year=2026"
	case "officeFigures":
		return "?from=2026-01-01&to=2026-12-31"
	case "officeBacklog", "officeDwell", "officeCheckInFigures":
		return "?from=2026-01-01&to=2026-12-31"
	case "officeHeat":
		return "?from=2026-01-01&to=2026-12-31"
	case "officeHeatCases":
		return "?from=2026-01-01&to=2026-12-31&estate_id=1"
	case "officeLeague", "officeLeaguePage", "officeLeagueSheet":
		return "?month=2026-10&kind=department"
	case "officeBacklogCases":
		return "?day=2026-11-01"
	case "officeDwellStays":
		return "?from=2026-01-01&to=2026-12-31&organisation_id=1&state=accepted"
	case "officeCheckInWhistles":
		return "?from=2026-01-01&to=2026-12-31&figure=called"
	case "officeFigureCases":
		return "?from=2026-01-01&to=2026-12-31&figure=closed"
	}
	return ""
}

// wide are the operations whose thing is not one estate's, or which anybody looking for a home may use.
var wide = []string{"locateUnit", "officeListPosts"}

// unlimited lets everybody call as often as they like.
type unlimited struct{}

func (unlimited) Allow(context.Context, string, limit.Rule) (time.Duration, bool) { return 0, true }

// TestPermissionWalk sends every operation as every actor, nobody included, at their own estate's things and at
// another's. What the table forbids is 403, what belongs elsewhere is 404, and no answer ever shows the other estate's
// texts.
func TestPermissionWalk(t *testing.T) {
	t.Parallel()
	e := engineOf(t, testConfig(t), func(a *app) { a.limiter = unlimited{} })
	own, foreign := e.furnish(""), e.furnish("_foreign")
	requests := 0
	for _, r := range e.routes() {
		if r.open {
			continue
		}
		path, _ := r.at(own)
		if a := e.call("", r.method, path, bodies(own)[r.id]); a.status != http.StatusUnauthorized {
			t.Errorf("%s without sign-in: %d %s", r.id, a.status, a.body)
		}
		for name, who := range e.town.actors {
			if (who.Surface == "office") != strings.HasPrefix(r.path, "/office/") || strings.HasSuffix(name, "_foreign") || destroys(r.id) {
				continue
			}
			paths, one := r.each(foreign)
			for _, path := range paths {
				requests++
				e.walk(r, name, path, one, foreign)
			}
		}
	}
	t.Logf("%d requests at another estate's things", requests)
	e.ownEstate(own)
}

// walk sends an operation at another estate's thing.
func (e *engine) walk(r route, name, path string, one bool, foreign things) {
	t, actor := e.t, e.actor(name)
	allowed := actor.Must(r.action) == nil
	a := e.call(name, r.method, path, bodies(foreign)[r.id])
	switch {
	case a.status >= 500:
		t.Errorf("%s as %s: %d %s", r.id, name, a.status, a.body)
	case !allowed && a.status != http.StatusForbidden:
		t.Errorf("%s as %s, who may not: %d %s", r.id, name, a.status, a.body)
	case allowed && supervises(actor, r):
		// The bureau and the leading group see every case, and still work on none that they do not lead: they may
		// only order what a level above may.
		if r.method != http.MethodGet && a.status != http.StatusForbidden && a.status != http.StatusConflict && !slices.Contains(orders, r.id) {
			t.Errorf("%s as %s, who does not lead: %d %s", r.id, name, a.status, a.body)
		}
	case allowed && one && !actor.Has(r.action, org.ScopeCity) && a.status != http.StatusNotFound && !slices.Contains(wide, r.id):
		t.Errorf("%s as %s at another estate: %d, want 404: %s", r.id, name, a.status, a.body)
	}
	if !actor.Has(r.action, org.ScopeCity) && !supervises(actor, r) && strings.Contains(a.body, secretOf("_foreign")) {
		t.Errorf("%s shows %s another estate's text: %s", r.id, name, a.body)
	}
}

// orders are what a level above the lead may do to a case.
var orders = []string{"officeCallBack", "officeRedirectComplaint", "officeForceCloseComplaint", "officeReopenComplaint", "officeNoteComplaint"}

// supervises reports whether the actor may look at every case of the city.
func supervises(a org.Actor, r route) bool {
	return a.Has(org.ReadComplaints, org.ScopeCity) && (strings.Contains(r.path, "/complaints/{id}/") || r.id == "officeLinkFile") && !slices.Contains([]string{"officeJoinComplaint", "officeScreenComplaint", "officeRedactComplaint", "officeRedactPhoto", "officeRestrictFiler"}, r.id)
}

// ownEstate checks that the reads which the table allows do work at home.
func (e *engine) ownEstate(own things) {
	for _, r := range e.routes() {
		if r.open || r.method != http.MethodGet {
			continue
		}
		for name, who := range e.town.actors {
			if (who.Surface == "office") != strings.HasPrefix(r.path, "/office/") || strings.HasSuffix(name, "_foreign") {
				continue
			}
			paths, one := r.each(own)
			allowed := e.actor(name).Must(r.action) == nil
			var a answer
			for _, path := range paths {
				if a = e.call(name, r.method, path, nil); a.status >= 500 {
					e.t.Errorf("%s as %s at home: %d %s", r.id, name, a.status, a.body)
				}
			}
			if allowed && !one && r.id != "showInvitation" && r.id != "locateUnit" && a.status != http.StatusOK {
				e.t.Errorf("%s as %s at home: %d %s", r.id, name, a.status, a.body)
			}
			if !allowed && a.status != http.StatusForbidden {
				e.t.Errorf("%s as %s, who may not: %d", r.id, name, a.status)
			}
		}
	}
}

// destroys are the operations that would take the actors their sessions or consent.
func destroys(op string) bool {
	return slices.Contains([]string{"signOut", "withdrawConsent"}, op)
}

func (e *engine) actor(name string) org.Actor {
	who := e.town.actors[name]
	var a org.Actor
	var err error
	if who.Surface == "office" {
		a, err = e.sessions.Staff(e.t.Context(), who.Token, 0)
	} else {
		a, err = e.sessions.Resident(e.t.Context(), who.Token)
	}
	if err != nil {
		e.t.Fatal(name, err)
	}
	return a
}
