package complaint_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// public files a case that neighbours may read.
func (w *cast) public(t *testing.T, by org.Actor, ref, text string) *complaint.Case {
	t.Helper()
	d := w.draft("")
	d.ClientRef, d.Text, d.Visibility = ref, text, complaint.Public
	return w.file(t, by, d)
}

func texts(steps []complaint.StepView) string {
	var all []string
	for _, s := range steps {
		all = append(all, string(s.Kind)+" "+s.Text+" "+s.Detail)
	}
	return strings.Join(all, "\n")
}

// TestAMergerShowsNobodyElsesWords: whose case went into another household's private one is offered their own words as
// similar, not those.
func TestAMergerShowsNobodyElsesWords(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	secret := w.draft("")
	secret.Text, secret.Place, secret.Visibility, secret.ClientRef = "楼道灯坏了，家里情况特殊不敢出门", "1幢101门口", complaint.Private, "a"
	a := w.file(t, w.owner, secret)
	mine := w.draft("")
	mine.Text, mine.Visibility, mine.ClientRef = "楼道灯坏了没人修", complaint.Private, "b"
	b := w.file(t, w.neighbour, mine)
	for _, c := range []*complaint.Case{a, b} {
		w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	}
	w.ok(t, w.community, b.ID, complaint.Merge, complaint.Input{Into: a.Number, Text: "同一盏灯"})
	list, err := w.s.ListSimilar(t.Context(), w.neighbour, complaint.Draft{EstateID: w.Estate.ID, Text: "楼道灯坏了"})
	if err != nil || len(list) != 1 || !list[0].Own || list[0].Mine.FiledID != b.ID || list[0].Text != mine.Text || strings.Contains(fmt.Sprintf("%+v", list[0].View), "家里情况特殊") {
		t.Errorf("offered %+v, %v", list, err)
	}
}

// TestWhatWasTakenOutCannotBeGuessed: similar cases are compared by what the reader sees.
func TestWhatWasTakenOutCannotBeGuessed(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.public(t, w.owner, "a", "电梯维保张三丰手机玖捌柒")
	if err := w.s.Redact(t.Context(), w.community, c.ID, complaint.Redaction{Text: "电梯维保***", Reason: "有姓名和电话"}); err != nil {
		t.Fatal(err)
	}
	for probe, want := range map[string]int{"电梯维保": 1, "张三丰": 0, "手机玖捌": 0} {
		list, err := w.s.ListSimilar(t.Context(), w.neighbour, complaint.Draft{EstateID: w.Estate.ID, Text: probe})
		if err != nil || len(list) != want {
			t.Errorf("%s finds %d, %v", probe, len(list), err)
		}
	}
}

// TestAJoinerReadsTheMatterNotThePerson: a tap on "join" shows a neighbour what was done, not what the office wrote to
// the one who filed, whom it spoke to, or why it looked at their details.
func TestAJoinerReadsTheMatterNotThePerson(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.public(t, w.owner, "a", "物业乱收停车费")
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, c.ID, complaint.Note, complaint.Input{Text: "已联系张女士，明天取证"})
	if _, err := w.s.RevealComplainant(t.Context(), w.community, c.ID, "", "联系张女士核对收据"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(60e9)
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	in := report("已责令退款")
	in.Report.Contacted = "电话联系了张女士"
	w.ok(t, w.community, c.ID, complaint.Answer, in)
	if got := texts(w.mine(t, w.neighbour, c.ID).Steps); strings.Contains(got, "张女士") || strings.Contains(got, "reveal") || !strings.Contains(got, "已责令退款") {
		t.Errorf("the joiner reads %s", got)
	}
	if got := texts(w.mine(t, w.owner, c.ID).Steps); strings.Count(got, "张女士") < 3 {
		t.Errorf("the filer reads %s", got)
	}
	// A look at the joiner's details is the joiner's to know.
	if _, err := w.s.RevealComplainant(t.Context(), w.community, c.ID, w.mine(t, w.neighbour, c.ID).Mine.Receipt, "联系李先生补充情况"); err != nil {
		t.Fatal(err)
	}
	if got := texts(w.mine(t, w.owner, c.ID).Steps); strings.Contains(got, "李先生") {
		t.Errorf("the filer reads %s", got)
	}
	if got := texts(w.mine(t, w.neighbour, c.ID).Steps); !strings.Contains(got, "李先生") {
		t.Errorf("the joiner is not told of the look: %s", got)
	}
}

