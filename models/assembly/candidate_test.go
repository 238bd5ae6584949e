package assembly_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
)

func (w *world) nominate(who org.Actor, m *assembly.Meeting, unit int, name string) (*assembly.Candidate, error) {
	return w.s.Nominate(w.t.Context(), who, assembly.NewCandidate{MeetingID: m.ID, UnitID: w.Units[unit].ID, Name: name, Profile: "愿意为大家做事", Consent: name == "", ClientRef: w.once(), InputHash: "h"})
}

func holds(except ...string) []assembly.Checked {
	var list []assembly.Checked
	for _, c := range assembly.Conditions[2:] {
		k := assembly.Checked{Code: c.Code, Holds: true}
		for _, e := range except {
			if e == c.Code {
				k.Holds, k.Reason = false, "有三次违法搭建没有整改"
			}
		}
		list = append(list, k)
	}
	return list
}

// TestCandidates: from the nomination to names on the ballot. Who is put forward agrees first; each condition is judged by another person;
// objections are answered; a change after the final list stops the notice.
func TestCandidates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	ctx := t.Context()
	m := w.call(func(c *assembly.Call) {
		c.Motions = []assembly.Proposal{{Title: "选举业主委员会", Body: "从候选人中选举。", Matter: "committee", Question: tally.Question{Kind: tally.Election, Fill: 5}}}
	})
	_, err := w.nominate(w.chair, m, 0, "测试人")
	refused(t, "the committee nominates", err, assembly.ErrCandidate)
	_, err = w.nominate(w.owners[0], m, 1, "")
	refused(t, "oneself by another's home", err, assembly.ErrNoOwner)
	_, err = w.nominate(w.owners[0], m, 1, "别的名字")
	refused(t, "a name that is not the owner's", err, assembly.ErrNoOwner)
	if _, err := w.s.Nominate(ctx, w.owners[0], assembly.NewCandidate{MeetingID: m.ID, UnitID: w.Units[0].ID, Profile: "愿意为大家做事", ClientRef: "n", InputHash: "h"}); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("without consent to be named: %v", err)
	}
	var all []*assembly.Candidate
	for i := range 6 {
		x, err := w.nominate(w.owners[i], m, i, "")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
		w.clock.Advance(60e9)
	}
	_, err = w.nominate(w.owners[7], m, 0, "测试人")
	refused(t, "twice", err, assembly.ErrCandidate)
	put, err := w.nominate(w.owners[7], m, 6, "测试人")
	if err != nil || put.State != assembly.Proposed || w.outbox("preparation.candidate_proposed") != 1 {
		t.Fatalf("%v %+v", err, put)
	}
	list, _, err := w.s.Candidates(ctx, w.owners[8], m.ID)
	if err != nil || len(list) != 6 || list[0].Name != "测试人" {
		t.Fatalf("a neighbour sees %d, %v", len(list), err)
	}
	if list, _, err = w.s.Candidates(ctx, w.chair, m.ID); err != nil || len(list) != 7 || list[6].Name != "测*" {
		t.Errorf("who has not agreed is named: %+v, %v", list, err)
	}
	_, err = w.s.CheckCandidate(ctx, w.chair, put.ID, holds())
	refused(t, "checked before they agreed", err, assembly.ErrCandidate)
	refused(t, "somebody else agrees", w.s.Consent(ctx, w.owners[1], put.ID, "", nil), assembly.ErrNoCandidate)
	if err := w.s.Consent(ctx, w.owners[6], put.ID, "", nil); err != nil {
		t.Fatal(err)
	}
	rival := w.chair
	rival.PersonID = w.owners[0].PersonID
	_, err = w.s.CheckCandidate(ctx, rival, all[1].ID, holds())
	refused(t, "judged by somebody who runs against them", err, assembly.ErrSamePerson)
	_, err = w.s.FixList(ctx, rival, m.ID, m.Version, assembly.FinalList{Position: 1, OrderedBy: "time", Fill: 3, Size: 5, Sitting: 2})
	refused(t, "the list fixed by a candidate", err, assembly.ErrSamePerson)
	_, err = w.s.CheckCandidate(ctx, w.chair, put.ID, holds())
	unsetNames(t, "backed without a number", err, "election.nominators")
	w.local("election.nominators", "2")
	if x, err := w.s.CheckCandidate(ctx, w.chair, put.ID, holds()); err != nil || x.State != assembly.Refused || x.Refusal != "backing" {
		t.Errorf("one backer of two: %v %+v", err, x)
	}
	if _, err := w.s.CheckCandidate(ctx, w.chair, all[0].ID, holds()[1:]); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a condition left out: %v", err)
	}
	if x, err := w.s.CheckCandidate(ctx, w.chair, all[5].ID, holds("duties")); err != nil || x.Refusal != "duties" || !strings.Contains(x.Reason, "违法搭建") {
		t.Errorf("%v %+v", err, x)
	}
	for _, x := range all[:4] {
		if _, err := w.s.CheckCandidate(ctx, w.chair, x.ID, holds()); err != nil {
			t.Fatal(err)
		}
	}
	fix := func(m *assembly.Meeting, order string, drawn ...int64) (*assembly.Meeting, error) {
		return w.s.FixList(ctx, w.chair, m.ID, m.Version, assembly.FinalList{Position: 1, OrderedBy: order, Drawn: drawn, Minutes: "5月2日在社区会议室当众抽签，见证人三位", Fill: 3, Alternates: 1, Size: 5, Sitting: 2})
	}
	_, err = fix(m, "time")
	refused(t, "with somebody left to be checked", err, assembly.ErrCandidate)
	if _, err := w.s.CheckCandidate(ctx, w.chair, all[4].ID, holds()); err != nil {
		t.Fatal(err)
	}
	said, err := w.s.Comment(ctx, w.owners[8], assembly.NewComment{About: assembly.AboutCandidate, AboutID: all[1].ID, Text: "他在物业公司上班", ClientRef: "c", InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = fix(m, "time")
	refused(t, "with an objection open", err, assembly.ErrCandidate)
	if _, err := w.s.AnswerComment(ctx, w.chair, said.ID, true, "经核对属实，不再列入名单"); err != nil {
		t.Fatal(err)
	}
	if _, err := fix(m, "lot", all[0].ID, all[2].ID); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a draw that leaves candidates out: %v", err)
	}
	if m, err = fix(m, "lot", all[3].ID, all[0].ID, all[4].ID, all[2].ID); err != nil {
		t.Fatal(err)
	}
	q := w.view(m).Motions[0]
	if strings.Join(q.Question.Options, " ") != "c1 c2 c3 c4" || len(q.Names) != 4 || q.ConfirmedBy != 0 {
		t.Fatalf("%+v", q)
	}
	list, order, err := w.s.Candidates(ctx, w.owners[8], m.ID)
	if err != nil || list[0].ID != all[3].ID || *list[0].Slot != "c1" || order.OrderedBy != "lot" || list[0].PersonID != 0 {
		t.Fatalf("%v %+v", err, list[0])
	}
	if err := w.s.StandDown(ctx, w.owners[2], all[2].ID); err != nil {
		t.Fatal(err)
	}
	if m, err = w.s.Post(ctx, w.chair, m.ID, w.clock.Now().Add(7*day)); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	m = w.freeze(m)
	if _, err := w.s.ConfirmMatter(ctx, w.member, m.ID, 1, m.Version); err != nil {
		t.Fatal(err)
	}
	opens := w.clock.Now().AddDate(0, 0, 16)
	_, err = w.s.Notify(ctx, w.chair, m.ID, m.Version, assembly.Window{Opens: opens, Closes: opens.AddDate(0, 0, 10)})
	refused(t, "notice with somebody on the ballot who stood down", err, assembly.ErrUnlisted)
	if m, err = fix(m, "time"); err != nil {
		t.Fatal(err)
	}
	m = w.notify(m)
	for i := range 9 {
		w.cast(m, i, "c1=yes,c2=yes,c3=no")
	}
	if err := w.s.StandDown(ctx, w.owners[0], all[0].ID); !errors.Is(err, assembly.ErrCandidate) {
		t.Errorf("stood down after the notice: %v", err)
	}
	w.closed(m)
	w.certified(m)
	if body := w.board.published[len(w.board.published)-1].Body; !strings.Contains(body, "当选：1号测试人、2号测试人。") || strings.Contains(body, "c1：") {
		t.Errorf("the board names keys, not people: %s", body)
	}
}

