package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Drawing is a drawing of lots between candidates with equal votes. It is announced first, then recorded. Waiting is the motion until then.
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

// AnnounceDrawing tells the owners when and where lots are drawn between candidates with equal votes. Announced again, the new time holds.
// Faults: ErrForbidden, ErrNotFound, ErrNotConvener, ErrState, ErrNoMotion, ErrStake, ErrNoTie, ErrLotSoon, fault.ErrInvalid.
func (s *Service) AnnounceDrawing(ctx context.Context, actor org.Actor, id int64, position int, at time.Time, place string) (*Drawing, error) {
	at = at.UTC().Truncate(time.Second)
	var c fault.Checks
	checkText(&c, "place", &place, 2, 60, "请写明在哪里抽签（2至60个字）")
	c.Check(!at.IsZero(), "at", "请选择抽签的时间")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var d *Drawing
	_, err := s.changeBy(ctx, actor, org.ConveneMeeting, id, []State{Provisional}, mayFinish, func(tx *store.Tx, m *Meeting) error {
		row, _, err := s.tied(tx, actor, m, position)
		if err != nil {
			return err
		}
		if err := m.drawingFits(tx.Now, at); err != nil {
			return err
		}
		if err := tx.Where("waiting = ?", row.ID).Delete(&Drawing{}).Error; err != nil {
			return err
		}
		d = &Drawing{MeetingID: m.ID, EstateID: m.EstateID, MotionID: row.ID, Waiting: &row.ID, Place: place, At: at, AnnouncedBy: actor.PersonID, AnnouncedAt: tx.Now, Drawn: "[]"}
		if err := tx.Create(d).Error; err != nil {
			return store.Raced(err)
		}
		if err := note(tx, actor, m, "announce_drawing", map[string]any{"motion": position, "at": at, "place": place}); err != nil {
			return err
		}
		return s.tellDrawing(tx, m, at)
	})
	if err != nil {
		return nil, fmt.Errorf("announce drawing: %w", err)
	}
	return d, nil
}

// drawingFits holds a drawing to the days that a rule gives between its announcement and itself.
func (m *Meeting) drawingFits(now, at time.Time) error {
	t, err := m.terms()
	if err != nil {
		return err
	}
	switch first := calendar.DateOf(now).Add(int(t.LotNotice)); {
	case !at.After(now):
		return ErrLotSoon.Saying("抽签的时间要在公告之后")
	case t.LotNotice > 0 && calendar.DateOf(at).Before(first):
		return ErrLotSoon.Saying(fmt.Sprintf("本次会议的规则要求提前%d日公告，最早%s抽签", t.LotNotice, first))
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
	if m.Channel == OnOfficial {
		return nil, nil, ErrNoTie.Saying("本次会议以政府电子投票平台为准，当选的人按平台公布的登记")
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
