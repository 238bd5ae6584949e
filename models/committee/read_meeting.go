package committee

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ItemView is an item with its count and, once it is decided, who voted how.
type ItemView struct {
	Item
	Matter   string    // its name
	May      []Matter  // of the assembly: what its words may mean
	Referral *Referral // nil for one that was not sent to the assembly
	Tally    Tally
	Votes    []VoteView
	Voted    int64 // how many have voted while the vote runs
}

// VoteView is a vote with its member's name.
type VoteView struct {
	Vote
	Name string
}

// Attended is a member at a meeting with their name.
type Attended struct {
	Attendance
	Name  string
	Role  Role
	Voted bool
	Link  string // none, sent, used: of the last link
}

// MeetingView is a meeting as offices read it.
type MeetingView struct {
	Meeting
	Estate  string
	Caller  string
	Items   []ItemView
	Members []Attended
	FileIDs []int64
}

// MeetingLine is a meeting in a list.
type MeetingLine struct {
	Meeting
	FileIDs []int64
}

// ListMeetings pages through an estate's meetings, newest first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListMeetings(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]MeetingLine, error) {
	var list []MeetingLine
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadCommittee, estate)
		if err != nil {
			return err
		}
		var rows []Meeting
		if err := older(tx.Where("estate_id = ?", e.ID), before, limit).Find(&rows).Error; err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, m := range rows {
			ids[i] = m.ID
		}
		files, err := s.files.IDsIn(tx, "committee_meeting", ids)
		list = make([]MeetingLine, len(rows))
		for i, m := range rows {
			list[i] = MeetingLine{m, files[m.ID]}
		}
		return err
	})
	return list, err
}

func older(q *gorm.DB, before int64, limit int) *gorm.DB {
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	return q.Order("id DESC").Limit(limit)
}

// FindMeeting shows a meeting whole. Votes are open, but shown when they are counted, so that nobody votes after another.
// Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindMeeting(ctx context.Context, actor org.Actor, id int64) (*MeetingView, error) {
	v := &MeetingView{}
	if err := actor.Must(org.ReadCommittee); err != nil {
		return nil, err
	}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Scopes(actor.Within(org.ReadCommittee, "estate_id")).Where("id = ?", id).Take(&v.Meeting).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		return s.fill(tx, v)
	})
	if err != nil {
		return nil, err
	}
	v.FileIDs, err = s.files.IDsFor(ctx, "committee_meeting", id)
	return v, err
}

func (s *Service) fill(tx *store.Tx, v *MeetingView) error {
	estates, err := org.EstateNames(tx, []int64{v.EstateID})
	if err != nil {
		return err
	}
	names, err := s.names(tx, v.TermID)
	if err != nil {
		return err
	}
	v.Estate, v.Caller = estates[v.EstateID], names[v.CalledBy]
	items, err := itemsOf(tx, v.ID)
	if err != nil {
		return err
	}
	var votes []Vote
	if err := tx.Where("meeting_id = ?", v.ID).Order("id").Limit(maxItems * maxMembers).Find(&votes).Error; err != nil {
		return err
	}
	if v.Items, err = s.itemViews(tx, &v.Meeting, items, votes, names); err != nil {
		return err
	}
	return s.fillMembers(tx, v, votes)
}

func (s *Service) itemViews(tx *store.Tx, m *Meeting, items []Item, votes []Vote, names map[int64]string) ([]ItemView, error) {
	set, err := s.rules(tx)
	if err != nil {
		return nil, err
	}
	asked := func(it Item) bool { return it.Words != "" && it.DecidedAt == nil }
	var words *wordRules
	if slices.ContainsFunc(items, asked) {
		if words, err = wordsOf(set); err != nil {
			return nil, err
		}
	}
	stands, err := s.referrals(tx, items)
	if err != nil {
		return nil, err
	}
	list := make([]ItemView, len(items))
	for i, it := range items {
		x := ItemView{Item: it, Matter: it.Matter}
		if asked(it) {
			x.May = words.mayBe(set, it.Title, it.Text)
		}
		if value, err := set.Find(ours + it.Matter); err == nil {
			x.Matter = value.Title
		}
		if r, ok := stands[it.ID]; ok {
			x.Referral = &r
		}
		for _, vote := range votes {
			if vote.ItemID != it.ID {
				continue
			}
			x.Voted++
			if it.DecidedAt != nil {
				x.Votes = append(x.Votes, VoteView{vote, names[vote.MemberID]})
			}
		}
		if it.DecidedAt != nil {
			if x.Tally, err = tally(tx, m, it.ID); err != nil {
				return nil, err
			}
		}
		list[i] = x
	}
	return list, nil
}

