package disclosure_test

import (
	"strings"
	"testing"

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
	for _, text := range []string{"3栋王建国欠费", "主任讲话。王建国没有交物业费", "经核实，张伟、李秀英漏水", "主任王建国通知：请李秀英尽快交费", "请联系13812345678", "电话138 1234 5678", "138-1234-5678"} {
		d := w.draft()
		d.Body = text
		_, err := w.s.Publish(t.Context(), w.chair, d)
		refused(t, text, err, fault.ErrInvalid)
		_, err = w.s.SaveDraft(t.Context(), w.chair, d, 0, "")
		refused(t, "as a draft: "+text, err, fault.ErrInvalid)
	}
	for _, text := range []string{"主任王建国", "业委会委员：王建国、李秀英、张伟", "王建国（主任）主持会议", "推选李秀英为副主任", "王*家漏水", "监票人：张伟", "值班电话0854-8221234，热线12345", "合同编号2026138123456789012", "陈大力来过"} {
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
