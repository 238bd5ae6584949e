package disclosure_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// TestNobodyIsNamedOnTheBoard: full names of the estate's people and mobile numbers are refused with what to write instead; who holds a function is
// named with it; system numbers, landlines and other people's names pass.
func TestNobodyIsNamedOnTheBoard(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	people := []string{"王建国", "李秀英", "张伟"}
	w.s.With(disclosure.Options{Pack: "duyun-2020", Named: func(_ *store.Tx, estate int64, text string) (found []string, err error) {
		if estate != w.Estate.ID {
			t.Error("the names of another estate")
		}
		for _, name := range people {
			if strings.Contains(text, name) {
				found = append(found, name)
			}
		}
		return found, nil
	}})
	for _, text := range []string{"3栋王建国欠费", "主任讲话。王建国没有交物业费", "经核实，张伟、李秀英漏水", "主任王建国通知：请李秀英尽快交费", "业主委员会提醒王建国尽快交费", "经业主委员会核实，王建国漏水", "王建国向业主委员会反映楼道灯不亮", "王建国投诉物业经理", "家庭成员王建国", "家庭成员：王建国", "业主王建国委员会代为通知", "物业经理，王建国没有交费",
		"请联系13812345678", "电话138 1234 5678", "138-1234-5678"} {
		d := w.draft()
		d.Body = text
		_, err := w.s.Publish(t.Context(), w.chair, d)
		refused(t, text, err, fault.ErrInvalid)
		_, err = w.s.SaveDraft(t.Context(), w.chair, d, 0, "")
		refused(t, "as a draft: "+text, err, fault.ErrInvalid)
		w.tx(func(tx *store.Tx) error { return tx.Where("person_id <> 0").Delete(&disclosure.NameHit{}).Error })
	}
	for _, text := range []string{"主任王建国", "业委会委员：王建国、李秀英、张伟", "王建国（主任）主持会议", "推选李秀英为副主任", "业主委员会主任：王建国", "业主委员会成员：王建国、张伟", "王建国委员主持", "王*家漏水", "监票人：张伟", "值班电话0854-8221234，热线12345", "合同编号2026138123456789012", "陈大力来过"} {
		d := w.draft()
		d.Body = text
		w.publish(d)
	}
	n := w.publish(w.draft())
	err := w.s.Revise(t.Context(), w.chair, n.ID, disclosure.Revision{Title: "外墙", Body: "王建国反对", Reason: "补充"})
	refused(t, "in a new version", err, fault.ErrInvalid)
	if f := fault.Of(err); f == nil || len(f.Fields) != 1 || !strings.Contains(f.Fields[0].Reason, "王*") {
		t.Errorf("it does not say what to write: %+v", f)
	}
}

// TestWhatTheSystemPublishedIsChangedByTwo: a result or final accounts are neither rewritten nor taken down by one clerk.
func TestWhatTheSystemPublishedIsChangedByTwo(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	gone := int64(0)
	w.s.With(disclosure.Options{Pack: "duyun-2020", Withdrawn: func(_ *store.Tx, _, notice int64) error { gone = notice; return nil }})
	var id int64
	w.tx(func(tx *store.Tx) error {
		d := w.draft()
		d.ClientRef = "project:7:final:1"
		n, err := w.s.PublishIn(tx, w.chair, d)
		if err == nil {
			id = n.ID
		}
		return err
	})
	refused(t, "rewritten by one", w.s.Revise(ctx, w.chair, id, disclosure.Revision{Title: "决算", Body: "改了一个数", Reason: "更正"}), disclosure.ErrSecondPerson)
	if err := w.s.Withdraw(ctx, w.chair, id, "发错了"); err != nil || w.find(id).WithdrawnAt != nil || gone != 0 {
		t.Errorf("taken down by one: %v", err)
	}
	if err := w.s.ConfirmWithdrawal(ctx, w.member, id, true); err != nil || w.find(id).WithdrawnAt == nil || gone != id {
		t.Errorf("%v, told of %d", err, gone)
	}
}

