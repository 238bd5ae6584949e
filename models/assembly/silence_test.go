package assembly_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// quiet is a meeting of five homes under a clause of silence: two agree, two were served and said nothing.
func (w *world) quiet() *assembly.Meeting {
	w.t.Helper()
	w.local("ballot.silence_rule", "未投票的从多数")
	w.local("ballot.silence_covers", "both")
	w.served[w.sets[3].ID], w.served[w.sets[4].ID] = assembly.Proven, assembly.Proven
	m := w.open()
	w.cast(m, 0, tally.Yes)
	w.cast(m, 1, tally.Yes)
	w.closed(m)
	return m
}

// TestTheNoticeWarnsOfSilence: the notice says by itself what not voting means and cites the article, the convener sees it beforehand and
// adds words without taking any away, and the clause then applies to who was served.
func TestTheNoticeWarnsOfSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	w.local("ballot.silence_rule", "未投票的从多数")
	w.local("ballot.silence_covers", "both")
	m := w.frozen()
	before := w.view(m)
	if !strings.Contains(before.Warning, "按“未投票的从多数”（测试") || before.Notice != "" {
		t.Errorf("before the notice the convener reads %q", before.Warning)
	}
	if v, err := w.s.Find(t.Context(), w.owners[0], m.ID); err != nil || v.Warning != "" {
		t.Errorf("an owner reads of silence before the notice: %q, %v", v.Warning, err)
	}
	if _, err := w.s.ConfirmMatter(t.Context(), w.member, m.ID, 1, m.Version); err != nil {
		t.Fatal(err)
	}
	opens := w.clock.Now().AddDate(0, 0, 16)
	win := assembly.Window{Opens: opens, Closes: opens.AddDate(0, 0, 10), Words: strings.Repeat("长", 101)}
	_, err := w.s.Notify(t.Context(), w.chair, m.ID, m.Version, win)
	refused(t, "too many words", err, fault.ErrInvalid)
	win.Words = " 有疑问请到业委会办公室。 "
	if m, err = w.s.Notify(t.Context(), w.chair, m.ID, m.Version, win); err != nil {
		t.Fatal(err)
	}
	for _, say := range []string{before.Warning, "有疑问请到业委会办公室。", "1. 使用维修资金修电梯", "投票时间："} {
		if !strings.Contains(m.Notice, say) {
			t.Errorf("the notice %q lacks %q", m.Notice, say)
		}
	}
	if v, err := w.s.Find(t.Context(), w.owners[0], m.ID); err != nil || v.Warning != before.Warning {
		t.Errorf("after the notice an owner reads %q, %v", v.Warning, err)
	}
}

// TestManyLongTitles: a notice stays as short as what goes to many may be, and never at the cost of the warning.
func TestManyLongTitles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.local("ballot.silence_rule", strings.Repeat("长", 500))
	w.local("ballot.silence_covers", "both")
	m := w.frozen(func(c *assembly.Call) {
		c.Title = strings.Repeat("会", 60)
		p := c.Motions[0]
		p.Title = strings.Repeat("题", 60)
		c.Motions = nil
		for range 20 {
			c.Motions = append(c.Motions, p)
		}
	})
	for _, q := range w.view(m).Motions {
		if _, err := w.s.ConfirmMatter(t.Context(), w.member, m.ID, q.Position, m.Version); err != nil {
			t.Fatal(err)
		}
	}
	opens, words := w.clock.Now().AddDate(0, 0, 16), strings.Repeat("话", 100)
	m, err := w.s.Notify(t.Context(), w.chair, m.ID, m.Version, assembly.Window{Opens: opens, Closes: opens.AddDate(0, 0, 10), Words: words})
	if err != nil {
		t.Fatal(err)
	}
	if n := len([]rune(m.Notice)); n > 500 || w.view(m).Warning == "" || !strings.Contains(m.Notice, words) {
		t.Errorf("%d runes: %s", n, m.Notice)
	}
}

// TestSilenceWithoutAWarning: where the notice did not say what silence means, the clause changes nothing, and the result and every
// bundle of it say why.
func TestSilenceWithoutAWarning(t *testing.T) {
	t.Parallel()
	for _, warned := range []bool{true, false} {
		w := newWorld(t, 5)
		m := w.quiet()
		if !warned {
			w.tx(func(tx *store.Tx) error {
				return tx.Model(&assembly.Meeting{}).Where("id = ?", m.ID).Update("notice", "请投票。").Error
			})
		}
		if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
			t.Fatal(err)
		}
		item := w.view(m).Result.Tally.Motions[0].Result.Items[0]
		if got := *item.WithClause.Applies; got != warned || item.Strict.Outcome != "fail" {
			t.Errorf("warned %v: applies %v, strictly %s", warned, got, item.Strict.Outcome)
		}
		if want := map[bool]tally.Outcome{true: "pass", false: "fail"}[warned]; item.Binding() != want {
			t.Errorf("warned %v: %s", warned, item.Binding())
		}
		if !warned && !strings.Contains(item.WithClause.WhyNot, "通知没有提示") {
			t.Errorf("why not: %q", item.WithClause.WhyNot)
		}
		w.verify(m)
	}
}
