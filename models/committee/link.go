package committee

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Link is a member's way to vote in any browser: for one member and one meeting, used once, until the vote ends.
type Link struct {
	ID        int64 `gorm:"primaryKey"`
	MeetingID int64
	MemberID  int64
	TokenHash string
	ExpiresAt time.Time
	UsedAt    *time.Time
	RevokedAt *time.Time
	CreatedBy int64
	CreatedAt time.Time
}

// TableName names the table.
func (Link) TableName() string { return "committee_links" }

// Faults of links.
var (
	ErrLink  = fault.New(fault.NotFound, "committee.bad_link", "链接无效、已作废或已过期，请向召集人要新的链接，或者登录小程序表决")
	ErrPhone = fault.New(fault.Forbidden, "committee.wrong_phone", "这个手机号不是这位委员登记的手机号；委员不能委托别人表决，请用本人登记的手机号")
)

func hashed(token string) string {
	sum := sha256.Sum256([]byte("committee link " + token))
	return hex.EncodeToString(sum[:])
}

// Linked is a link as it is given out; its token is shown once.
type Linked struct {
	MemberID int64
	Name     string
	Token    string
	Expires  time.Time
}

// MakeLinks gives a new link to each of some members who have not voted, or to all of them; earlier links stop working. A
// link alone votes nothing: the member's phone is proved as well.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState.
func (s *Service) MakeLinks(ctx context.Context, actor org.Actor, meeting int64, members []int64) ([]Linked, error) {
	var list []Linked
	_, err := s.act(ctx, actor, org.ActCommittee, "make links", func(tx *store.Tx) (int64, error) {
		list = nil
		m, t, _, err := s.lockMeeting(tx, actor, meeting)
		if err != nil {
			return 0, err
		}
		if m.State != Open || m.VoteEnds.Before(tx.Now) {
			return 0, ErrState.Saying("表决开始以后、截止以前才能发链接")
		}
		all, err := sitting(tx, t.ID)
		if err != nil {
			return 0, err
		}
		for _, x := range all {
			if len(members) > 0 && !slices.Contains(members, x.ID) {
				continue
			}
			l, err := s.link(tx, actor, m, x)
			if err != nil {
				return 0, err
			}
			if l != nil {
				list = append(list, *l)
			}
		}
		return m.ID, note(tx, actor, "links", "committee_meeting", m.ID, m.EstateID, map[string]any{"links": len(list)})
	})
	return list, err
}

// link makes one; nil for a member who has voted on everything or was no member when the vote began.
func (s *Service) link(tx *store.Tx, actor org.Actor, m *Meeting, x Member) (*Linked, error) {
	var votes, items, roll int64
	if err := tx.Model(&Vote{}).Where("meeting_id = ? AND member_id = ?", m.ID, x.ID).Count(&votes).Error; err != nil {
		return nil, err
	}
	if err := tx.Model(&Item{}).Where("meeting_id = ? AND state = ?", m.ID, Voting).Count(&items).Error; err != nil {
		return nil, err
	}
	if err := tx.Model(&Attendance{}).Where("meeting_id = ? AND member_id = ?", m.ID, x.ID).Count(&roll).Error; err != nil || votes >= items || roll == 0 {
		return nil, err
	}
	if err := revoke(tx, m.ID, x.ID); err != nil {
		return nil, err
	}
	token := rand.Text()
	l := Link{MeetingID: m.ID, MemberID: x.ID, TokenHash: hashed(token), ExpiresAt: *m.VoteEnds, CreatedBy: actor.PersonID, CreatedAt: tx.Now}
	if err := tx.Create(&l).Error; err != nil {
		return nil, err
	}
	name, err := s.vault.Open(x.NameSealed, "committee_members.name")
	return &Linked{MemberID: x.ID, Name: name, Token: token, Expires: l.ExpiresAt}, err
}

func revoke(tx *store.Tx, meeting, member int64) error {
	return tx.Model(&Link{}).Where("meeting_id = ? AND member_id = ? AND used_at IS NULL AND revoked_at IS NULL", meeting, member).Update("revoked_at", tx.Now).Error
}

// RevokeLinks ends a member's links of a meeting, for example when one went to the wrong place.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember.
func (s *Service) RevokeLinks(ctx context.Context, actor org.Actor, meeting, member int64) error {
	_, err := s.act(ctx, actor, org.ActCommittee, "revoke links", func(tx *store.Tx) (int64, error) {
		m, _, _, err := s.lockMeeting(tx, actor, meeting)
		if err != nil {
			return 0, err
		}
		if err := revoke(tx, m.ID, member); err != nil {
			return 0, err
		}
		return m.ID, note(tx, actor, "revoke_links", "committee_meeting", m.ID, m.EstateID, map[string]any{"member": member})
	})
	return err
}

// opened finds what a link is for; with lock, for the one who votes by it.
func opened(tx *store.Tx, token string, lock bool) (l Link, m Meeting, x Member, err error) {
	q := tx.DB
	if lock {
		q = tx.ForUpdate()
	}
	if err = q.Where("token_hash = ?", hashed(token)).Take(&l).Error; err != nil {
		return l, m, x, store.NotFound(err, ErrLink)
	}
	if l.RevokedAt != nil || (l.UsedAt == nil && l.ExpiresAt.Before(tx.Now)) || l.ExpiresAt.Add(linkShows).Before(tx.Now) {
		return l, m, x, ErrLink
	}
	if lock {
		q = tx.ForUpdate()
	}
	if err = q.Where("id = ?", l.MeetingID).Take(&m).Error; err != nil {
		return l, m, x, err
	}
	err = tx.Where("id = ?", l.MemberID).Take(&x).Error
	return l, m, x, err
}

