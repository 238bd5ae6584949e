package disclosure_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// told answers, item by item, what the law asks of an account of the income.
const told = "经营的位置和合同：三部电梯的广告，2026年合同。\n收入：见审计报告第二页。\n合理成本和凭据：见附件里的发票。\n净收益：见审计报告第三页。\n转入维修资金的数额：见审计报告第三页。"

// account publishes an auditor's report, which two people have looked at.
func (w *world) account(a org.Actor, title string) int64 {
	w.t.Helper()
	return w.statement(a, title, disclosure.Posting)
}

func (w *world) statement(a org.Actor, title string, kind disclosure.Sort) (id int64) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		n, err := w.PublishIn(tx, a, disclosure.Draft{EstateID: w.Estate.ID, Kind: kind, Audience: disclosure.Everyone, Form: disclosure.AuditForm, Title: title, Body: told, FileIDs: []int64{1}, ConfirmedBy: a.PersonID + 1, ClientRef: title, InputHash: "h"})
		if err != nil {
			return err
		}
		id = n.ID
		return tx.Create(&disclosure.Figure{NoticeID: n.ID, Version: 1, Seq: 1, Label: "收入", Book: "income", Codes: "income.revenue", Measure: disclosure.Received, FromOn: ptr(org.DayOf(on(1, 1).Start().Add(day / 2))), ToOn: org.DayOf(on(3, 31).Start().Add(day / 2)), Fen: 1}).Error
	})
	return id
}

// What was published before for something else is no account of a period: neither typed text, nor an announcement to which nobody can object,
// nor what did not hang where the duty asks for it.
func TestAnOldNoticeIsNoAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.value("income.disclose_months", "3")
	w.value("disclosure.due_days", "10")
	w.pass()
	d := w.one("income")
	w.on("2026-04-03")
	w.pass()
	bare := w.account(w.company, "只有审计报告的附件")
	w.tx(func(tx *store.Tx) error { return tx.Where("notice_id = ?", bare).Delete(&disclosure.Figure{}).Error })
	for what, id := range map[string]int64{"an auditor's report without a figure": bare, "typed text": w.publish(w.company, "收支都好", disclosure.Everyone), "an announcement": w.statement(w.company, "收支公告", disclosure.Announcement), "no paper on the board": w.account(w.company, "收支公示")} {
		if err := w.FulfilBy(ctx, w.company, d.ID, id); !errors.Is(err, disclosure.ErrDutyNotice) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := w.FulfilBy(ctx, w.company, d.ID, bare); err == nil || !strings.Contains(err.Error(), "至少有一个数从公共收益账取") {
		t.Errorf("a report without a figure is refused for another reason: %v", err)
	}
	if d = w.duties("income")[0]; d.DoneAt != nil {
		t.Errorf("%+v", d)
	}
	w.tx(func(tx *store.Tx) error {
		id := w.statementOf(tx, d.ID, disclosure.Announcement)
		if id == nil {
			t.Error("published as an announcement for what has to be posted")
		}
		return nil
	})
}

// statementOf publishes a statement that names a duty, and gives why it was refused.
func (w *world) statementOf(tx *store.Tx, instance int64, kind disclosure.Sort) error {
	_, err := w.PublishIn(tx, w.company, disclosure.Draft{EstateID: w.Estate.ID, Kind: kind, Audience: disclosure.Everyone, Form: disclosure.AuditForm, Title: "第一季度", Body: "正文", FileIDs: []int64{1}, Duties: []int64{instance}, ConfirmedBy: w.company.PersonID + 1, ClientRef: "of", InputHash: "h"})
	return err
}

// A placeholder of before the day that is filled in afterwards is late: what people read now was not there on the day.
func TestAPlaceholderIsLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.value("disclosure.service_months", "3")
	w.value("disclosure.places", "board,entrance")
	w.pass()
	d := w.one("service")
	due := d.Due()
	d1 := disclosure.Draft{EstateID: w.Estate.ID, Kind: disclosure.Announcement, Audience: disclosure.Everyone, Form: disclosure.Services, Title: "占个位置", Body: "正文", ClientRef: "placeholder", InputHash: "h"}
	placed, err := w.Publish(ctx, w.company, d1)
	if err != nil {
		t.Fatal(err)
	}
	n := placed.ID
	w.on(due.Add(20).String())
	w.pass()
	if err := w.Revise(ctx, w.company, n, disclosure.Revision{Title: "物业服务事项", Body: served, Reason: "补充内容"}); err != nil {
		t.Fatal(err)
	}
	if err := w.FulfilBy(ctx, w.company, d.ID, n); err != nil {
		t.Fatal(err)
	}
	if d = w.duties("service")[0]; d.Published() != calendar.DateOf(w.clock.Now()) || d.DaysLate != 20 || d.LateAt == nil {
		t.Errorf("published on %s, %d days late", d.Published(), d.DaysLate)
	}
}

// Who was late and has left the estate stays on the list of what is late, by name; only what was never late is nobody's.
func TestLeavingDoesNotEndLateness(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.value("income.disclose_months", "3")
	w.value("disclosure.due_days", "10")
	w.pass()
	w.on("2026-04-15")
	w.pass()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("company_id", 0).Error
	})
	w.on("2026-04-20")
	w.pass()
	r, err := w.RegisterPublic(ctx, w.Estate.ID)
	if err != nil || len(r.Late) != 1 || r.Late[0].Days != 10 || r.Late[0].OwedBy != w.Company.Name {
		t.Errorf("the board says %+v %v", r.Late, err)
	}
	if rows, err := w.ListLate(ctx, w.community, 0, 0, 10); err != nil || len(rows) != 1 || rows[0].Stands != "late" {
		t.Errorf("the community sees %+v %v", rows, err)
	}
}

// A posting whose days are known takes on no duty whose days nobody has fixed: its next version would have none, and the gate that waits for
// its papers would wait for nothing.
func TestADutyDoesNotOpenAPeriod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.value("fund.proposal_days", "15")
	w.value("disclosure.places", "board,entrance")
	w.value("disclosure.service_months", "3")
	w.pass()
	var id int64
	w.tx(func(tx *store.Tx) error {
		n, err := w.PublishIn(tx, w.company, disclosure.Draft{EstateID: w.Estate.ID, Kind: disclosure.Posting, Audience: disclosure.Residents, Title: "使用方案", Body: "正文", DaysKey: "fund.proposal_days", ClientRef: "project:1", InputHash: "h"})
		if err == nil {
			id = n.ID
		}
		return err
	})
	if err := w.FulfilBy(t.Context(), w.company, w.one("service").ID, id); !errors.Is(err, disclosure.ErrDutyNotice) {
		t.Errorf("the duty's open days were taken on: %v", err)
	}
}
