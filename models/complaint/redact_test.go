package complaint_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
)

// read is what somebody reads of a step.
func (w *cast) read(t *testing.T, a org.Actor, id, seq int64) complaint.StepView {
	t.Helper()
	for _, s := range w.mine(t, a, id).Steps {
		if s.Seq == seq {
			return s
		}
	}
	t.Fatalf("step %d is not shown", seq)
	return complaint.StepView{}
}

// TestAPromiseStays: an office does not take back its own words, whoever presses; a reviewer above may keep them from others, and
// whoever filed the case reads them as they were written.
func TestAPromiseStays(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.file(t, w.owner, w.draft(""))
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	promise := "承诺3月10日前拆除违建，并退还三单元张三押金五百元"
	answer := w.ok(t, w.community, c.ID, complaint.Answer, report(promise)).Version
	cut := complaint.Redaction{Seq: answer, Text: "已答复", Reason: "有个人信息"}
	for name, a := range map[string]org.Actor{"the writer": w.community, "a colleague": w.Officer(w.Community, org.Head)} {
		if err := w.s.Redact(t.Context(), a, c.ID, cut); !errors.Is(err, complaint.ErrOwnWords) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.s.Redact(t.Context(), w.township, c.ID, cut); err != nil {
		t.Fatal(err)
	}
	if s := w.read(t, w.owner, c.ID, answer); !strings.Contains(s.Text, promise) || !strings.Contains(s.Detail, promise) {
		t.Errorf("whoever filed it reads %q, %q", s.Text, s.Detail)
	}
	if s := w.read(t, w.neighbour, c.ID, answer); s.Text != "已答复" || s.Detail != "" {
		t.Errorf("a neighbour reads %q, %q", s.Text, s.Detail)
	}
	said := w.read(t, w.owner, c.ID, answer+1).Text
	if !strings.Contains(said, "办理记录第") || !strings.Contains(said, "提交人看到的仍是原文") {
		t.Errorf("the timeline says %q", said)
	}
}

// TestWhatOfficesWriteIsBlotted: without a reviewer's doing a neighbour who joined reads no phone and no door number in what an
// office wrote; whoever filed reads all.
func TestWhatOfficesWriteIsBlotted(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.file(t, w.owner, w.draft(""))
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	in := report("已上门3幢2单元301")
	in.Report.Contacted = "电话13812345678联系了投诉人"
	answer := w.ok(t, w.community, c.ID, complaint.Answer, in).Version
	for _, secret := range []string{"13812345678", "301"} {
		if s := w.read(t, w.neighbour, c.ID, answer); strings.Contains(s.Text, secret) || strings.Contains(s.Detail, secret) || !strings.Contains(s.Text, "已上门3幢2单元") {
			t.Errorf("a neighbour reads %q, %q", s.Text, s.Detail)
		}
		if s := w.read(t, w.owner, c.ID, answer); !strings.Contains(s.Text, secret) || !strings.Contains(s.Detail, secret) {
			t.Errorf("whoever filed it reads %q", s.Text)
		}
	}
}

// listener is a check that remembers what it was asked.
type listener struct {
	mu    sync.Mutex
	asked []string
}

func (l *listener) CheckText(_ context.Context, _, text string) (complaint.Verdict, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, text)
	if strings.Contains(text, "坏话") {
		return complaint.Risky, nil
	}
	return complaint.Pass, nil
}