// TestNobodyJoinsAboutTheirEmployer: who works for the body complained about, and lives there, too, does not read the
// neighbour's case from inside.
func TestNobodyJoinsAboutTheirEmployer(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft("")
	d.About, d.Visibility = "company", complaint.Public
	c := w.file(t, w.owner, d)
	staff := w.Officer(w.Company, org.Head)
	insider := w.neighbour
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.PostHolder{}).Where("person_id = ? AND post_id = ?", staff.PersonID, staff.Post.PostID).Update("person_id", insider.PersonID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.JoinCase(t.Context(), insider, c.ID, complaint.Joining{ClientRef: "j"}); !errors.Is(err, complaint.ErrJoinAbout) {
		t.Errorf("joined: %v", err)
	}
	if _, err := w.s.JoinCase(t.Context(), w.stranger, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Error(err)
	}
	// Nor by the slip, with the phone of that account.
	w.withPhone(t, insider, "13900007777")
	if _, _, err := w.s.JoinSlip(t.Context(), w.Estate.ID, c.ID, "13900007777", "内", complaint.Joining{ClientRef: "s"}); !errors.Is(err, complaint.ErrJoinAbout) {
		t.Errorf("joined by slip: %v", err)
	}
	if _, _, err := w.s.JoinSlip(t.Context(), w.Estate.ID, c.ID, "13900008888", "外", complaint.Joining{ClientRef: "s"}); err != nil {
		t.Error(err)
	}
}

// TestOnePhoneCountsOnce: whoever wrote it down first, a phone has one receipt in a case; what is said the second time is kept,
// who wants to be covered then is, and rights stay.
func TestOnePhoneCountsOnce(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.public(t, w.owner, "a", "电梯停了三天")
	const phone = "13900001001"
	_, first, err := w.s.JoinSlip(t.Context(), w.Estate.ID, c.ID, phone, "赵", complaint.Joining{ClientRef: "a"})
	if err != nil {
		t.Fatal(err)
	}
	who := complaint.Contact{Name: "赵大爷", Phone: phone}
	for i, by := range []org.Actor{w.community, w.township, w.community} {
		in := complaint.Joining{Text: "老人下不了楼", ClientRef: fmt.Sprint("b", i)}
		if i == 1 {
			in.Cover = complaint.Sealed
		}
		if _, got, err := w.s.JoinFor(t.Context(), by, c.ID, complaint.FromCounter, who, in); err != nil || got != first {
			t.Errorf("%d: %s, want %s, %v", i, got, first, err)
		}
	}
	v, err := w.s.FindByReceipt(t.Context(), phone, first)
	if err != nil || v.People != 2 || v.Mine.Hidden != complaint.Sealed || strings.Count(texts(v.Steps), "老人下不了楼") != 2 {
		t.Errorf("%+v, %v", v, err)
	}
	if _, _, err := w.s.JoinSlip(t.Context(), w.Estate.ID, c.ID, phone, "赵", complaint.Joining{ClientRef: "c"}); !errors.Is(err, complaint.ErrJoined) || strings.Contains(fault.Of(err).Message, "我的投诉") {
		t.Errorf("the slip again: %v", err)
	}
	// Who withdrew and comes back is a new one.
	if _, err := w.s.ActByReceipt(t.Context(), phone, first, complaint.Withdraw, complaint.Input{}); err != nil {
		t.Fatal(err)
	}
	if _, got, err := w.s.JoinFor(t.Context(), w.community, c.ID, complaint.FromCounter, who, complaint.Joining{ClientRef: "d"}); err != nil || got == first {
		t.Errorf("after the withdrawal: %s, %v", got, err)
	}
}

