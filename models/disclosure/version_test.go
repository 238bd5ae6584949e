package disclosure_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/store"
)

// TestAVersionSaysWhatItChanged: a revision leaves the earlier text readable, and says field by field what was added, changed and taken off,
// attachments included, with the reason.
func TestAVersionSaysWhatItChanged(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	d := w.draft()
	old, fresh := w.upload(w.chair, file.Notice), w.upload(w.chair, file.Notice)
	d.FileIDs = []int64{old}
	n := w.publish(d)
	r := disclosure.Revision{On: 1, Title: d.Title, Body: "第一行\n改过的行\n第三行", Reason: "第二行写错了", FileIDs: []int64{fresh}, Without: []int64{old}}
	if err := w.s.Revise(t.Context(), w.chair, n.ID, r); err != nil {
		t.Fatal(err)
	}
	v := w.find(n.ID)
	if len(v.Versions) != 2 || v.Versions[0].Body != d.Body || v.Body != r.Body || v.Versions[1].Reason != r.Reason {
		t.Fatalf("%+v", v.Versions)
	}
	got := map[string]string{}
	for _, c := range v.Versions[1].Changes {
		got[strings.Fields(c.Field)[0]+" "+c.Kind] = c.From + "→" + c.To
	}
	if len(got) != 3 || got["正文 changed"] != "第二行→改过的行" || got["附件 added"] == "" || got["附件 removed"] == "" {
		t.Errorf("differences %v", got)
	}
	if fmt.Sprint(v.FileIDs) != fmt.Sprint([]int64{fresh}) || v.Versions[0].Attachments()[0].ID != old {
		t.Errorf("files now %v, before %v", v.FileIDs, v.Versions[0].Attachments())
	}
	refused(t, "a second tap", w.s.Revise(t.Context(), w.chair, n.ID, r), file.ErrNotFound)
	r.FileIDs, r.Without = nil, nil
	refused(t, "on what is not the current version", w.s.Revise(t.Context(), w.chair, n.ID, r), disclosure.ErrOutdated)
	r.On = 2
	refused(t, "nothing changed", w.s.Revise(t.Context(), w.chair, n.ID, r), disclosure.ErrUnchanged)
	r.Without = []int64{old}
	if err := w.s.Revise(t.Context(), w.chair, n.ID, r); err == nil {
		t.Error("took off what the version does not have")
	}
}

// TestAnybodyCanMakeTheHash: the published hash is that of the published content, which names the notice, its text and its attachments;
// who moves a text to another notice changes the hash.
func TestAnybodyCanMakeTheHash(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	d := w.draft()
	d.FileIDs = []int64{w.upload(w.chair, file.Notice)}
	n := w.publish(d)
	text, err := w.s.ContentPublic(t.Context(), n.ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	v := w.find(n.ID)
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != v.SHA256 {
		t.Errorf("%s is not the hash of %s", v.SHA256, text)
	}
	for _, part := range []string{n.Number, d.Title, "第二行", v.Versions[0].Attachments()[0].SHA256} {
		if !strings.Contains(string(text), part) {
			t.Errorf("%s is not in %s", part, text)
		}
	}
	again := d
	again.FileIDs, again.ClientRef = nil, w.once()
	if w.find(w.publish(again).ID).SHA256 == v.SHA256 {
		t.Error("two notices have one hash")
	}
	d = w.draft()
	d.Audience = disclosure.Residents
	inside := w.publish(d)
	_, err = w.s.ContentPublic(t.Context(), inside.ID, 1)
	refused(t, "a stranger reads the content of a notice for residents", err, disclosure.ErrNotFound)
	if _, err = w.s.Content(t.Context(), w.owner, inside.ID, 1); err != nil {
		t.Error("a resident may not: ", err)
	}
}

// TestWithdrawnStays: a withdrawn notice is readable with its reason, and nothing can be changed about it any more.
func TestWithdrawnStays(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.local("disclosure.posting_days", "7")
	n := w.publish(w.draft())
	refused(t, "another office withdraws it", w.s.Withdraw(t.Context(), w.company, n.ID, "不合适"), disclosure.ErrNotFound)
	if err := w.s.Withdraw(t.Context(), w.chair, n.ID, "方案要重做"); err != nil {
		t.Fatal(err)
	}
	if v := w.find(n.ID); v.WithdrawnAt == nil || v.WithdrawReason != "方案要重做" || v.Body == "" || v.Number != n.Number {
		t.Errorf("%+v", v)
	}
	_, err := w.through(n.ID)
	refused(t, "a withdrawn posting counts", err, disclosure.ErrWithdrawn)
	refused(t, "revised", w.s.Revise(t.Context(), w.chair, n.ID, disclosure.Revision{Title: "新", Body: "新", Reason: "新"}), disclosure.ErrWithdrawn)
	refused(t, "withdrawn twice", w.s.Withdraw(t.Context(), w.chair, n.ID, "再撤一次"), disclosure.ErrWithdrawn)
}

// TestVerifyNamesTampering: who changes a published text, figure or attachment in the tables is found.
func TestVerifyNamesTampering(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.books()
	d := w.draft()
	d.FileIDs = []int64{w.upload(w.chair, file.Notice)}
	n := w.publish(d)
	id := w.confirmed(w.income())
	gone := w.publish(w.draft())
	if err := w.s.Withdraw(t.Context(), w.chair, gone.ID, "写错了年份"); err != nil {
		t.Fatal(err)
	}
	if r, err := w.s.Verify(t.Context()); err != nil || r.Versions != 3 || r.Figures != 4 {
		t.Fatalf("%+v %v", r, err)
	}
	other := sha256.Sum256([]byte("x\nx"))
	for what, sql := range map[string]string{
		"text and its hash":     fmt.Sprintf("UPDATE notice_versions SET format = 1, title = 'x', body = 'x', sha256 = '%x%%s' WHERE notice_id = %d", other, n.ID),
		"board without it":      fmt.Sprintf("DELETE FROM notices WHERE id = %d AND '%%s' = ''", n.ID),
		"withdrawal taken back": fmt.Sprintf("UPDATE notices SET withdrawn_at = NULL, withdraw_reason = '%%s' WHERE id = %d", gone.ID),
		"reason":                fmt.Sprintf("UPDATE notices SET withdraw_reason = '没有原因%%s' WHERE id = %d", gone.ID),
		"text":                  fmt.Sprintf("UPDATE notice_versions SET body = 'x%%s' WHERE notice_id = %d", n.ID),
		"attachment":            fmt.Sprintf("UPDATE notice_versions SET files = '[]%%s' WHERE notice_id = %d", n.ID),
		"sum":                   fmt.Sprintf("UPDATE notice_figures SET fen = fen + 1 WHERE notice_id = %d AND seq = 1 AND '%%s' = ''", id),
		"question":              fmt.Sprintf("UPDATE notice_figures SET to_on = '2026-01-30' WHERE notice_id = %d AND seq = 1 AND '%%s' = ''", id),
		"book":                  "UPDATE ledger_entries SET amount = amount - 100 WHERE amount = -123456 AND '%s' = ''",
		"number":                fmt.Sprintf("UPDATE notices SET number = 'G0%%s' WHERE id = %d", n.ID),
	} {
		err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			if err := tx.Exec(fmt.Sprintf(sql, "")).Error; err != nil {
				return err
			}
			_, err := w.s.VerifyIn(tx)
			if err == nil {
				t.Errorf("a changed %s was not found", what)
			}
			return fmt.Errorf("undo")
		})
		if err == nil {
			t.Error("not undone")
		}
	}
}
