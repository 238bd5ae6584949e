package disclosure_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/disclosure"
)

// TestOneRejectedReportOfAPaper: whose report of a paper the community has found untrue does not hold up the same paper again; neighbours
// and offices still report it.
func TestOneRejectedReportOfAPaper(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.local("disclosure.posting_days", "7")
	w.local("disclosure.places", "board")
	n := w.publish(w.draft())
	p := w.hang(n.ID, "小区公示栏")
	if err := w.s.Judge(ctx, w.community, w.report(w.owner, p.ID).ID, false, time.Time{}, "还贴着"); err != nil {
		t.Fatal(err)
	}
	_, err := w.s.Report(ctx, w.owner, p.ID, w.sighting(w.owner))
	refused(t, "the same again", err, disclosure.ErrNotAgain)
	if _, err := w.through(n.ID); err != nil {
		t.Errorf("the period is held up: %v", err)
	}
	w.report(w.neighbour, p.ID)
}