// TestTheNoteOfALateJoiner stands while the answer stands that they came after.
func TestTheNoteOfALateJoiner(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.public(t, w.owner, "a", "电梯停了三天")
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, c.ID, complaint.Answer, report("已修好"))
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	if got := w.mine(t, w.neighbour, c.ID).JoinNote(); got != complaint.JoinNote {
		t.Errorf("after joining: %q", got)
	}
	if got := w.mine(t, w.owner, c.ID).JoinNote(); got != "" {
		t.Errorf("the filer reads %q", got)
	}
	w.ok(t, w.owner, c.ID, complaint.Confirm, complaint.Input{})
	if got := w.mine(t, w.neighbour, c.ID).JoinNote(); got != "" {
		t.Errorf("after the case closed: %q", got)
	}
}

// pinned are files of which one hangs on every step.
type pinned struct{ noFiles }

func (pinned) IDsForAll(_ context.Context, _ string, subjects []int64) (map[int64][]int64, error) {
	all := map[int64][]int64{}
	for _, id := range subjects {
		all[id] = []int64{id}
	}
	return all, nil
}

// TestPicturesFromBeforeSomebodyJoined are for whoever filed: a joiner sees those of the answer and of what was done since, in
// the timeline and behind the link alike.
func TestPicturesFromBeforeSomebodyJoined(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.with(t, pinned{})
	c := w.public(t, w.owner, "a", "厨房漏水，楼道也湿了")
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, c.ID, complaint.Note, complaint.Input{Text: "厨房的照片"})
	w.clock.Advance(time.Minute)
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	w.ok(t, w.community, c.ID, complaint.Note, complaint.Input{Text: "楼道的照片"})
	w.ok(t, w.community, c.ID, complaint.Answer, report("已修好"))
	w.clock.Advance(time.Minute)
	if _, err := w.s.JoinCase(t.Context(), w.stranger, c.ID, complaint.Joining{ClientRef: "k"}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[*org.Actor]string{&w.owner: "file accept note note answer", &w.neighbour: "join note answer", &w.stranger: "answer join"} {
		var seen []string
		for _, s := range w.mine(t, *who, c.ID).Steps {
			err := w.s.MayOpenStepFiles(t.Context(), *who, s.ID)
			if (err == nil) != (len(s.Files) > 0) {
				t.Errorf("%s is shown %v, opened %v", s.Kind, s.Files, err)
			}
			if err == nil {
				seen = append(seen, string(s.Kind))
			}
		}
		if got := strings.Join(seen, " "); got != want {
			t.Errorf("sees %q, want %q", got, want)
		}
	}
}

// TestADoubleTapOnJoin: both taps get the one receipt.
func TestADoubleTapOnJoin(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	for i := range 5 {
		c := w.public(t, w.owner, fmt.Sprint("a", i), "小区路灯整排不亮")
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: fmt.Sprint("j", i), InputHash: "h"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := w.find(t, w.community, c.ID).People; got != 2 {
			t.Errorf("%d people", got)
		}
	}
}

