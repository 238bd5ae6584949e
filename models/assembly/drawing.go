package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Drawing is a drawing of lots between candidates with equal votes. It is announced first, then recorded. Waiting is the motion until then. One
// that was not held stays, with the reason in its minutes.
type Drawing struct {
	ID           int64 `gorm:"primaryKey"`
	MeetingID    int64
	EstateID     int64
	MotionID     int64
	Waiting      *int64
	Place        string
	At           time.Time // when it was announced for
	AnnouncedBy  int64
	AnnouncedAt  time.Time
	Drawn        string // keys of candidates in the order drawn, as JSON
	Minutes      string
	Witnesses    int
	RecordSealed string // the whole record, with the witnesses' names
	SHA256       string `gorm:"column:sha256"` // of the record
	RecordedBy   int64
	RecordedAt   *time.Time
}

// TableName names the table.
func (Drawing) TableName() string { return "lot_drawings" }

// Faults of drawings.
var (
	ErrNoTie     = fault.New(fault.Conflict, "lot.no_tie", "这个议题没有需要抽签的并列候选人")
	ErrUndrawn   = fault.New(fault.Conflict, "lot.undrawn", "还有票数相同的候选人没有抽签。请先公告时间和地点，当众抽签，登记结果后再确认")
	ErrLotSoon   = fault.New(fault.Conflict, "lot.too_soon", "抽签的时间不符合规则")
	ErrUnplanned = fault.New(fault.Conflict, "lot.not_announced", "还没有公告抽签的时间和地点，请先公告")
)

// AnnounceDrawing tells the owners when and where lots are drawn between candidates with equal votes. Announced again, the new time holds; once the
// old one has come, why it was not held has to be said, so that no drawing whose result somebody disliked disappears.
// Faults: ErrForbidden, ErrNotFound, ErrNotConvener, ErrState, ErrNoMotion, ErrStake, ErrNoTie, ErrLotSoon, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) AnnounceDrawing(ctx context.Context, actor org.Actor, id int64, position int, at time.Time, place, reason string) (*Drawing, error) {
	at = at.UTC().Truncate(time.Second)
	var c fault.Checks
	checkText(&c, "place", &place, 2, 60, "请写明在哪里抽签（2至60个字）")
	c.Check(!at.IsZero(), "at", "请选择抽签的时间")
	reason = strings.TrimSpace(reason)
	c.Check(len([]rune(reason)) <= 500, "reason", "原因不超过500个字")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var d *Drawing
	_, err := s.changeBy(ctx, actor, org.ConveneMeeting, id, []State{Provisional}, mayFinish, func(tx *store.Tx, m *Meeting) error {
		row, _, err := s.tied(tx, actor, m, position)
		if err != nil {
			return err
		}
		if err := s.drawingFits(tx, m, at); err != nil {
			return err
		}
		if err := putOff(tx, row.ID, reason); err != nil {
			return err
		}
		d = &Drawing{MeetingID: m.ID, EstateID: m.EstateID, MotionID: row.ID, Waiting: &row.ID, Place: place, At: at, AnnouncedBy: actor.PersonID, AnnouncedAt: tx.Now, Drawn: "[]"}
		if err := tx.Create(d).Error; err != nil {
			return store.Raced(err)
		}
		if err := note(tx, actor, m, "announce_drawing", map[string]any{"motion": position, "at": at, "place": place, "reason": reason}); err != nil {
			return err
		}
		return s.tellDrawing(tx, m, at)
	})
	if err != nil {
		return nil, fmt.Errorf("announce drawing: %w", err)
	}
	return d, nil
}

// putOff ends a drawing that waits, and keeps it.
func putOff(tx *store.Tx, motion int64, reason string) error {
	var old Drawing
	if err := tx.ForUpdate().Where("waiting = ?", motion).Limit(1).Find(&old).Error; err != nil || old.ID == 0 {
		return err
	}
	switch {
	case reason == "" && !tx.Now.Before(old.At):
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "原定的抽签时间已到，请写明为什么没有举行；已经抽签的，请登记结果"})
	case reason == "":
		reason = "时间到之前改期"
	}
	return tx.Model(&Drawing{}).Where("id = ?", old.ID).Updates(map[string]any{"waiting": nil, "minutes": "未举行：" + reason}).Error
}