// linkShows is how long a used link still shows its member what they voted.
const linkShows = 30 * 24 * time.Hour

// Paper is what a member sees of a vote: the items with their texts, and what they have voted.
type Paper struct {
	Meeting  Meeting
	Estate   string
	Name     string
	Items    []Item
	Mine     map[int64]Vote
	Used     bool
	Seats    int64
	Need     int64
	FileIDs  []int64
	PersonID int64 // the member's account, 0 for none
}

// ByLink shows a vote to whoever holds its link. The name is shown to its first character until the phone is proved.
// Fault: ErrLink.
func (s *Service) ByLink(ctx context.Context, token string) (*Paper, error) {
	var p *Paper
	err := s.db.View(ctx, func(tx *store.Tx) error {
		l, m, x, err := opened(tx, token, false)
		if err != nil {
			return err
		}
		p, err = s.paper(tx, m, x)
		if err != nil {
			return err
		}
		p.Used = l.UsedAt != nil
		return nil
	})
	if err != nil {
		return nil, err
	}
	p.FileIDs, err = s.files.IDsFor(ctx, "committee_meeting", p.Meeting.ID)
	return p, err
}

func (s *Service) paper(tx *store.Tx, m Meeting, x Member) (*Paper, error) {
	p := &Paper{Meeting: m, Seats: m.Seats, Need: m.Need, Mine: map[int64]Vote{}, PersonID: x.PersonID}
	names, err := org.EstateNames(tx, []int64{m.EstateID})
	if err != nil {
		return nil, err
	}
	p.Estate = names[m.EstateID]
	if p.Name, err = s.vault.Open(x.NameSealed, "committee_members.name"); err != nil {
		return nil, err
	}
	if p.Items, err = itemsOf(tx, m.ID); err != nil {
		return nil, err
	}
	p.Items = slices.DeleteFunc(p.Items, func(it Item) bool { return it.State == Referred || it.State == Dropped })
	var votes []Vote
	err = tx.Where("meeting_id = ? AND member_id = ?", m.ID, x.ID).Limit(maxItems).Find(&votes).Error
	for _, v := range votes {
		p.Mine[v.ItemID] = v
	}
	return p, err
}

// CastByLink votes by a link whose member's phone was proved. It uses the link up; the same form sent again finds what it
// did.
// Faults: ErrLink, ErrPhone, ErrVoted, ErrVoteOver, ErrNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) CastByLink(ctx context.Context, token, phone string, ballots []Ballot) (int64, error) {
	if err := check(ballots); err != nil {
		return 0, err
	}
	var id, member int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		id, member = 0, 0
		l, m, x, err := opened(tx, token, true)
		if err != nil {
			return err
		}
		if !s.holds(tx, &x, phone) {
			return ErrPhone
		}
		id, member = m.ID, x.ID
		if _, done, err := s.tapped(tx, 0, x.ID); done || err != nil {
			return err
		}
		if l.UsedAt != nil {
			return ErrVoted
		}
		if x.LeftAt != nil {
			return ErrNotMember
		}
		if err := s.castAll(tx, &l, &m, &x, ballots); err != nil {
			return err
		}
		return s.mark(tx, 0, x.ID, m.ID)
	})
	if err != nil {
		if before, done := s.overtaken(ctx, 0, member); done && member != 0 {
			return before, nil
		}
		return 0, fmt.Errorf("committee cast by link: %w", err)
	}
	return id, nil
}

// castAll votes on all that is open, so that a link is used once.
func (s *Service) castAll(tx *store.Tx, l *Link, m *Meeting, x *Member, ballots []Ballot) error {
	items, err := itemsOf(tx, m.ID)
	if err != nil {
		return err
	}
	var mine []int64
	if err := tx.Model(&Vote{}).Where("meeting_id = ? AND member_id = ?", m.ID, x.ID).Limit(maxItems).Pluck("item_id", &mine).Error; err != nil {
		return err
	}
	for _, it := range items {
		if it.State == Voting && !slices.Contains(mine, it.ID) && !slices.ContainsFunc(ballots, func(b Ballot) bool { return b.ItemID == it.ID }) {
			return fault.ErrInvalid.With(fault.Field{Path: "votes", Reason: "还有议题没有选择：" + it.Title})
		}
	}
	var by audit.Actor = audit.Unnamed{Surface: "link"}
	if x.PersonID != 0 {
		by = org.Actor{PersonID: x.PersonID, Surface: "link"}
	}
	if err := s.cast(tx, by, m, x, ballots, Vote{Via: "link", LinkID: l.ID}); err != nil {
		return err
	}
	res := tx.Model(&Link{}).Where("id = ? AND used_at IS NULL AND revoked_at IS NULL", l.ID).Update("used_at", tx.Now)
	return store.MustAffect(res, ErrVoted)
}

// holds reports whether a proved phone is the member's: the one of the election, or of their account.
func (s *Service) holds(tx *store.Tx, x *Member, phone string) bool {
	indexes := s.vault.Indexes("phone", phone)
	if x.PhoneIndex != "" && slices.Contains(indexes, x.PhoneIndex) {
		return true
	}
	var n int64
	err := tx.Model(&org.Person{}).Where("id = ? AND id <> 0 AND phone_index IN ? AND erased_at IS NULL", x.PersonID, indexes).Count(&n).Error
	return err == nil && n > 0
}
