package committee

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// maxItems bounds an agenda.
const maxItems = 30

// NewItem is a point of the agenda as somebody drafts it.
type NewItem struct {
	Matter    string
	Title     string
	Text      string
	Authority string
}

// Calling is a meeting to be called.
type Calling struct {
	EstateID  int64
	RequestID int64 // the members' request that it answers
	Title     string
	Place     string
	StartsAt  time.Time
	Items     []NewItem
	FileIDs   []int64 // documents for the agenda
}

func (c *Calling) check(now time.Time) error {
	c.Title, c.Place = strings.TrimSpace(c.Title), strings.TrimSpace(c.Place)
	var f fault.Checks
	f.Check(length(c.Title, 2, 40), "title", "请写会议名称（2至40个字）")
	f.Check(length(c.Place, 2, 200), "place", "请写会议地点；线上开的写明怎么参加（2至200个字）")
	f.Check(c.StartsAt.After(now) && c.StartsAt.Before(now.AddDate(1, 0, 0)), "starts_at", "请选择今后一年以内的时间")
	f.Check(len(c.Items) >= 1 && len(c.Items) <= maxItems, "items", "请写1至30项议题")
	for i := range c.Items {
		it := &c.Items[i]
		it.Title, it.Text, it.Authority = strings.TrimSpace(it.Title), strings.TrimSpace(it.Text), strings.TrimSpace(it.Authority)
		at := fmt.Sprintf("items[%d].", i)
		f.Check(length(it.Title, 2, 40), at+"title", "请写议题名称（2至40个字）")
		f.Check(length(it.Text, 2, 2000), at+"text", "请写明具体要决定什么（2至2000个字）")
		f.Check(length(it.Authority, 0, 200), at+"authority", "不超过200个字")
	}
	return f.Err()
}

// Call drafts a meeting with its agenda. Whatever the owners decide together is refused with its clause.
// Faults: org.ErrForbidden, ErrNoTerm, ErrNotMember, ErrPresides, ErrTermOver, ErrAssembly, ErrMatter, ErrAuthority, ErrNotFound, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) Call(ctx context.Context, actor org.Actor, in Calling) (int64, error) {
	if err := in.check(s.db.Now()); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "call", func(tx *store.Tx) (int64, error) {
		t, err := running(tx, actor, org.ActCommittee, in.EstateID)
		if err != nil {
			return 0, err
		}
		me, err := s.me(tx, actor, t.ID)
		if err != nil {
			return 0, err
		}
		if err := s.mayCall(tx, t, me, in.RequestID); err != nil {
			return 0, err
		}
		set, err := s.rules(tx)
		if err != nil {
			return 0, err
		}
		late, err := afterTerm(set, t, in.StartsAt)
		if err != nil {
			return 0, err
		}
		number, err := store.NextNumber(tx, "YH")
		if err != nil {
			return 0, err
		}
		m := &Meeting{Number: number, EstateID: t.EstateID, TermID: t.ID, RequestID: in.RequestID, Title: in.Title, Place: in.Place, StartsAt: in.StartsAt.UTC().Truncate(time.Second), State: Draft, CalledBy: me.ID,
			AfterTerm: late, Rules: set.Stamp(), Version: 1, CreatedAt: tx.Now}
		if err := tx.Create(m).Error; err != nil {
			return 0, err
		}
		words, err := wordsOf(set)
		if err != nil {
			return 0, err
		}
		for i, it := range in.Items {
			if err := insertItem(tx, actor, set, words, m, i, it); err != nil {
				return 0, err
			}
		}
		if err := s.files.Attach(tx, actor, in.FileIDs, "notice", "committee_meeting", m.ID, m.EstateID); err != nil {
			return 0, err
		}
		return m.ID, note(tx, actor, "call", "committee_meeting", m.ID, m.EstateID, map[string]any{"items": len(in.Items)})
	})
}

// mayCall lets whoever presides call, and those who asked for a meeting that is owed to them.
func (s *Service) mayCall(tx *store.Tx, t *Term, me *Member, request int64) error {
	all, err := sitting(tx, t.ID)
	if err != nil {
		return err
	}
	if request == 0 {
		if presides(all, me) {
			return nil
		}
		return ErrPresides
	}
	var r Request
	if err := tx.Where("id = ? AND term_id = ?", request, t.ID).Take(&r).Error; err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	var asked []int64
	if err := tx.Model(&Support{}).Where("request_id = ?", r.ID).Limit(maxMembers).Pluck("member_id", &asked).Error; err != nil {
		return err
	}
	switch {
	case r.State == "met":
		return ErrState.Saying("这次提议已经开过会了")
	case presides(all, me), r.State == "obliging" && slices.Contains(asked, me.ID):
		return nil
	}
	return ErrPresides
}