// drawingFits holds a drawing to the days that the rules give between its announcement and itself; the day of the announcement is not counted
// (Civil Code art. 201).
func (s *Service) drawingFits(tx *store.Tx, m *Meeting, at time.Time) error {
	t, err := m.terms()
	if err != nil {
		return err
	}
	days := t.LotNotice
	if days == 0 { // unset when the terms were frozen: what the rules say by now
		set, _, err := s.law(tx, m, tx.Now)
		if err != nil {
			return err
		}
		if days, err = set.Int("election.lot_notice_days"); err != nil {
			return err
		}
	}
	if first := calendar.DateOf(tx.Now).Add(int(days) + 1); calendar.DateOf(at).Before(first) {
		return ErrLotSoon.Saying(fmt.Sprintf("本次会议的规则要求提前%d日公告，最早%s抽签", days, first))
	}
	return nil
}

// tied finds an election in which lots are to be drawn by hand, and between whom.
func (s *Service) tied(tx *store.Tx, actor org.Actor, m *Meeting, position int) (*Motion, [][]string, error) {
	if err := noStake(tx, m, actor.PersonID); err != nil {
		return nil, nil, err
	}
	var row Motion
	if err := tx.Where("meeting_id = ? AND position = ?", m.ID, position).Take(&row).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrNoMotion)
	}
	if elsewhere, err := m.elsewhere(tx); err != nil || elsewhere {
		return nil, nil, or(err, ErrNoTie.Saying("本次会议的选票不在本系统计票，当选的人按登记的结果"))
	}
	all, err := s.count(tx, m)
	if err != nil {
		return nil, nil, err
	}
	for i := range all.Motions {
		if all.Motions[i].MotionID != row.ID {
			continue
		}
		if groups := undrawn(&all.Motions[i].Result); len(groups) > 0 {
			return &row, groups, nil
		}
	}
	return nil, nil, ErrNoTie
}

// decided refuses to end a meeting while lots are to be drawn.
func (o *Outcome) decided() error {
	var st Statement
	if err := json.Unmarshal([]byte(o.Body), &st); err != nil || st.Tally == nil {
		return err
	}
	for i := range st.Tally.Motions {
		if len(undrawn(&st.Tally.Motions[i].Result)) > 0 {
			return ErrUndrawn
		}
	}
	return nil
}

// tellDrawing tells the owners when lots are drawn.
func (s *Service) tellDrawing(tx *store.Tx, m *Meeting, at time.Time) error {
	names, err := org.EstateNames(tx, []int64{m.EstateID})
	if err != nil {
		return err
	}
	scope, err := m.Concerns()
	if err != nil {
		return err
	}
	e := event.MeetingMoved{Assembly: m.eventOf(names[m.EstateID], tx.Now), What: "lots", Scope: scope}
	e.Due = at
	return outbox.Append(tx, e)
}

// ListDrawings shows the drawings of a meeting to those who read it: when, where, and what came of them.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListDrawings(ctx context.Context, actor org.Actor, id int64) ([]DrawingView, error) {
	var list []DrawingView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		var rows []Drawing
		if err := tx.Where("meeting_id = ?", m.ID).Order("id").Limit(100).Find(&rows).Error; err != nil {
			return err
		}
		names, err := s.names(tx, m.ID)
		if err != nil {
			return err
		}
		list = make([]DrawingView, len(rows))
		for i, d := range rows {
			keys, err := d.order()
			if err != nil {
				return err
			}
			list[i] = DrawingView{Drawing: d, Order: keys, Called: called(names, keys...)}
		}
		return nil
	})
	return list, err
}

// DrawingView is a drawing as its readers see it.
type DrawingView struct {
	Drawing
	Order  []string // keys of candidates
	Called string   // the same by number and name
}