// TestWhoJoinsAfterTheAnswer rates it, and decides about the next one: the answer was given to the others.
func TestWhoJoinsAfterTheAnswer(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.public(t, w.owner, "a", "电梯停了三天")
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, c.ID, complaint.Answer, report("已修好"))
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	v := w.mine(t, w.neighbour, c.ID)
	if slices.Contains(v.Allowed, complaint.Return) || slices.Contains(v.Allowed, complaint.Confirm) || !slices.Contains(v.Allowed, complaint.Rate) {
		t.Errorf("may %v", v.Allowed)
	}
	for _, a := range []complaint.Action{complaint.Confirm, complaint.Return} {
		if _, err := w.do(t, w.neighbour, c.ID, a, complaint.Input{Text: "我家还停"}); !errors.Is(err, complaint.ErrNextAnswer) {
			t.Errorf("%s: %v", a, err)
		}
	}
	w.ok(t, w.neighbour, c.ID, complaint.Rate, w.input(complaint.Rate, ""))
	w.ok(t, w.owner, c.ID, complaint.Return, complaint.Input{Text: "又停了"})
	w.ok(t, w.community, c.ID, complaint.Answer, report("换了主板"))
	if got := w.ok(t, w.owner, c.ID, complaint.Confirm, complaint.Input{}); got.State != complaint.Answered {
		t.Errorf("closed without the joiner: %s", got.State)
	}
	if got := w.ok(t, w.neighbour, c.ID, complaint.Confirm, complaint.Input{}); got.State != complaint.Closed {
		t.Errorf("state %s", got.State)
	}
	// The filer alone closes what somebody joined late.
	d := w.public(t, w.owner, "b", "电梯又停了三天")
	w.ok(t, w.community, d.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, d.ID, complaint.Answer, report("已修好"))
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, d.ID, complaint.Joining{ClientRef: "k"}); err != nil {
		t.Fatal(err)
	}
	if got := w.ok(t, w.owner, d.ID, complaint.Confirm, complaint.Input{}); got.State != complaint.Closed {
		t.Errorf("a late joiner holds up the filer: %s", got.State)
	}
}

// TestJoiningWithoutAnAccount: at a counter or by a slip somebody gets a receipt of their own in a public case, reads what
// strangers may, and decides; private cases and those about the helper's office are not there to join.
func TestJoiningWithoutAnAccount(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.public(t, w.owner, "a", "电梯停了三天，住3幢2单元502")
	like := complaint.Draft{EstateID: w.Estate.ID, Text: "电梯停了三天"}
	open, err := w.s.ListSimilarOpen(t.Context(), like)
	if err != nil || len(open) != 1 || strings.Contains(open[0].Text, "502") {
		t.Fatalf("offered to a stranger: %+v, %v", open, err)
	}
	if list, err := w.s.ListSimilarFor(t.Context(), w.community, like); err != nil || len(list) != 1 {
		t.Fatalf("offered at the counter: %+v, %v", list, err)
	}
	who := complaint.Contact{Name: "周婆婆", Phone: "13900001111"}
	_, receipt, err := w.s.JoinFor(t.Context(), w.community, c.ID, complaint.FromCounter, who, complaint.Joining{ClientRef: "j", InputHash: "h"})
	if err != nil || receipt == "" || receipt == c.Number {
		t.Fatal(receipt, err)
	}
	if _, again, err := w.s.JoinFor(t.Context(), w.community, c.ID, complaint.FromCounter, who, complaint.Joining{ClientRef: "j", InputHash: "h"}); err != nil || again != receipt {
		t.Errorf("a double click: %s, %v", again, err)
	}
	if _, again, err := w.s.JoinFor(t.Context(), w.community, c.ID, complaint.FromCounter, who, complaint.Joining{ClientRef: "j2"}); err != nil || again != receipt {
		t.Errorf("twice: %s, %v", again, err)
	}
	v, err := w.s.FindByReceipt(t.Context(), who.Phone, strings.ToLower(receipt))
	if err != nil || strings.Contains(v.Text, "502") || v.People != 2 {
		t.Fatalf("%+v, %v", v, err)
	}
	_, slip, err := w.s.JoinSlip(t.Context(), w.Estate.ID, c.ID, "13900002222", "赵", complaint.Joining{ClientRef: "s"})
	if err != nil || slip == receipt {
		t.Fatal(slip, err)
	}
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, c.ID, complaint.Answer, report("已修好"))
	if _, err := w.s.ActByReceipt(t.Context(), "13900002222", slip, complaint.Return, complaint.Input{Text: "还是停"}); err != nil {
		t.Error(err)
	}
	d := w.draft("")
	d.Text, d.ClientRef, d.Visibility = "电梯停了三天了", "private", complaint.Private
	private := w.file(t, w.stranger, d)
	d.ClientRef, d.Visibility, d.About = "about", complaint.Public, "community"
	about := w.file(t, w.stranger, d)
	for _, id := range []int64{private.ID, about.ID} {
		if _, _, err := w.s.JoinFor(t.Context(), w.community, id, complaint.FromCounter, who, complaint.Joining{ClientRef: fmt.Sprint("x", id)}); !errors.Is(err, complaint.ErrNotFound) {
			t.Errorf("joined %d: %v", id, err)
		}
	}
	other := modelstest.NewTown(t, w.DB, w.Vault)
	if _, _, err := w.s.JoinFor(t.Context(), other.Officer(other.Community, org.Clerk), c.ID, complaint.FromCounter, who, complaint.Joining{ClientRef: "y"}); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("another community: %v", err)
	}
	if _, _, err := w.s.JoinSlip(t.Context(), other.Estate.ID, c.ID, "13900003333", "钱", complaint.Joining{ClientRef: "z"}); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("by the slip of another estate: %v", err)
	}
}

