package disclosure_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// TestWhatANoticeMayNotSay: neither somebody's number, however it is written, nor a threat for a fee, nor who owes what; not in a new notice, its next
// version, a draft, or the name of what is owed. What has to be repaired, and what a building owes together, may be said.
func TestWhatANoticeMayNotSay(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	plain := w.publish(w.draft())
	for _, text := range []string{"联系１３９１２３４５６７８", "请打+86 139.1234.5678", "一三九一二三四五六七八", "身份证522701 19900101 1234", "不缴费的关闭水阀、停止供电、不发门卡、公布名单", "欠费名单：\n1幢1单元101", "3-2-501尚未交物业费"} {
		for _, to := range []disclosure.Audience{disclosure.Everyone, disclosure.Residents} {
			d := w.draft()
			d.Audience, d.Body = to, text
			_, err := w.s.Publish(ctx, w.chair, d)
			refused(t, text, err, fault.ErrInvalid)
			_, err = w.s.SaveDraft(ctx, w.chair, d, 0, "")
			refused(t, "the draft: "+text, err, fault.ErrInvalid)
		}
		refused(t, "revised: "+text, w.s.Revise(ctx, w.chair, plain.ID, disclosure.Revision{Title: "外墙维修方案", Body: text, Reason: "补充"}), fault.ErrInvalid)
		if short := strings.ReplaceAll(text, "\n", ""); len([]rune(short)) <= 20 {
			_, err := w.s.Open(ctx, w.chair, w.Estate.ID, "parking", short, on(3, 1))
			refused(t, "what is owed: "+short, err, fault.ErrInvalid)
		}
	}
	for _, text := range []string{"3月5日检修停水，请提前储水。", "3幢欠费合计见下月公示", "请还没有交物业费的业主到服务中心（3幢102室）办理", "1幢1单元101室的阳台漏水，已经修好"} {
		d := w.draft()
		d.Body = text
		if _, err := w.s.Publish(ctx, w.chair, d); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestAnActIsPublishedWithoutItsDebtors: what a committee has decided stands; the home that owes is not named on the board.
func TestAnActIsPublishedWithoutItsDebtors(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	var id int64
	w.tx(func(tx *store.Tx) error {
		d := w.draft()
		d.ClientRef, d.Body = "committee-decision-8", "同意物业公司起诉拖欠物业费的1幢1单元101。"
		n, err := w.s.PublishIn(tx, w.chair, d)
		if err == nil {
			id = n.ID
		}
		return err
	})
	if body := w.find(id).Body; body != "同意物业公司起诉拖欠物业费的某户。" {
		t.Error(body)
	}
}

// TestASumTakesTwo: a notice in free text or about services with a sum of money in it, a price as well, is published, revised and withdrawn by two.
func TestASumTakesTwo(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	for _, text := range []string{"维修资金使用情况：使用 356,000.00 元", "预算120 万元", "一共六千元", "每月每平方米1.5元", "花了３５６元"} {
		for _, form := range []disclosure.Form{disclosure.FreeText, disclosure.Services} {
			d := w.draft()
			d.Form, d.Body = form, text
			_, err := w.s.Publish(ctx, w.chair, d)
			refused(t, text, err, disclosure.ErrSecondPerson)
		}
	}
	d := w.draft()
	d.Title = "更换水泵花了120元"
	_, err := w.s.Publish(ctx, w.chair, d)
	if refused(t, "in the title", err, disclosure.ErrSecondPerson); err == nil || !strings.Contains(err.Error(), "保存为草稿") {
		t.Errorf("it does not say what to do: %v", err)
	}
	id := w.confirmed(d)
	refused(t, "the sum is taken out by one", w.s.Revise(ctx, w.chair, id, disclosure.Revision{Title: "更换水泵", Body: d.Body, Reason: "删去"}), disclosure.ErrSecondPerson)
	if err := w.s.Withdraw(ctx, w.chair, id, "写错了"); err != nil || w.find(id).WithdrawnAt != nil {
		t.Errorf("one person took a sum off the board: %v", err)
	}
	plain := w.publish(w.draft())
	refused(t, "a sum is put in by one", w.s.Revise(ctx, w.chair, plain.ID, disclosure.Revision{Title: plain.Number, Body: "花了120元", Reason: "补充"}), disclosure.ErrSecondPerson)
	next := w.draft()
	next.Body = "花了120元"
	p, err := w.s.SaveDraft(ctx, w.chair, next, plain.ID, "补充")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.SubmitDraft(ctx, w.chair, p.ID, p.Revision); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ConfirmDraft(ctx, w.member, p.ID, p.Revision); err != nil || !strings.Contains(w.find(plain.ID).Body, "120元") {
		t.Errorf("two people revise: %v", err)
	}
}

// TestAnAccountHasNoTypedNumber: not without its unit either.
func TestAnAccountHasNoTypedNumber(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	d := w.income()
	d.Body = "共收入6千，花去120，结余5,880"
	_, err := w.s.SaveDraft(t.Context(), w.chair, d, 0, "")
	refused(t, "typed without a unit", err, disclosure.ErrTyped)
	d.Body = "按合同第5条，3幢广告屏2026年1月入账，更换12盏灯，凭证6张。"
	w.save(w.chair, d)
}

// served answers, item by item, what the law asks of a company about its services.
const served = "服务的事项：保洁、绿化、秩序维护和电梯维护。\n负责人员：项目负责人和保洁领班，名牌在服务中心。\n质量要求：楼道每天打扫一次，电梯每半月保养。\n履行情况：这一季度都已完成，漏报修两次已补。"

// TestAPlaceholderEndsNoDuty: what is owed is ended by a notice of its form that says each thing the law asks for, and stays what it says; where it
// is not written item by item, somebody confirms each one, and that is kept.
func TestAPlaceholderEndsNoDuty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.value("disclosure.service_months", "3")
	w.pass()
	d := w.one("service")
	law := w.row("service").Contents
	put := func(ref string, form disclosure.Form, body string, duties []int64, contents ...string) (*disclosure.Notice, error) {
		return w.Publish(ctx, w.company, disclosure.Draft{EstateID: w.Estate.ID, Kind: disclosure.Announcement, Audience: disclosure.Everyone, Form: form, Title: "x", Body: body, Duties: duties, Contents: contents, ClientRef: ref, InputHash: ref})
	}
	for what, in := range map[string]struct {
		form disclosure.Form
		body string
	}{"a placeholder": {disclosure.Services, "x"}, "many of one letter": {disclosure.Services, strings.Repeat("x", 60)}, "another form": {disclosure.FreeText, served}, "an item is missing": {disclosure.Services, strings.Replace(served, "履行情况：", "", 1)},
		"an item is empty": {disclosure.Services, strings.Replace(served, "项目负责人和保洁领班，名牌在服务中心。", "", 1)}} {
		if _, err := put("now "+what, in.form, in.body, []int64{d.ID}, law...); !errors.Is(err, disclosure.ErrDutyNotice) {
			t.Errorf("%s, published for the duty: %v", what, err)
		}
		n, err := put("before "+what, in.form, in.body, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.FulfilBy(ctx, w.company, d.ID, n.ID, law...); !errors.Is(err, disclosure.ErrDutyNotice) {
			t.Errorf("%s, named afterwards: %v", what, err)
		}
	}
	if d = w.one("service"); d.DoneAt != nil {
		t.Fatalf("%+v", d)
	}
	n, err := put("full", disclosure.Services, served, []int64{d.ID})
	if err != nil {
		t.Fatal(err)
	}
	if d = w.one("service"); d.DoneAt == nil || !slices.Equal(d.Said(), law) || d.ContentsBy != w.company.PersonID {
		t.Errorf("%+v", d)
	}
	if err := w.Revise(ctx, w.company, n.ID, disclosure.Revision{Title: "x", Body: "x", Reason: "清空"}); !errors.Is(err, disclosure.ErrDutyNotice) {
		t.Errorf("emptied afterwards: %v", err)
	}
	if err := w.Withdraw(ctx, w.company, n.ID, "发错了"); err != nil {
		t.Fatal(err)
	}
	if d = w.one("service"); d.DoneAt != nil || d.Contents != "" || d.ContentsBy != 0 {
		t.Errorf("withdrawn, and still %+v", d)
	}
	contract, err := w.Open(ctx, w.company, w.Estate.ID, "contract", "2026年物业服务合同", date(t, "2026-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	const text = "2026年物业服务合同已经签订，全文见附件，个人信息已经隐去。"
	if _, err := put("unconfirmed", disclosure.FreeText, text, []int64{contract}, "服务期限"); !errors.Is(err, disclosure.ErrDutyNotice) || !strings.Contains(err.Error(), "服务标准") {
		t.Errorf("what is missing is not named: %v", err)
	}
	if _, err := put("confirmed", disclosure.FreeText, text, []int64{contract}, w.row("contract").Contents...); err != nil {
		t.Fatal(err)
	}
}

// TestTwoContractsAreToldApart: what an office opens carries the words by which it did, to every reader.
func TestTwoContractsAreToldApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for _, what := range []string{"保洁外包合同", "2026年物业服务合同", "保洁外包合同"} {
		if _, err := w.Open(ctx, w.company, w.Estate.ID, "contract", what, date(t, "2026-03-01")); err != nil {
			t.Fatal(err)
		}
	}
	w.tx(func(tx *store.Tx) error {
		_, err := w.Owe(tx, w.Estate.ID, "committee-decision", "committee_item:7", date(t, "2026-03-02"))
		return err
	})
	var seen []string
	for _, v := range w.row("contract").Open {
		seen = append(seen, v.What)
	}
	if slices.Sort(seen); !slices.Equal(seen, []string{"2026年物业服务合同", "保洁外包合同"}) {
		t.Errorf("%q", seen)
	}
	if d := w.one("committee-decision"); d.What != "" {
		t.Errorf("the system's own source is shown: %q", d.What)
	}
}

// TestNoHouseholdIsAFigure: one payment is a household's, and no label names a door; a project of its own may be a figure.
func TestNoHouseholdIsAFigure(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.books()
	ask := func(label, source string, id int64) error {
		d := w.income()
		d.Queries = d.Queries[:1]
		q := &d.Queries[0]
		q.Label, q.Source = label, id
		if source != "" {
			q.Sources = []string{source}
		}
		_, err := w.s.SaveDraft(t.Context(), w.chair, d, 0, "")
		return err
	}
	for _, kind := range []string{"fee_payment", "fund_slip", "fund_refund", "fund_makeup", "committee_allowance", "income_line", "fee_change", "fee_run", "parking"} {
		refused(t, kind, ask("某一笔", kind, 13), fault.ErrInvalid)
	}
	for _, label := range []string{"1幢1单元201室只交了", "3-2-501", "502室停车"} {
		refused(t, label, ask(label, "", 0), fault.ErrInvalid)
	}
	for _, kind := range []string{"project", "income_settlement"} {
		if err := ask("屋面维修", kind, 7); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if err := ask("一月收入", "", 0); err != nil {
		t.Error(err)
	}
}