func (s *Service) fillMembers(tx *store.Tx, v *MeetingView, votes []Vote) error {
	var rows []Attendance
	if err := tx.Where("meeting_id = ?", v.ID).Order("member_id").Limit(maxMembers).Find(&rows).Error; err != nil {
		return err
	}
	var links []Link
	if err := tx.Where("meeting_id = ?", v.ID).Order("id DESC").Limit(maxMembers * 10).Find(&links).Error; err != nil {
		return err
	}
	all, err := s.membersOf(tx, v.TermID)
	if err != nil {
		return err
	}
	for _, m := range all {
		i := slices.IndexFunc(rows, func(a Attendance) bool { return a.MemberID == m.ID })
		if i < 0 {
			continue
		}
		a := Attended{Attendance: rows[i], Name: m.Name, Role: m.Role, Voted: slices.ContainsFunc(votes, func(x Vote) bool { return x.MemberID == m.ID }), Link: "none"}
		if l := slices.IndexFunc(links, func(l Link) bool { return l.MemberID == m.ID }); l >= 0 {
			switch {
			case links[l].UsedAt != nil:
				a.Link = "used"
			case links[l].RevokedAt == nil:
				a.Link = "sent"
			default:
				a.Link = "revoked"
			}
		}
		v.Members = append(v.Members, a)
	}
	return nil
}

// Decision is a passed item as residents read it.
type Decision struct {
	ItemView
	Meeting  string // its number
	LateDays int64  // days that it was published too late, or is late now
}

// ListDecisions pages through what an estate's committee has decided, newest first: with each member's vote.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListDecisions(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Decision, error) {
	action := org.FollowCommittee
	if actor.Post != nil {
		action = org.ReadCommittee
	}
	var list []Decision
	err := s.db.View(ctx, func(tx *store.Tx) error {
		list = nil
		e, err := org.EstateFor(tx, actor, action, estate)
		if err != nil {
			return err
		}
		var items []Item
		if err := older(tx.Where("estate_id = ? AND state = ?", e.ID, Passed), before, limit).Find(&items).Error; err != nil {
			return err
		}
		for _, it := range items {
			d, err := s.decision(tx, it)
			if err != nil {
				return err
			}
			list = append(list, *d)
		}
		return nil
	})
	return list, err
}

func (s *Service) decision(tx *store.Tx, it Item) (*Decision, error) {
	var m Meeting
	if err := tx.Where("id = ?", it.MeetingID).Take(&m).Error; err != nil {
		return nil, err
	}
	names, err := s.names(tx, m.TermID)
	if err != nil {
		return nil, err
	}
	var votes []Vote
	if err := tx.Where("item_id = ?", it.ID).Order("id").Limit(maxMembers).Find(&votes).Error; err != nil {
		return nil, err
	}
	views, err := s.itemViews(tx, &m, []Item{it}, votes, names)
	if err != nil {
		return nil, err
	}
	d := &Decision{ItemView: views[0], Meeting: m.Number}
	var owed []Duty
	if err := tx.Where("kind = ? AND subject_id = ?", OweDisclose, it.ID).Limit(1).Find(&owed).Error; err != nil {
		return nil, err
	}
	if len(owed) == 1 {
		end := tx.Now
		if owed[0].DoneAt != nil {
			end = *owed[0].DoneAt
		}
		d.LateDays = Late(owed[0].DueAt, end)
	}
	return d, nil
}

// ListVotes are the meetings in which the actor has a vote that is open, or gave one in the last weeks.
func (s *Service) ListVotes(ctx context.Context, actor org.Actor) ([]Paper, error) {
	if err := actor.Must(org.VoteCommittee); err != nil {
		return nil, err
	}
	var list []Paper
	err := s.db.View(ctx, func(tx *store.Tx) error {
		list = nil
		var rows []Meeting
		roll := tx.Model(&Attendance{}).Select("meeting_id").Joins("JOIN committee_members x ON x.id = committee_attendances.member_id").Where("x.person_id = ? AND x.left_at IS NULL", actor.PersonID)
		if err := tx.Where("id IN (?) AND (state = ? OR closed_at > ?)", roll, Open, tx.Now.Add(-linkShows)).Order("id DESC").Limit(20).Find(&rows).Error; err != nil {
			return err
		}
		for _, m := range rows {
			var x Member
			if err := tx.Scopes(seated(m.TermID)).Where("person_id = ?", actor.PersonID).Limit(1).Find(&x).Error; err != nil {
				return err
			}
			if x.ID == 0 {
				continue
			}
			p, err := s.paper(tx, m, x)
			if err != nil {
				return err
			}
			list = append(list, *p)
		}
		return nil
	})
	return list, err
}
