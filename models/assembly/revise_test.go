package assembly_test

import (
	"fmt"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
)

func motionOf(title, matter string, files ...int64) assembly.Proposal {
	return assembly.Proposal{Title: title, Body: "要表决的具体内容", Matter: matter, Question: tally.Question{Kind: tally.Motion}, FileIDs: files}
}

// TestRevisedMotionsKeepTheirDocuments: other words, another order or another matter take no document, comment or list of candidates from a
// motion; only a request that says so does.
func TestRevisedMotionsKeepTheirDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx := t.Context()
	elects := motionOf("选举业主委员会", "committee", 31)
	elects.Question = tally.Question{Kind: tally.Election, Options: []string{"c1", "c2", "c3", "c4", "c5"}, Fill: 5}
	m := w.call(func(c *assembly.Call) {
		c.Motions = []assembly.Proposal{motionOf("使用维修资金修电梯", "use_fund", 11, 12), motionOf("选聘物业服务企业", "manager", 21), elects}
	})
	m = w.post(m, w.clock.Now().AddDate(0, 0, 7))
	said, err := w.s.Comment(ctx, w.owners[0], assembly.NewComment{About: assembly.AboutDrafts, AboutID: m.ID, Position: 2, Text: "请附三家的报价", ClientRef: w.once(), InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	// shown lists the motions with their documents, and where the comment stands.
	shown := func() string {
		t.Helper()
		text := ""
		for _, q := range w.view(m).Motions {
			text += fmt.Sprintf("%d %s %v; ", q.Position, q.Title, q.FileIDs)
		}
		list, err := w.s.ListComments(ctx, w.owners[0], assembly.AboutDrafts, m.ID, 0, 10)
		if err != nil || len(list.Rows) != 1 || list.Rows[0].ID != said.ID {
			t.Fatal(err, list)
		}
		return text + fmt.Sprint("comment on ", list.Rows[0].Position)
	}
	revise := func(want string, list ...assembly.Proposal) {
		t.Helper()
		if m, err = w.s.Revise(ctx, w.chair, m.ID, m.Version, m.Title, list); err != nil {
			t.Fatal(err)
		}
		if got := shown(); got != want {
			t.Errorf("revised to\n%s\nwant\n%s", got, want)
		}
	}
	for _, q := range w.view(m).Motions {
		if _, err := w.s.ConfirmMatter(ctx, w.member, m.ID, q.Position, m.Version); err != nil {
			t.Fatal(err)
		}
	}
	fund := w.view(m).Motions[0].ID
	elects.FileIDs, elects.Question.Options, elects.Body = nil, nil, "选举第二届业主委员会委员五名"
	renewed := motionOf("使用维修资金更换电梯", "use_fund")
	renewed.ID = fund
	revise("1 使用维修资金更换电梯 [11 12]; 2 选聘物业服务企业 [21]; 3 选举业主委员会 [31]; comment on 2", renewed, motionOf("选聘物业服务企业", "manager"), elects)
	after := w.view(m).Motions
	if after[0].ConfirmedBy != 0 || after[0].ID != fund {
		t.Errorf("a revised matter stays confirmed: %+v", after[0].Motion)
	}
	if len(after[2].Question.Options) != 5 {
		t.Errorf("the list of candidates is gone: %v", after[2].Question.Options)
	}
	revise("1 选聘物业服务企业 [21]; 2 绿化改造 [41]; 3 使用维修资金更换电梯 [11 12]; comment on 1", motionOf("选聘物业服务企业", "manager"), motionOf("绿化改造", "other", 41), motionOf("使用维修资金更换电梯", "use_fund"))
	renamed := motionOf("更换电梯并公开招标", "use_fund", 12, 13) // by its number, in another place, with other documents
	renamed.ID = fund
	bare := motionOf("选聘物业服务企业", "manager")
	bare.FileIDs = []int64{}
	revise("1 更换电梯并公开招标 [12 13]; 2 选聘物业服务企业 []; comment on 2", renamed, bare)
	revise("1 更换电梯并公开招标 [12 13]; comment on 0", motionOf("更换电梯并公开招标", "use_fund"))
	renamed.ID = fund + 100
	_, err = w.s.Revise(ctx, w.chair, m.ID, m.Version, m.Title, []assembly.Proposal{renamed})
	refused(t, "a motion of another meeting", err, assembly.ErrNoMotion)
	twice := motionOf("更换电梯并公开招标", "use_fund")
	twice.ID = fund
	if _, err = w.s.Revise(ctx, w.chair, m.ID, m.Version, m.Title, []assembly.Proposal{twice, twice}); fault.Of(err).Kind == fault.Internal {
		t.Errorf("named twice: %v", err)
	}
	if got := shown(); got != "1 更换电梯并公开招标 [12 13]; comment on 0" {
		t.Errorf("a refused revision changed %s", got)
	}
}

// TestAnotherMotionTakesNothingOver: a motion of another title that names no earlier one is a new one, though it stands in the place and on the
// matter of one that is gone: neither its documents nor what owners said to it come along.
func TestAnotherMotionTakesNothingOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx := t.Context()
	m := w.call(func(c *assembly.Call) {
		c.Motions = []assembly.Proposal{motionOf("选聘甲物业公司", "manager", 21)}
	})
	m = w.post(m, w.clock.Now().AddDate(0, 0, 7))
	if _, err := w.s.Comment(ctx, w.owners[0], assembly.NewComment{About: assembly.AboutDrafts, AboutID: m.ID, Position: 1, Text: "甲公司的报价太高", ClientRef: w.once(), InputHash: "h"}); err != nil {
		t.Fatal(err)
	}
	was := w.view(m).Motions[0].ID
	m, err := w.s.Revise(ctx, w.chair, m.ID, m.Version, m.Title, []assembly.Proposal{motionOf("选聘乙物业公司", "manager")})
	if err != nil {
		t.Fatal(err)
	}
	if now := w.view(m).Motions[0]; now.ID == was || len(now.FileIDs) != 0 {
		t.Errorf("the new motion is %d with the documents %v, the one that is gone was %d", now.ID, now.FileIDs, was)
	}
	list, err := w.s.ListComments(ctx, w.owners[0], assembly.AboutDrafts, m.ID, 0, 10)
	if err != nil || len(list.Rows) != 1 || list.Rows[0].Position != 0 {
		t.Errorf("what was said to the motion that is gone stands at %+v, %v", list, err)
	}
}