// TestAnActNamesNobody: what an act elsewhere publishes masks the residents whom it speaks of, save those whom it names for what they stand
// for; it is not held up.
func TestAnActNamesNobody(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.s.With(disclosure.Options{Pack: "duyun-2020", Named: func(_ *store.Tx, _ int64, text string) (found []string, err error) {
		for _, name := range []string{"王建国", "李秀英"} {
			if strings.Contains(text, name) {
				found = append(found, name)
			}
		}
		return found, nil
	}})
	var decision, result int64
	w.tx(func(tx *store.Tx) error {
		d := w.draft()
		d.ClientRef, d.Title, d.Body = "committee-decision-1", "关于王建国占道的决定", "业主委员会决定：王建国应当清理。主任李秀英负责，李秀英已上门。"
		n, err := w.s.PublishIn(tx, w.chair, d)
		if err != nil {
			return err
		}
		decision = n.ID
		result, err = w.s.PublishFor(tx, disclosure.Automatic{EstateID: w.Estate.ID, OrganisationID: w.Committee.ID, PersonID: w.chair.PersonID, Source: "meeting:1:certificate", Title: "结果", Body: "王建国：通过\n李秀英提出异议", Named: []string{"王建国"}})
		return err
	})
	if v := w.find(decision); v.Title != "关于王*占道的决定" || v.Body != "业主委员会决定：王*应当清理。主任李秀英负责，李*已上门。" {
		t.Errorf("%s: %s", v.Title, v.Body)
	}
	if v := w.find(result); v.Body != "王建国：通过\n李*提出异议" {
		t.Error(v.Body)
	}
}

// TestAWordIsNobody: a word that is a resident's name as well is published once another person has looked at it; who is told of names again and
// again is told of none for a day, and each time is on record.
func TestAWordIsNobody(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.s.With(disclosure.Options{Pack: "duyun-2020", Named: func(_ *store.Tx, _ int64, text string) (found []string, err error) {
		for _, name := range []string{"温暖家园", "王建国"} {
			if strings.Contains(text, name) {
				found = append(found, name)
			}
		}
		return found, nil
	}})
	d := w.draft()
	d.Body, d.NotNames = "温暖家园活动通知", []string{" 温暖家园 "}
	p := w.save(w.chair, d)
	if err := w.s.SubmitDraft(ctx, w.chair, p.ID, p.Revision); err != nil {
		t.Fatal(err)
	}
	_, err := w.s.ConfirmDraft(ctx, w.chair, p.ID, p.Revision)
	refused(t, "by one", err, disclosure.ErrSamePerson)
	if id, err := w.s.ConfirmDraft(ctx, w.member, p.ID, p.Revision); err != nil || w.find(id).Body != "温暖家园活动通知" || p.NotNames != "温暖家园" {
		t.Errorf("%v %+v", err, p)
	}
	d = w.draft()
	d.Body = "温暖家园活动通知"
	for range 20 {
		_, err = w.s.Publish(ctx, w.chair, d)
		refused(t, "by one without a draft", err, fault.ErrInvalid)
	}
	_, err = w.s.Publish(ctx, w.chair, w.draft())
	refused(t, "after twenty", err, disclosure.ErrHits)
	_, err = w.s.SaveDraft(ctx, w.chair, w.draft(), 0, "")
	refused(t, "as a draft", err, disclosure.ErrHits)
	var told int64
	w.tx(func(tx *store.Tx) error {
		return tx.Table("audit_entries").Where("verb = 'board.named' AND person_id = ?", w.chair.PersonID).Count(&told).Error
	})
	if told != 20 {
		t.Errorf("%d on record", told)
	}
	if _, err := w.s.Publish(ctx, w.member, w.draft()); err != nil {
		t.Errorf("another person: %v", err)
	}
	w.clock.Advance(25 * time.Hour)
	if _, err := w.s.Publish(ctx, w.chair, w.draft()); err != nil {
		t.Errorf("a day later: %v", err)
	}
}
