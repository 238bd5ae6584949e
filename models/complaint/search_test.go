package complaint_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
)

func (w *cast) search(t *testing.T, a org.Actor, text string, f complaint.Filter) []string {
	t.Helper()
	for {
		n, err := w.s.IndexTexts(t.Context(), 3)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	var texts []string
	f.Limit = 2
	for range 20 {
		found, err := w.s.Search(t.Context(), a, text, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range found.Views {
			texts = append(texts, v.Text)
		}
		if found.Next == 0 {
			return texts
		}
		f.After = found.Next
	}
	t.Fatal("the search does not end")
	return nil
}

// TestChineseIsSearched: by any run of letters, several words at once, by number; never beyond what the post may see.
func TestChineseIsSearched(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	var number string
	for i, text := range []string{"三单元电梯停运两天，老人下不了楼", "电梯里有异味，物业不管", "楼下烧烤店油烟大，半夜放音乐", "停运的洗衣房堆满杂物，电话打不通"} {
		d := w.draft("")
		d.Text, d.ClientRef = text, fmt.Sprint("s", i)
		number = w.file(t, w.owner, d).Number
	}
	for text, want := range map[string]int{"电梯": 2, "电梯停运": 1, "油烟 音乐": 1, "油烟 电梯": 0, "停运": 2, "老人": 1, "WiFi": 0, number: 1, "电梯 ！": 0} {
		if got := w.search(t, w.community, text, complaint.Filter{List: complaint.AllCases}); len(got) != want {
			t.Errorf("%q finds %q, want %d", text, got, want)
		}
	}
	if got := w.search(t, w.community, "电梯", complaint.Filter{List: complaint.AreaCases, State: complaint.Closed}); len(got) != 0 {
		t.Errorf("a filter is not kept: %q", got)
	}
	if got := w.search(t, w.fire, "电梯", complaint.Filter{}); len(got) != 0 {
		t.Errorf("an office that is no party finds %q", got)
	}
	if got := w.search(t, w.fire, number, complaint.Filter{}); len(got) != 0 {
		t.Errorf("an office that is no party finds by number %q", got)
	}
	for _, short := range []string{"梯", "， 。", ""} {
		if _, err := w.s.Search(t.Context(), w.community, short, complaint.Filter{Limit: 5}); !errors.Is(err, complaint.ErrSearch) {
			t.Errorf("%q: %v", short, err)
		}
	}
}

// TestWhatWasWrittenIsSearched: notes, answers and what complainants add are found, also after the case was searchable
// already; an office finds the part that is its own, and whoever sees the whole finds it once.
func TestWhatWasWrittenIsSearched(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "steps")
	w.search(t, w.bureau, "噪声", complaint.Filter{})
	w.ok(t, w.community, c.ID, complaint.Note, complaint.Input{Text: "已约维保公司更换曳引机钢丝绳"})
	w.ok(t, w.owner, c.ID, complaint.Supply, complaint.Input{Text: "凌晨三点又响了"})
	for _, text := range []string{"曳引机钢丝绳", "凌晨三点", "噪声 曳引机"} {
		if got := w.search(t, w.bureau, text, complaint.Filter{List: complaint.AllCases}); len(got) != 1 {
			t.Errorf("%q finds %d", text, len(got))
		}
	}
	in := w.input(complaint.Split, "")
	w.ok(t, w.community, c.ID, complaint.Split, in)
	if got := w.search(t, w.fire, "噪声", complaint.Filter{List: complaint.WaitingCases}); len(got) != 1 {
		t.Errorf("fire finds %d of its parts", len(got))
	}
	if got := w.search(t, w.bureau, "噪声", complaint.Filter{List: complaint.AllCases}); len(got) != 1 {
		t.Errorf("the bureau finds %d, the whole and its parts", len(got))
	}
	for _, p := range w.find(t, w.bureau, c.ID).Parts {
		if p.LeadID == w.fire.Post.OrganisationID {
			w.ok(t, w.fire, p.ID, complaint.Note, complaint.Input{Text: "灭火器箱已更换"})
		}
	}
	if got := w.search(t, w.bureau, "灭火器箱", complaint.Filter{List: complaint.AllCases}); len(got) != 1 {
		t.Errorf("what is written in a part finds %d", len(got))
	}
	n := 0
	if err := w.s.ExportList(t.Context(), w.bureau, "曳引机", complaint.Filter{List: complaint.AllCases}, func(complaint.View) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("exported %d, %v", n, err)
	}
}
