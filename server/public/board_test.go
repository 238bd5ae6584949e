package public

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/disclosure"
)

// A reader that leaves out what it has shown before shows a new version, and that a notice was withdrawn, with their own time.
func TestFeedsTellWhatChanged(t *testing.T) {
	t.Parallel()
	first := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	n := disclosure.View{Notice: disclosure.Notice{ID: 7, Kind: disclosure.Posting, CurrentVersion: 1, PublishedAt: first}, Title: "收支", RevisedAt: first}
	seen := map[string]bool{noticeEntry(&n, "").id: true}
	later := first.AddDate(0, 2, 0)
	n.CurrentVersion, n.RevisedAt = 2, later
	if e := noticeEntry(&n, ""); seen[e.id] || !e.at.Equal(later) || !strings.Contains(e.title, "已修改") {
		t.Errorf("a new version is %+v", e)
	}
	seen[noticeEntry(&n, "").id] = true
	gone := later.AddDate(0, 1, 0)
	n.WithdrawnAt, n.WithdrawReason = &gone, "算错了"
	if e := noticeEntry(&n, ""); seen[e.id] || !e.at.Equal(gone) || !strings.Contains(e.title, "已撤回") || !strings.Contains(e.text, "算错了") {
		t.Errorf("a withdrawal is %+v", e)
	}
}

// No cell of a table is a formula, whichever width its sign has.
func TestNoCellIsComputed(t *testing.T) {
	t.Parallel()
	for _, sign := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		out, err := table("x.csv", []string{"标题"}, [][]string{{sign + "HYPERLINK(1)"}})
		if err != nil || !strings.Contains(string(out.Body), "'"+sign) {
			t.Errorf("%q: %s %v", sign, out.Body, err)
		}
	}
}
