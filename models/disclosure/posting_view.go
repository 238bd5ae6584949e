package disclosure

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Wall is a place as its readers see it.
type Wall struct {
	Place
	State   string // see WallStates
	Papers  []Paper
	Through calendar.Date // the last day here; zero where it cannot be said
}

// WallStates are where a place stands, as people read it.
var WallStates = map[string]string{"missing": "还没有张贴", "hanging": "张贴中", "down": "已被撕下，要重新张贴", "reported": "有人报告不见了，待核实"}

// Period is how long a posting stands, in words and days.
type Period struct {
	Days    int
	Article string
	Places  string        // what the rule says about paper, in words
	Through calendar.Date // the last day; zero where Why says why it cannot be said
	Why     string
	Over    bool
}

// Walls shows where the current version of a notice hangs, and where it is missing.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) Walls(ctx context.Context, actor org.Actor, id int64) ([]Wall, *Period, error) {
	if err := actor.Must(org.ReadBoard); err != nil {
		return nil, nil, err
	}
	var list []Wall
	var period *Period
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var n Notice
		if err := tx.Scopes(actor.Within(org.ReadBoard, "notices.estate_id")).Where("id = ?", id).Take(&n).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		var err error
		list, period, err = s.shown(tx, &n)
		return err
	})
	if !supervises(actor) {
		for _, w := range list {
			for i := range w.Papers {
				w.Papers[i].Metres = nil
			}
		}
	}
	return list, period, err
}

// supervises reports whether an actor looks after what others hang: how far off a phone was is for them to judge, and accuses nobody.
func supervises(actor org.Actor) bool {
	if actor.Post == nil {
		return false
	}
	k := actor.Post.OrgKind
	return k == org.Community || k == org.Township || k == org.Bureau
}

func (s *Service) shown(tx *store.Tx, n *Notice) ([]Wall, *Period, error) {
	var v Version
	if err := tx.Where("notice_id = ? AND version = ?", n.ID, n.CurrentVersion).Take(&v).Error; err != nil {
		return nil, nil, err
	}
	places, err := walls(tx, n.ID, v.Version)
	if err != nil {
		return nil, nil, err
	}
	period := &Period{Article: v.PostingArticle, Places: v.places()}
	period.Days, err = s.daysOf(tx, n, &v)
	if err == nil {
		period.Through, err = end(v.At, period.Days, places, calendar.DateOf(tx.Now))
	}
	if err != nil {
		if fault.Of(err).Kind == fault.Internal {
			return nil, nil, err
		}
		period.Why = fault.Of(err).Message
	}
	period.Over = err == nil && tx.Now.After(period.Through.End())
	if errors.Is(err, ErrNoPeriod) {
		period = nil
	}
	list := make([]Wall, len(places))
	for i := range places {
		list[i] = places[i].wall(period)
	}
	return list, period, nil
}

func (h *hung) wall(p *Period) Wall {
	w := Wall{Place: h.Place, State: "missing", Papers: h.papers}
	if len(h.papers) > 0 {
		w.State = "hanging"
		if h.papers[len(h.papers)-1].Hanging == nil {
			w.State = "down"
		}
	}
	if len(h.incidents) > 0 {
		w.State = "reported"
	}
	if p != nil && p.Days > 0 {
		w.Through, _ = h.through(p.Days)
	}
	return w
}

// places says where the rule asks for paper.
func (v *Version) places() string {
	var list []string
	if v.asks(OnBoard) {
		list = append(list, "小区公示栏")
	}
	if v.asks(AtEntrances) {
		list = append(list, "每个楼栋入口")
	}
	if v.Places == OnlineOnly {
		return "本地规则只要求网上公示；纸质张贴照样可以登记"
	}
	if len(list) == 0 {
		return "张贴地点的本地规则未配置，公示期只按网上公示计算；纸质张贴照样可以登记"
	}
	return "还要在" + strings.Join(list, "和") + "张贴，公示期从网上公示和最后一处张贴中较晚的一天起算"
}

// IncidentView is a report with where it was.
type IncidentView struct {
	Incident
	Number string
	Title  string
	Place  string
	Today  calendar.Date `gorm:"-"`
}

// ListIncidents pages through the reports of an estate, newest first; state narrows it.
func (s *Service) ListIncidents(ctx context.Context, actor org.Actor, estateID int64, state string, before int64, limit int) ([]IncidentView, error) {
	var rows []IncidentView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.HangNotice, estateID)
		if err != nil {
			return err
		}
		q := tx.Where("x.estate_id = ?", e.ID)
		if state != "" {
			q = q.Where("x.state = ?", state)
		}
		if before > 0 {
			q = q.Where("x.id < ?", before)
		}
		rows, err = incidents(tx, q, limit)
		return err
	})
	return rows, err
}

func incidents(tx *store.Tx, q *gorm.DB, limit int) ([]IncidentView, error) {
	var rows []IncidentView
	err := q.Table("notice_incidents x").Select("x.*, n.number, v.title, w.name AS place").Joins("JOIN notices n ON n.id = x.notice_id").
		Joins("JOIN notice_versions v ON v.notice_id = x.notice_id AND v.version = x.version").
		Joins("JOIN notice_postings p ON p.id = x.posting_id").Joins("JOIN notice_places w ON w.id = p.place_id").
		Order("x.id DESC").Limit(limit).Scan(&rows).Error
	for i := range rows {
		rows[i].Today = calendar.DateOf(tx.Now)
	}
	return rows, err
}

// FindIncident shows one report to the offices of the estate and to who sent it.
// Faults: ErrForbidden, ErrNoIncident.
func (s *Service) FindIncident(ctx context.Context, actor org.Actor, id int64) (*IncidentView, error) {
	if err := actor.Must(org.ReportPosting); err != nil {
		return nil, err
	}
	var found *IncidentView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Scopes(actor.Within(org.ReportPosting, "x.estate_id")).Where("x.id = ?", id)
		if actor.Post == nil {
			q = q.Where("x.person_id = ?", actor.PersonID)
		}
		rows, err := incidents(tx, q, 1)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrNoIncident
		}
		found = &rows[0]
		return nil
	})
	return found, err
}

// MayOpenFiles tells whether the actor may look at the photo of a paper or of a report.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, kind string, id int64) error {
	switch kind {
	case "notice_draft":
		return s.MayOpenDraft(ctx, actor, id)
	case "notice_incident":
		_, err := s.FindIncident(ctx, actor, id)
		return err
	case "notice_posting":
		if err := actor.Must(org.ReadBoard); err != nil {
			return err
		}
		return s.db.View(ctx, func(tx *store.Tx) error {
			var p Paper
			return store.NotFound(tx.Scopes(actor.Within(org.ReadBoard, "notice_postings.estate_id")).Where("id = ?", id).Take(&p).Error, ErrNoPaper)
		})
	}
	return fmt.Errorf("files of %q: %w", kind, ErrNotFound)
}
