package assembly_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
)

// strict finds a word, and answers nothing where it is asked about silence.
type strict struct{}

func (strict) Clean(_ context.Context, _, text string) (bool, error) {
	if strings.Contains(text, "不答复") {
		return true, errors.New("no answer")
	}
	return !strings.Contains(text, "违规"), nil
}

// TestTextsAreCheckedBeforeNeighboursRead: what the check does not clear counts and is worked on at once, but neighbours read it only when a
// person has cleared it; its author and the offices always do.
func TestTextsAreCheckedBeforeNeighboursRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	w.checked(strict{})
	ctx := t.Context()
	m := w.call()
	if _, err := w.s.Post(ctx, w.chair, m.ID, w.clock.Now().AddDate(0, 0, 7)); err != nil {
		t.Fatal(err)
	}
	author := w.owners[0]
	author.OpenID = "phone"
	said := map[string]bool{"挺好的建议，请采纳": true, "违规的一段话": false, "不答复的一段话": false}
	for text := range said {
		if _, err := w.s.Comment(ctx, author, assembly.NewComment{About: assembly.AboutDrafts, AboutID: m.ID, Text: text, ClientRef: w.once(), InputHash: "h"}); err != nil {
			t.Fatal(err)
		}
	}
	reads := func(who org.Actor) string {
		list, err := w.s.ListComments(ctx, who, assembly.AboutDrafts, m.ID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range list.Rows {
			all = append(all, r.Text)
		}
		return strings.Join(all, "|")
	}
	for text, clean := range said {
		if !strings.Contains(reads(author), text) || !strings.Contains(reads(w.chair), text) || strings.Contains(reads(w.owners[1]), text) != clean {
			t.Errorf("%s: author %s, chair %s, neighbour %s", text, reads(author), reads(w.chair), reads(w.owners[1]))
		}
	}
	p, err := w.s.Petition(ctx, author, assembly.NewPetition{EstateID: w.Estate.ID, Title: "要求开会讨论违规", Text: "请尽快开会讨论这件事情，谢谢", Wanted: []assembly.Wanted{{Title: "选聘物业", Body: "违规的一段话"}}, ClientRef: w.once(), InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.Sign(ctx, w.owners[1], p.ID, false); err != nil {
		t.Errorf("a petition whose text waits cannot be signed: %v", err)
	}
	v, err := w.s.FindPetition(ctx, w.owners[1], p.ID)
	if err != nil || strings.Contains(v.Title+v.Text, "违规") || len(v.Wants) != 0 || v.Support.Signed.Heads != 2 {
		t.Errorf("a neighbour reads %+v %v", v, err)
	}
	list, err := w.s.ListPetitions(ctx, w.owners[1], w.Estate.ID, 0, 10)
	if err != nil || strings.Contains(list[0].Title+list[0].Wanted, "违规") {
		t.Errorf("the list says %+v %v", list, err)
	}
	// A person looks.
	if _, err := w.s.ListTexts(ctx, w.chair, 0, 10); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the committee decides what owners read: %v", err)
	}
	waiting, err := w.s.ListTexts(ctx, w.community, 0, 10)
	if err != nil || len(waiting) != 3 {
		t.Fatalf("%d wait: %v", len(waiting), err)
	}
	for _, x := range waiting {
		hide := strings.Contains(x.Words, "违规的") && x.Kind == "comment"
		if err := w.s.DecideText(ctx, w.community, x.ID, !hide, "有不能公开的内容"); err != nil {
			t.Fatal(err)
		}
	}
	if got := reads(w.owners[1]); !strings.Contains(got, "不答复的一段话") || strings.Contains(got, "违规") || !strings.Contains(got, "不向其他业主显示") {
		t.Errorf("after a person looked: %s", got)
	}
	if v, err = w.s.FindPetition(ctx, w.owners[1], p.ID); err != nil || !strings.Contains(v.Title, "违规") {
		t.Errorf("a cleared petition: %+v %v", v, err)
	}
	if left, err := w.s.ListTexts(ctx, w.community, 0, 10); err != nil || len(left) != 0 {
		t.Errorf("%d still wait: %v", len(left), err)
	}
	if w.outbox("preparation.text_held") != 3 {
		t.Errorf("the community was told %d times", w.outbox("preparation.text_held"))
	}
}

// TestProfilesAndGroundsAreCheckedToo: a nomination and an objection.
func TestProfilesAndGroundsAreCheckedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.checked(strict{})
	ctx := t.Context()
	author := w.owners[0]
	author.OpenID = "phone"
	m := w.call()
	if _, err := w.s.Nominate(ctx, author, assembly.NewCandidate{MeetingID: m.ID, UnitID: w.Units[0].ID, Profile: "违规的介绍文字", Consent: true, ClientRef: w.once(), InputHash: "h"}); err != nil {
		t.Fatal(err)
	}
	if list, _, err := w.s.Candidates(ctx, w.owners[1], m.ID); err != nil || len(list) != 1 || strings.Contains(list[0].Profile, "违规") {
		t.Errorf("neighbours read %+v %v", list, err)
	}
	if list, _, err := w.s.Candidates(ctx, w.chair, m.ID); err != nil || !strings.Contains(list[0].Profile, "违规") {
		t.Errorf("the convener reads %+v %v", list, err)
	}
	other := w.open(func(c *assembly.Call) { c.Title = "2026年第二次临时会议" })
	w.cast(other, 1, "yes")
	w.closed(other)
	if _, err := w.s.Publish(ctx, w.chair, other.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Protest(ctx, author, other.ID, assembly.Protest{Grounds: "计票违规，请重新核对", ClientRef: w.once(), InputHash: "h"}); err != nil {
		t.Fatal(err)
	}
	for who, sees := range map[*org.Actor]bool{&author: true, &w.owners[1]: false, &w.community: true} {
		list, err := w.s.ListObjections(ctx, *who, other.ID, "", 0, 10)
		if err != nil || len(list) != 1 || strings.Contains(list[0].Grounds, "违规") != sees {
			t.Errorf("%d reads %+v %v", who.PersonID, list, err)
		}
	}
}
