package org

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// Absence is a time in which the holder of a post is away: another post of the organisation gets its messages too.
type Absence struct {
	ID        int64 `gorm:"primaryKey"`
	PostID    int64
	PersonID  int64
	StandInID int64     // the post that stands in; 0 is the deputy post
	StartsOn  time.Time `gorm:"type:date"`
	EndsOn    time.Time `gorm:"type:date"` // the last day, inclusive
	CreatedAt time.Time
	EndedAt   *time.Time // taken back, or back early
}

// Faults of absences.
var (
	ErrAbsenceNotFound = fault.New(fault.NotFound, "absence.not_found", "没有找到这条请假记录")
	ErrAbsenceOverlaps = fault.New(fault.Conflict, "absence.overlaps", "这段时间您已经登记过外出，请先取消原来的")
	ErrNoStandIn       = fault.New(fault.Conflict, "absence.no_stand_in", "这个岗位没有设代理岗位，请选择本单位的一个岗位代您接收消息")
)

// maxAbsence bounds one absence, and how far ahead it begins: whoever is away for longer hands the post over.
const maxAbsence = 180

// NewAbsence describes an absence.
type NewAbsence struct {
	StartsOn  time.Time
	EndsOn    time.Time
	StandInID int64
}

// StateAbsence says when the holder of a post is away and who gets its messages meanwhile. The same again changes nothing.
// Faults: ErrForbidden, ErrNotYourPost, ErrPostNotFound, ErrNoStandIn, ErrAbsenceOverlaps, fault.ErrInvalid.
func (s *Service) StateAbsence(ctx context.Context, actor Actor, in NewAbsence) (*Absence, error) {
	if err := actor.Must(StateAbsences); err != nil {
		return nil, err
	}
	a := Absence{PostID: actor.Post.PostID, PersonID: actor.PersonID, StandInID: in.StandInID, StartsOn: *dateOf(&in.StartsOn), EndsOn: *dateOf(&in.EndsOn)}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		a.ID, a.CreatedAt = 0, tx.Now
		if err := a.check(tx); err != nil {
			return err
		}
		p, err := heldPost(tx, actor)
		if err != nil {
			return err
		}
		if err := a.standsIn(tx, p); err != nil {
			return err
		}
		same, err := a.clash(tx)
		if err != nil || same {
			return err
		}
		if err := tx.Create(&a).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "absence.state", audit.Subject{Kind: "post", ID: a.PostID},
			map[string]any{"absence": a.ID, "from": a.StartsOn.Format(time.DateOnly), "to": a.EndsOn.Format(time.DateOnly), "stand_in": a.StandInID})
	})
	if err != nil {
		return nil, fmt.Errorf("state absence: %w", err)
	}
	return &a, nil
}

func (a *Absence) check(tx *store.Tx) error {
	today := DayOf(tx.Now)
	var c fault.Checks
	c.Check(!a.EndsOn.Before(a.StartsOn), "to", "结束日期不能早于开始日期")
	c.Check(!a.EndsOn.Before(today), "to", "这段时间已经过去了")
	c.Check(a.EndsOn.Before(a.StartsOn.AddDate(0, 0, maxAbsence)), "to", fmt.Sprintf("一次最多%d天；时间更长的，请办理离任", maxAbsence))
	c.Check(a.StartsOn.Before(today.AddDate(0, 0, maxAbsence)), "from", fmt.Sprintf("最多提前%d天登记", maxAbsence))
	return c.Err()
}

// heldPost finds and locks the post that the actor holds. Who only acts in it because nobody holds it is not away from it.
func heldPost(tx *store.Tx, actor Actor) (*Post, error) {
	var p Post
	if err := tx.ForUpdate().Where("id = ? AND closed_at IS NULL", actor.Post.PostID).Take(&p).Error; err != nil {
		return nil, store.NotFound(err, ErrPostNotFound)
	}
	var n int64
	if err := tx.Model(&PostHolder{}).Where("post_id = ? AND person_id = ? AND holding IS NOT NULL", p.ID, actor.PersonID).Count(&n).Error; err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrNotYourPost
	}
	return &p, nil
}

