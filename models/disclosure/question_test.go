package disclosure_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func asking(notice int64, text, ref string) disclosure.Asking {
	return disclosure.Asking{NoticeID: notice, Line: "电梯广告", Text: text, ClientRef: ref, InputHash: text}
}

// A resident asks about a line, the publisher answers in public, and one may ask once more. Nobody learns who asked.
func TestAskAndAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	n := w.line(w.publish(w.company, "公共收益", disclosure.Everyone), 1, "电梯广告")
	q, err := w.Ask(ctx, w.owner, asking(n, "这笔电梯广告收入为什么比去年少？我的电话13812345678", "a"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.Ask(ctx, w.owner, asking(n, q.Text, "a")); err != nil || again.ID != q.ID {
		t.Errorf("sent twice: %v", err)
	}
	if _, err := w.Ask(ctx, w.owner, asking(n, "问点别的什么", "a")); !errors.Is(err, disclosure.ErrRefReused) {
		t.Errorf("another text under the same reference: %v", err)
	}
	if _, err := w.FollowUp(ctx, w.owner, q.ID, asking(0, "还是不明白为什么", "b")); !errors.Is(err, disclosure.ErrNotAnswered) {
		t.Errorf("a follow-up before the answer: %v", err)
	}
	if err := w.Answer(ctx, w.committee, q.ID, "不归我们管，请问物业"); !errors.Is(err, disclosure.ErrQuestionNotFound) {
		t.Errorf("somebody else answers: %v", err)
	}
	for range 2 {
		if err := w.Answer(ctx, w.company, q.ID, "因为有一块屏坏了三个月"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Answer(ctx, w.company, q.ID, "换个说法再答一次"); !errors.Is(err, disclosure.ErrAnswered) {
		t.Errorf("an answer is changed: %v", err)
	}
	list, err := w.ListQuestionsPublic(ctx, n, 0, 0, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	v := list[0]
	if strings.Contains(v.Shown, "13812345678") || v.Asker != "业主" || v.Mine || v.Answer != "因为有一块屏坏了三个月" || v.About != "公共收益" || v.AskedOf != w.Company.Name || v.Line != "电梯广告" {
		t.Errorf("%+v", v)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i := range 20 {
		wg.Go(func() {
			_, err := w.FollowUp(ctx, w.owner, q.ID, asking(0, "坏了为什么没有修", fmt.Sprint("f", i)))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				done++
			} else if !errors.Is(err, disclosure.ErrFollowed) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done != 1 {
		t.Errorf("followed up %d times", done)
	}
	if told := w.told("duty.answered"); len(told) != 1 || len(told[0].PersonIDs) != 1 || told[0].PersonIDs[0] != w.owner.PersonID {
		t.Errorf("%+v", told)
	}
	w.tx(func(tx *store.Tx) error { return w.Erase(tx, w.owner.PersonID) })
	if mine, err := w.ListMyQuestions(ctx, w.owner, 0, 10); err != nil || len(mine) != 0 {
		t.Errorf("an erased person still has questions: %v %v", mine, err)
	}
}

// The clock of an answer is the city's; without one nobody is late, and with one lateness is shown and told once.
func TestAnswerClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	n := w.line(w.publish(w.company, "公共收益", disclosure.Residents), 1, "电梯广告")
	if q, err := w.Ask(ctx, w.owner, asking(n, "第一个问题是什么", "a")); err != nil || q.DueOn != nil {
		t.Fatalf("%+v %v", q, err)
	}
	w.value("disclosure.answer_days", "3")
	q, err := w.Ask(ctx, w.owner, asking(n, "第二个问题是什么", "b"))
	if err != nil || q.Due().String() != "2026-03-05" {
		t.Fatalf("%+v %v", q, err)
	}
	w.on("2026-03-05")
	w.pass()
	if len(w.told("duty.answer_late")) != 0 {
		t.Error("it is late on its day")
	}
	w.on("2026-03-08")
	w.pass()
	w.pass()
	if late := w.told("duty.answer_late"); len(late) != 1 || late[0].SubjectID != q.ID {
		t.Errorf("%+v", late)
	}
	list, err := w.ListQuestions(ctx, w.owner, n, 0, 0, 10)
	if err != nil || len(list) != 2 || list[0].DaysLate != 3 || list[1].DaysLate != 0 {
		t.Errorf("%+v %v", list, err)
	}
	if _, err := w.ListQuestionsPublic(ctx, n, 0, 0, 10); !errors.Is(err, disclosure.ErrNotFound) {
		t.Errorf("anybody reads what is asked about a notice for residents: %v", err)
	}
}

// What the check does not clear is read by nobody else until a person has looked, who is not of the organisation that is asked.
func TestScreenedQuestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.value("disclosure.answer_days", "3")
	n := w.line(w.publish(w.community, "社区的公示", disclosure.Everyone), 1, "电梯广告")
	q, err := w.Ask(ctx, w.owner, asking(n, "这是一句脏话的提问", "a"))
	if err != nil || q.Display != disclosure.Review || q.DueOn != nil {
		t.Fatalf("%+v %v", q, err)
	}
	list, err := w.ListQuestionsPublic(ctx, n, 0, 0, 10)
	if err != nil || strings.Contains(list[0].Shown, "脏话") || list[0].Line != "" {
		t.Errorf("%+v %v", list, err)
	}
	if err := w.Answer(ctx, w.community, q.ID, "先答复再说吧"); !errors.Is(err, disclosure.ErrQuestionNotFound) {
		t.Errorf("answered before it was looked at: %v", err)
	}
	if err := w.Screen(ctx, w.community, q.ID, false, "不想让人看到"); !errors.Is(err, disclosure.ErrOwnQuestion) {
		t.Errorf("whoever is asked hides the question: %v", err)
	}
	if rows, err := w.ListToScreen(ctx, w.bureau, 0, 10); err != nil || len(rows) != 1 || !strings.Contains(rows[0].Shown, "脏话") {
		t.Errorf("%v %v", rows, err)
	}
	w.on("2026-03-09")
	if err := w.Screen(ctx, w.bureau, q.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	list, err = w.ListQuestionsPublic(ctx, n, 0, 0, 10)
	if err != nil || !strings.Contains(list[0].Shown, "脏话") || list[0].Due().String() != "2026-03-12" {
		t.Errorf("the clock runs from when it could be answered: %+v %v", list, err)
	}
	if err := w.Screen(ctx, w.bureau, q.ID, false, "再看一次"); !errors.Is(err, disclosure.ErrScreened) {
		t.Errorf("screened twice: %v", err)
	}
}

// A stranger asks nothing, nobody asks without end, and a duty that is not fulfilled can be asked about.
func TestWhoMayAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	n := w.line(w.publish(w.company, "公共收益", disclosure.Everyone), 1, "电梯广告")
	w.pass()
	d := w.one("income")
	stranger := w.owner
	stranger.Homes = []org.Home{{EstateID: w.Estate.ID + 1, Role: org.RoleOwner}}
	if _, err := w.Ask(ctx, stranger, asking(n, "外人来问一个问题", "s")); !errors.Is(err, disclosure.ErrNotFound) {
		t.Errorf("%v", err)
	}
	if _, err := w.Ask(ctx, w.company, asking(n, "单位来问一个问题", "s")); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("%v", err)
	}
	for i := range 10 {
		if _, err := w.Ask(ctx, w.owner, disclosure.Asking{DutyID: d.ID, Text: "什么时候公布公共收益？", ClientRef: fmt.Sprint(i), InputHash: "h"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Ask(ctx, w.owner, asking(n, "第十一个问题来了", "x")); !errors.Is(err, disclosure.ErrManyQuestions) {
		t.Errorf("%v", err)
	}
	if list, err := w.ListQuestionsPublic(ctx, 0, d.ID, 0, 20); err != nil || len(list) != 10 || list[0].AskedOf != w.Company.Name {
		t.Errorf("%v %v", list, err)
	}
	if rows, err := w.ListAsked(ctx, w.company, false, 0, 20); err != nil || len(rows) != 10 {
		t.Errorf("%v %v", rows, err)
	}
}

// TestAQuestionIsAboutALineThatIsThere: of the version that stands, or of an earlier one, and then it says so; what somebody typed is no line.
func TestAQuestionIsAboutALineThatIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	n := w.line(w.publish(w.company, "公共收益", disclosure.Everyone), 1, "电梯广告")
	ask := func(line, ref string) (*disclosure.Question, error) {
		return w.Ask(ctx, w.owner, disclosure.Asking{NoticeID: n, Line: line, Text: "这一行是怎么算的", ClientRef: ref, InputHash: line})
	}
	if _, err := ask("根本不存在的一行", "a"); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("a line that is not there: %v", err)
	}
	if q, err := ask("", "b"); err != nil || q.Line != "" {
		t.Errorf("the whole notice: %+v %v", q, err)
	}
	if err := w.Revise(ctx, w.company, n, disclosure.Revision{Title: "公共收益", Body: "正文改过了", Reason: "更正"}); err != nil {
		t.Fatal(err)
	}
	w.line(n, 2, "停车")
	if q, err := ask("停车", "c"); err != nil || q.Line != "停车" {
		t.Errorf("a line of today: %+v %v", q, err)
	}
	if q, err := ask("电梯广告", "d"); err != nil || q.Line != "电梯广告（第1版里的一行，现在的版本没有）" {
		t.Errorf("a line of before: %+v %v", q, err)
	}
	w.value("income.disclose_months", "3")
	w.pass()
	if _, err := w.Ask(ctx, w.owner, disclosure.Asking{DutyID: w.one("income").ID, Line: "停车", Text: "为什么还没有公开", ClientRef: "e", InputHash: "h"}); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("a line of what is not published: %v", err)
	}
}