// afterTerm reports whether a meeting lies behind the term's last day; without a rule that allows it, it is refused.
func afterTerm(set *rulepack.Set, t *Term, at time.Time) (bool, error) {
	if !t.over(at) {
		return false, nil
	}
	allowed, err := set.Flag("committee.after_term")
	if err == nil && !allowed {
		err = ErrTermOver
	}
	return true, err
}

func insertItem(tx *store.Tx, actor org.Actor, set *rulepack.Set, words *wordRules, m *Meeting, i int, in NewItem) error {
	matter, err := matterOf(set, in.Matter)
	if err != nil {
		return fault.Of(err).With(fault.Field{Path: fmt.Sprintf("items[%d].matter", i), Reason: fault.Of(err).Message})
	}
	if matter.Authority && in.Authority == "" {
		return ErrAuthority.With(fault.Field{Path: fmt.Sprintf("items[%d].authority", i), Reason: ErrAuthority.Message})
	}
	if err := decidable(tx, set, m.EstateID, matter); err != nil {
		return fault.Of(err).With(fault.Field{Path: fmt.Sprintf("items[%d].matter", i), Reason: fault.Of(err).Message})
	}
	return tx.Create(&Item{MeetingID: m.ID, EstateID: m.EstateID, Place: int64(i + 1), Matter: matter.Code, Clause: matter.Clause, Title: in.Title, Text: in.Text, Authority: in.Authority, Words: words.hints(in.Title, in.Text),
		DraftedBy: actor.PersonID, State: Listed}).Error
}

// CheckItem is the second person's look at an item: it is the committee's, or it goes to the assembly. One whose words may mean a matter of the
// owners needs it; any other may be sent to the assembly too, until the first vote on it. Another member does it, or the community or township.
// Faults: org.ErrForbidden, ErrNotFound, ErrSamePerson, ErrNotMember, ErrState, fault.ErrInvalid.
func (s *Service) CheckItem(ctx context.Context, actor org.Actor, item int64, ours bool, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 2, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明为什么是，或为什么不是业主共同决定的事项（2至500个字）"})
	}
	return s.act(ctx, actor, org.CheckCommittee, "check item", func(tx *store.Tx) (int64, error) {
		it, err := within[Item](tx, actor, org.CheckCommittee, item)
		if err != nil {
			return 0, err
		}
		if it.DraftedBy == actor.PersonID {
			return 0, ErrSamePerson
		}
		if actor.Post != nil && actor.Post.OrgKind == org.Committee {
			t, err := running(tx, actor, org.CheckCommittee, it.EstateID)
			if err != nil {
				return 0, err
			}
			if _, err := s.me(tx, actor, t.ID); err != nil {
				return 0, err
			}
		}
		state, err := checked(tx, it, ours)
		if err != nil {
			return 0, err
		}
		res := tx.Model(&Item{}).Where("id = ? AND state = ?", it.ID, it.State).Updates(map[string]any{"checked_by": actor.PersonID, "checked_for": actor.OrganisationID(), "checked_at": tx.Now, "check_text": text, "state": state})
		if err := store.MustAffect(res, ErrState); err != nil {
			return 0, err
		}
		return it.ID, note(tx, actor, "check_item", "committee_item", it.ID, it.EstateID, map[string]any{"ours": ours})
	})
}

// checked is where an item stands after a look. While its vote runs it may still go to the assembly, as long as nobody has voted on it; the
// meeting is locked, so that nobody does meanwhile.
func checked(tx *store.Tx, it *Item, ours bool) (ItemState, error) {
	if err := tx.ForUpdate().Where("id = ?", it.MeetingID).Take(&Meeting{}).Error; err != nil {
		return "", err
	}
	if err := tx.Where("id = ?", it.ID).Take(it).Error; err != nil {
		return "", err
	}
	switch {
	case it.State == Listed && ours:
		return Listed, nil
	case it.State == Listed:
		return Referred, nil
	case it.State != Voting:
		return "", ErrState
	case ours:
		return "", ErrState.Saying("这项议题已经在表决，不用再核对；认为属于业主共同决定的，在有人表决以前可以提交业主大会")
	}
	var votes int64
	if err := tx.Model(&Vote{}).Where("item_id = ?", it.ID).Count(&votes).Error; err != nil {
		return "", err
	}
	if votes > 0 {
		return "", ErrState.Saying("已经有委员对这项议题表决，不能再提交业主大会；决定不妥的，请向社区、街道（乡镇）反映")
	}
	return Referred, nil
}