// TestThePlaceIsContentToo: the words for the place are checked with the text, blotted for neighbours, and may be redacted; the
// offices and whoever filed read them as they were.
func TestThePlaceIsContentToo(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	l := &listener{}
	w.listen(t, l)
	d := w.numbered("", "rude")
	d.Place = "坏话连篇的地方"
	if c := w.file(t, w.owner, d); c.Display != complaint.Review {
		t.Errorf("a rude place is %s", c.Display)
	}
	d = w.numbered("", "door")
	d.Place = "3幢2单元301门口，找王五13812345678"
	c := w.file(t, w.owner, d)
	if last := l.asked[len(l.asked)-1]; c.Display != complaint.Cleared || !strings.Contains(last, d.Text) || !strings.Contains(last, d.Place) {
		t.Errorf("checked %q, %s", last, c.Display)
	}
	place := func() string {
		t.Helper()
		rows, err := w.s.ListNeighbours(t.Context(), w.stranger, w.Estate.ID, complaint.Filter{Limit: 5})
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		return rows[0].Place
	}
	if got := place(); strings.Contains(got, "301") || strings.Contains(got, "13812345678") || !strings.Contains(got, "3幢2单元") {
		t.Errorf("neighbours read %q", got)
	}
	hide := complaint.Redaction{Place: true, Text: "3幢楼道", Reason: "有姓名"}
	if err := w.s.Redact(t.Context(), w.community, c.ID, hide); err != nil {
		t.Fatal(err)
	}
	if got := place(); got != hide.Text {
		t.Errorf("neighbours read %q", got)
	}
	if v := w.mine(t, w.owner, c.ID); v.Place != d.Place {
		t.Errorf("whoever filed it reads %q", v.Place)
	}
	if v := w.find(t, w.community, c.ID); v.Place != d.Place {
		t.Errorf("the office reads %q", v.Place)
	}
	if err := w.s.Redact(t.Context(), w.community, c.ID, complaint.Redaction{Place: true, Reason: "不用了"}); err != nil || strings.Contains(place(), "楼道") {
		t.Errorf("taken back: %q, %v", place(), err)
	}
	if err := w.s.Redact(t.Context(), w.community, c.ID, complaint.Redaction{Place: true, Text: strings.Repeat("长", 101), Reason: "试一试"}); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a place too long: %v", err)
	}
	// A check that did not answer at once is asked for the same words later.
	w.listen(t, &late{listener: l})
	d.ClientRef = "later"
	w.file(t, w.owner, d)
	w.listen(t, l)
	if n, err := w.s.Rescreen(t.Context()); n != 1 || err != nil || !strings.Contains(l.asked[len(l.asked)-1], d.Place) {
		t.Errorf("asked again: %d, %v", n, err)
	}
}

// late never answers in time.
type late struct{ *listener }

func (*late) CheckText(context.Context, string, string) (complaint.Verdict, error) {
	return "", errors.New("no answer")
}

// TestNoOfficeMasksItsOwnPicture: the picture with which an office proves its work is not its own to change.
func TestNoOfficeMasksItsOwnPicture(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.with(t, attached{})
	c := w.file(t, w.owner, w.draft(""))
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	in := report("已处理")
	in.FileIDs = []int64{77}
	w.ok(t, w.community, c.ID, complaint.Answer, in)
	if err := w.s.RedactPhoto(t.Context(), w.community, c.ID, 77, 78, "有人脸"); !errors.Is(err, complaint.ErrOwnWords) {
		t.Errorf("the office that took it: %v", err)
	}
	if err := w.s.RedactPhoto(t.Context(), w.township, c.ID, 77, 78, "有人脸"); err != nil {
		t.Errorf("a level above: %v", err)
	}
	last := w.find(t, w.community, c.ID)
	step := int64(0)
	for _, s := range last.Steps {
		if s.Kind == complaint.Answer {
			step = s.ID
		}
	}
	for a, want := range map[*org.Actor]bool{&w.owner: true, &w.neighbour: false} {
		if keeps, err := w.s.KeepsOriginals(t.Context(), *a, step); keeps != want || err != nil {
			t.Errorf("keeps the original: %v, want %v, %v", keeps, want, err)
		}
	}
}

// attached says of every step that picture 77 is its own.
type attached struct{ recorded }

func (attached) IDsForAll(_ context.Context, _ string, steps []int64) (map[int64][]int64, error) {
	all := map[int64][]int64{}
	for _, id := range steps {
		all[id] = []int64{77}
	}
	return all, nil
}