// TestComments: while the drafts are posted, answered for all to read, the author shown as a building.
func TestComments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx := t.Context()
	m := w.call()
	say := func(who org.Actor, ref string) (*assembly.Comment, error) {
		return w.s.Comment(ctx, who, assembly.NewComment{About: assembly.AboutDrafts, AboutID: m.ID, Position: 1, Text: "预算偏高，请附三家报价", ClientRef: ref, InputHash: "h"})
	}
	_, err := say(w.owners[0], "a")
	refused(t, "before they are posted", err, assembly.ErrNotPosted)
	if m, err = w.s.Post(ctx, w.chair, m.ID, w.clock.Now().Add(7*day)); err != nil {
		t.Fatal(err)
	}
	c, err := say(w.owners[0], "a")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := say(w.owners[0], "a"); err != nil || again.ID != c.ID {
		t.Errorf("a second tap: %v", err)
	}
	_, err = say(w.Resident(0, org.RoleTenant), "a")
	refused(t, "a tenant", err, assembly.ErrNotFound)
	_, err = w.s.AnswerComment(ctx, w.owners[1], c.ID, true, "业主来答复意见")
	refused(t, "an owner answers", err, org.ErrForbidden)
	own := w.chair
	own.PersonID = w.owners[0].PersonID
	_, err = w.s.AnswerComment(ctx, own, c.ID, true, "自己答复自己的")
	refused(t, "whoever wrote it", err, assembly.ErrNoComment)
	if _, err := w.s.AnswerComment(ctx, w.chair, c.ID, true, "已补充三家报价，见附件"); err != nil {
		t.Fatal(err)
	}
	page, err := w.s.ListComments(ctx, w.owners[2], assembly.AboutDrafts, m.ID, 0, 10)
	if err != nil || page.Total != 1 || page.Answered != 1 || page.Rows[0].From != "1幢业主" || page.Rows[0].PersonID != 0 || page.Rows[0].Answer == "" {
		t.Errorf("%v %+v", err, page)
	}
	w.clock.Advance(8 * day)
	_, err = say(w.owners[1], "b")
	refused(t, "after the posting", err, assembly.ErrNotPosted)
}