// TestAMergedCaseKeepsItsNumber: whoever filed what was merged names it in a mediation by the id they know.
func TestAMergedCaseKeepsItsNumber(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Merged, "m")
	err := w.DB.View(t.Context(), func(tx *store.Tx) error { return complaint.Concerns(tx, w.owner, c.ID, w.Estate.ID) })
	if err != nil {
		t.Error(err)
	}
	err = w.DB.View(t.Context(), func(tx *store.Tx) error { return complaint.Concerns(tx, w.stranger, c.ID, w.Estate.ID) })
	if !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("a stranger: %v", err)
	}
}

// TestFormsOfOnePage: several forms of a receipt's page send the same ref, each for its own action.
func TestFormsOfOnePage(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft("")
	d.UnitID = 0
	c, err := w.s.FileSlip(t.Context(), "13900004444", "孙", d)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []complaint.Action{complaint.Supply, complaint.Urge} {
		for range 2 {
			if _, err := w.s.ActByReceipt(t.Context(), "13900004444", c.Number, a, complaint.Input{Text: "补充一下", ClientRef: "page", InputHash: string(a)}); err != nil {
				t.Errorf("%s: %v", a, err)
			}
		}
	}
}

// TestTheDeskCountsOneByOne: many at once do not get past what a desk may hold, the same tap is one line, a picture is for
// one case.
func TestTheDeskCountsOneByOne(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			_, err := w.s.SaveView(t.Context(), w.community, fmt.Sprint("视图", i), "list=area")
			if err != nil && !errors.Is(err, complaint.ErrDeskFull) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range 6 {
		for range 8 {
			wg.Go(func() {
				if _, err := w.s.PublishContact(t.Context(), w.community, complaint.ContactPoint{Name: "值班室", Phone: fmt.Sprint("0854-822000", i)}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	if views, err := w.s.ListSavedViews(t.Context(), w.community); err != nil || len(views) != 30 {
		t.Errorf("%d views, %v", len(views), err)
	}
	if lines, err := w.s.ListOwnContacts(t.Context(), w.community); err != nil || len(lines) != 6 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	c := w.bring(t, complaint.Dispatched, "bulk")
	if _, err := w.s.ActAll(t.Context(), w.community, []int64{c.ID}, complaint.Note, complaint.Input{Text: "已派人", FileIDs: []int64{1}}); err == nil {
		t.Error("a picture for many cases is taken")
	}
	out, err := w.s.ActAll(t.Context(), w.community, []int64{c.ID, c.ID, c.ID}, complaint.Note, complaint.Input{Text: "已派人"})
	if err != nil || len(out) != 1 {
		t.Errorf("chosen three times: %d, %v", len(out), err)
	}
}

// TestWhoWithdrewIsToldSo: somebody who took their receipt back is not told that an office must act.
func TestWhoWithdrewIsToldSo(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.public(t, w.owner, "a", "小区路灯不亮")
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	w.ok(t, w.neighbour, c.ID, complaint.Withdraw, complaint.Input{})
	for _, a := range []complaint.Action{complaint.Withdraw, complaint.Supply, complaint.Urge} {
		if _, err := w.do(t, w.neighbour, c.ID, a, complaint.Input{Text: "补充一下"}); !errors.Is(err, complaint.ErrGone) {
			t.Errorf("%s: %v", a, err)
		}
	}
}
