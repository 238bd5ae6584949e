package disclosure_test

import (
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
)

// TestNoIdentityNumberIsPublished: neither in a notice nor in its next version; an account's number is none.
func TestNoIdentityNumberIsPublished(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	const card = "522701198001010013"
	d := w.draft()
	d.Body = "中标人身份证" + card + "。"
	_, err := w.s.Publish(t.Context(), w.chair, d)
	refused(t, "published", err, fault.ErrInvalid)
	d = w.draft()
	d.Body = "专户账号2407010109200128866，信用代码91522701MA6DL0000X"
	n := w.publish(d)
	err = w.s.Revise(t.Context(), w.chair, n.ID, disclosure.Revision{Title: d.Title, Body: card, Reason: "补充"})
	refused(t, "revised", err, fault.ErrInvalid)
}
