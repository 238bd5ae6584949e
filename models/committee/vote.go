package committee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Vote is one vote of a member on an item. It is open, given once, and never given for another.
type Vote struct {
	ID        int64 `gorm:"primaryKey"`
	MeetingID int64
	ItemID    int64
	MemberID  int64
	Choice    string // yes, no, abstain
	Reason    string
	Interest  string // what ties the member to the item; empty for nothing declared
	Via       string // office, app, link
	LinkID    int64
	At        time.Time
}

// TableName names the table.
func (Vote) TableName() string { return "committee_votes" }

// ChoiceNames are the choices as people read them.
var ChoiceNames = map[string]string{"yes": "同意", "no": "反对", "abstain": "弃权"}

// Faults of votes.
var (
	ErrVoted    = fault.New(fault.Conflict, "committee.voted", "您已经表决过，表决不能更改")
	ErrVoteOver = fault.New(fault.Closed, "committee.vote_over", "表决已经截止")
	ErrNotYet   = fault.New(fault.Closed, "committee.vote_not_open", "表决还没有开始")
	ErrProxy    = fault.New(fault.Forbidden, "committee.no_proxy", "业委会委员不能委托别人表决，请由委员本人表决")
)

// Ballot is a member's choice on an item.
type Ballot struct {
	ItemID   int64
	Choice   string
	Reason   string
	Interest string
}

func check(ballots []Ballot) error {
	var c fault.Checks
	c.Check(len(ballots) >= 1 && len(ballots) <= maxItems, "votes", "请至少表决一项")
	seen := map[int64]bool{}
	for i := range ballots {
		b := &ballots[i]
		b.Reason, b.Interest = strings.TrimSpace(b.Reason), strings.TrimSpace(b.Interest)
		at := fmt.Sprintf("votes[%d].", i)
		c.Check(ChoiceNames[b.Choice] != "", at+"choice", "请选择同意、反对或弃权")
		c.Check(length(b.Reason, 0, 500), at+"reason", "理由不超过500个字")
		c.Check(length(b.Interest, 0, 200), at+"interest", "利害关系不超过200个字")
		c.Check(!seen[b.ItemID], at+"item_id", "同一个议题写了两次")
		seen[b.ItemID] = true
	}
	return c.Err()
}

// Cast gives the actor's own votes, signed in at the post of a member or as a resident whose account is a member's.
// Faults: org.ErrForbidden, ErrMeeting, ErrNotMember, ErrProxy, ErrVoted, ErrVoteOver, ErrNotYet, ErrNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) Cast(ctx context.Context, actor org.Actor, meeting int64, ballots []Ballot) (int64, error) {
	if err := check(ballots); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.VoteCommittee, "cast", func(tx *store.Tx) (int64, error) {
		m, me, err := s.voter(tx, actor, meeting)
		if err != nil {
			return 0, err
		}
		via := "app"
		if actor.Post != nil {
			via = "office"
		}
		return m.ID, s.cast(tx, actor, m, me, ballots, Vote{Via: via})
	})
}

// voter finds a meeting in which the actor has a vote; to anybody else there is none.
func (s *Service) voter(tx *store.Tx, actor org.Actor, meeting int64) (*Meeting, *Member, error) {
	var m Meeting
	if err := tx.ForUpdate().Where("id = ?", meeting).Take(&m).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrMeeting)
	}
	me, err := s.me(tx, actor, m.TermID)
	if err != nil {
		return nil, nil, ErrMeeting
	}
	return &m, me, nil
}

// cast stores votes in a locked meeting.
func (s *Service) cast(tx *store.Tx, actor audit.Actor, m *Meeting, me *Member, ballots []Ballot, how Vote) error {
	switch {
	case m.State == Draft || m.State == Called:
		return ErrNotYet
	case m.State != Open, m.VoteEnds.Before(tx.Now):
		return ErrVoteOver
	}
	res := tx.Model(&Attendance{}).Where("meeting_id = ? AND member_id = ?", m.ID, me.ID).Update("came", true)
	if res.Error != nil {
		return res.Error
	}
	// The driver may count changed rows alone, so a row that was true already is looked for.
	if res.RowsAffected == 0 {
		var n int64
		if err := tx.Model(&Attendance{}).Where("meeting_id = ? AND member_id = ?", m.ID, me.ID).Count(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return ErrNotMember.Saying("您是在表决开始以后才任职的，这次会议不能表决")
		}
	}
	for _, b := range ballots {
		var n int64
		if err := tx.Model(&Item{}).Where("id = ? AND meeting_id = ? AND state = ?", b.ItemID, m.ID, Voting).Count(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound.Saying("没有这项议题，或者这项议题不表决（例如已经提交业主大会），请刷新后再表决")
		}
		v := how
		v.MeetingID, v.ItemID, v.MemberID, v.Choice, v.Reason, v.Interest, v.At = m.ID, b.ItemID, me.ID, b.Choice, b.Reason, b.Interest, tx.Now
		if err := tx.Create(&v).Error; err != nil {
			return store.Duplicate(err, ErrVoted)
		}
	}
	return note(tx, actor, "vote", "committee_meeting", m.ID, m.EstateID, map[string]any{"member": me.ID, "items": len(ballots), "via": how.Via})
}