// standsIn checks that the post which stands in is another one of the same organisation.
func (a *Absence) standsIn(tx *store.Tx, p *Post) error {
	id := a.StandInID
	if id == 0 {
		id = p.DeputyPostID
	}
	if id == 0 {
		return ErrNoStandIn
	}
	var n int64
	err := living(tx.Model(&Post{}), tx.Now).Where("posts.id = ? AND posts.organisation_id = ? AND posts.id <> ?", id, p.OrganisationID, p.ID).Count(&n).Error
	if err == nil && n == 0 {
		return ErrPostNotFound
	}
	return err
}

// clash looks for an absence at the same time; the very same one is this one.
func (a *Absence) clash(tx *store.Tx) (same bool, err error) {
	var rows []Absence
	err = tx.Where("post_id = ? AND person_id = ? AND ended_at IS NULL AND ends_on >= ? AND starts_on <= ?", a.PostID, a.PersonID, a.StartsOn, a.EndsOn).Order("id").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return false, err
	}
	if b := rows[0]; !b.StartsOn.Equal(a.StartsOn) || !b.EndsOn.Equal(a.EndsOn) || b.StandInID != a.StandInID {
		return false, ErrAbsenceOverlaps
	}
	*a = rows[0]
	return true, nil
}

// ListAbsences shows the absences of the actor from their post that are not over, at most 100.
func (s *Service) ListAbsences(ctx context.Context, actor Actor) ([]Absence, error) {
	if err := actor.Must(StateAbsences); err != nil {
		return nil, err
	}
	var rows []Absence
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("post_id = ? AND person_id = ? AND ended_at IS NULL AND ends_on >= ?", actor.Post.PostID, actor.PersonID, DayOf(tx.Now)).Order("starts_on, id").Limit(100).Find(&rows).Error
	})
	return rows, err
}

// EndAbsence takes an absence back, or ends it early. Faults: ErrForbidden, ErrAbsenceNotFound.
func (s *Service) EndAbsence(ctx context.Context, actor Actor, id int64) error {
	if err := actor.Must(StateAbsences); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&Absence{}).Where("id = ? AND post_id = ? AND person_id = ? AND ended_at IS NULL", id, actor.Post.PostID, actor.PersonID).Update("ended_at", tx.Now)
		if err := store.MustAffect(res, ErrAbsenceNotFound); err != nil {
			return err
		}
		return audit.Append(tx, actor, "absence.end", audit.Subject{Kind: "post", ID: actor.Post.PostID}, map[string]any{"absence": id})
	})
	if err != nil {
		return fmt.Errorf("end absence: %w", err)
	}
	return nil
}

// StandIn is somebody at a post that stands in for the holder of another one, who is away.
type StandIn struct {
	PostID    int64
	AwayID    int64 // the person who is away
	StandInID int64 // the post that stands in
	PersonID  int64 // who holds or deputises it
}

// StandIns finds who stands in today for the holders of some posts.
func StandIns(tx *store.Tx, posts []int64) ([]StandIn, error) {
	today := DayOf(tx.Now)
	var rows []StandIn
	err := tx.Table("absences a").Select("a.post_id, a.person_id AS away_id, posts.id AS stand_in_id, h.person_id").
		Joins("JOIN posts p ON p.id = a.post_id").
		Joins("JOIN posts ON posts.id = CASE WHEN a.stand_in_id <> 0 THEN a.stand_in_id ELSE p.deputy_post_id END").
		Joins("JOIN post_holders h ON h.post_id = posts.id AND h.holding IS NOT NULL").
		Where("a.post_id IN ? AND a.ended_at IS NULL AND a.starts_on <= ? AND a.ends_on >= ? AND h.person_id <> a.person_id", posts, today, today).
		Scopes(func(q *gorm.DB) *gorm.DB { return living(q, tx.Now) }).Order("a.id, h.id").Limit(1000).Scan(&rows).Error
	return rows, err
}
