package assembly

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Comment is what an owner says to something that is posted: a meeting's drafts, a group's list, a candidate. It is answered, and both are
// shown to all owners; of the author they see the building.
type Comment struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	About      About
	AboutID    int64
	Position   int // the motion that a comment on drafts is about; 0 for the whole
	BuildingID int64
	Text       string
	State      CommentState
	Answer     string
	PersonID   int64
	AnsweredBy int64
	AnsweredAt *time.Time
	ClientRef  string
	InputHash  string
	At         time.Time
}

// TableName names the table.
func (Comment) TableName() string { return "meeting_comments" }

// About is what a comment is on.
type About string

// What owners may comment on, and object to.
const (
	AboutDrafts    About = "drafts"    // of a posted meeting
	AboutGroup     About = "group"     // a posted list of members
	AboutCandidate About = "candidate" // somebody who stands for the committee
)

// CommentState is where a comment stands.
type CommentState string

// The states of a comment.
const (
	Open     CommentState = "open"
	Accepted CommentState = "accepted"
	Declined CommentState = "declined"
)

// CommentNames are the states as people read them.
var CommentNames = map[CommentState]string{Open: "待答复", Accepted: "已采纳", Declined: "未采纳"}

// Faults of comments.
var (
	ErrNoComment = fault.New(fault.NotFound, "comment.not_found", "没有找到这条待答复的意见；自己提的意见由别人答复")
	ErrNotPosted = fault.New(fault.Conflict, "comment.not_posted", "现在不在公示期，不能提意见")
)

// NewComment is a comment as an owner writes it.
type NewComment struct {
	About     About
	AboutID   int64
	Position  int
	Text      string
	ClientRef string
	InputHash string
}

// maxComments bounds what one person says to one thing.
const maxComments = 20

// Comment says something to what is posted, while it is.
// Faults: ErrForbidden, ErrNotFound, ErrNoMotion, ErrNoGroup, ErrNoCandidate, ErrNotPosted, ErrRefReused, fault.ErrInvalid.
func (s *Service) Comment(ctx context.Context, actor org.Actor, in NewComment) (*Comment, error) {
	if err := actor.Must(org.JoinMeeting); err != nil {
		return nil, err
	}
	var c fault.Checks
	checkText(&c, "text", &in.Text, 4, 1000, "请写明意见（4至1000个字），请不要写个人的电话和姓名")
	checkRef(&c, in.ClientRef)
	if err := c.Err(); err != nil {
		return nil, err
	}
	clean := s.clean(ctx, actor, in.Text)
	var row *Comment
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		row, err = earlier(tx, "person_id", actor.PersonID, in.ClientRef, in.InputHash, func(c *Comment) string { return c.InputHash })
		if err != nil || row != nil {
			return err
		}
		estate, err := posted(tx, actor, org.JoinMeeting, in.About, in.AboutID, in.Position, true)
		if err != nil {
			return err
		}
		var said int64
		if err := tx.Model(&Comment{}).Where("about = ? AND about_id = ? AND person_id = ?", in.About, in.AboutID, actor.PersonID).Count(&said).Error; err != nil {
			return err
		}
		if said >= maxComments {
			return ErrNotPosted.Saying("您对这件事提的意见已经很多了，请等答复")
		}
		row = &Comment{EstateID: estate, About: in.About, AboutID: in.AboutID, Position: in.Position, Text: in.Text, State: Open, PersonID: actor.PersonID, ClientRef: in.ClientRef, InputHash: in.InputHash, At: tx.Now}
		if row.BuildingID, err = buildingOf(tx, actor, estate); err != nil {
			return err
		}
		if err := tx.Create(row).Error; err != nil {
			return store.Raced(err)
		}
		if err := hold(tx, clean, "comment", row.ID, estate); err != nil {
			return err
		}
		return record(tx, actor, "meeting_comment", row.ID, estate, "write", map[string]any{"about": in.About, "id": in.AboutID})
	})
	if err != nil {
		return nil, fmt.Errorf("comment: %w", err)
	}
	return row, nil
}

// posted finds the estate of what a comment is on, and with open refuses where its posting is over.
func posted(tx *store.Tx, actor org.Actor, action org.Action, about About, id int64, position int, open bool) (int64, error) {
	switch about {
	case AboutDrafts:
		m, err := meetingFor(tx, tx.DB, actor, action, id)
		if err != nil {
			return 0, err
		}
		if open && (m.State != Posted || tx.Now.After(*m.ChallengeUntil)) {
			return 0, ErrNotPosted
		}
		if position == 0 {
			return m.EstateID, nil
		}
		err = tx.Where("meeting_id = ? AND position = ?", m.ID, position).Take(&Motion{}).Error
		return m.EstateID, store.NotFound(err, ErrNoMotion)
	case AboutGroup:
		g, err := groupFor(tx, tx.DB, actor, action, id)
		if err != nil {
			return 0, err
		}
		if open && (g.State != Listed || tx.Now.After(*g.ObjectUntil)) {
			return 0, ErrNotPosted
		}
		return g.EstateID, nil
	case AboutCandidate:
		x, m, err := candidateFor(tx, tx.DB, actor, action, id)
		if err != nil {
			return 0, err
		}
		if open && (x.ConsentAt == nil || !m.preparing()) {
			return 0, ErrNotPosted
		}
		return x.EstateID, nil
	}
	return 0, fault.ErrInvalid.With(fault.Field{Path: "about", Reason: "请选择对什么提意见"})
}

// buildingOf is the building of the actor's first home in an estate: all that others see of an author.
func buildingOf(tx *store.Tx, actor org.Actor, estate int64) (int64, error) {
	for _, h := range actor.Homes {
		if h.EstateID == estate && h.Role == org.RoleOwner {
			var u org.Unit
			err := tx.Select("building_id").Where("id = ?", h.UnitID).Take(&u).Error
			return u.BuildingID, err
		}
	}
	return 0, nil
}
