package complaint

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// LeagueTable is a month's league table of one kind of organisations as it was published. A table is never changed: a later
// one is a version of its own, with the reason.
type LeagueTable struct {
	ID          int64  `gorm:"primaryKey"`
	Month       string // "2026-03"
	Kind        org.Kind
	Version     int
	Rules       string // stamp of the rules that scored it
	Content     string // []LeagueRow as JSON
	Reason      string
	PublishedBy int64
	PublishedAt time.Time
	ClientRef   *string
	InputHash   string
}

// TableName names the table.
func (LeagueTable) TableName() string { return "league_tables" }

// LeagueRow is an organisation's line. Organisations are compared with their own kind only.
type LeagueRow struct {
	Rank           int    `json:"rank"` // equal scores share it; 0 while there is no score
	OrganisationID int64  `json:"organisation_id"`
	Name           string `json:"name"`
	Closed         int64  `json:"closed"`
	InTime         int64  `json:"in_time"`
	NoDue          int64  `json:"no_due"` // of those that closed: without a due date, neither in time nor late
	Returned       int64  `json:"returned"`
	Refused        int64  `json:"refused"`
	Open           int64  `json:"open"`
	People         int64  `json:"people"` // asked: the denominator of the three rates
	Response       int64  `json:"response"`
	Solved         int64  `json:"solved"`
	Satisfied      int64  `json:"satisfied"`
	Score          *int64 `json:"score,omitempty"` // basis points; nil while the weights are unset or nobody could be asked
}

// Few reports whether so few people were asked that one of them turns the rates.
func (r LeagueRow) Few() bool { return r.People < 5 }

// League is a month under some rules.
type League struct {
	Rules string
	Rows  []LeagueRow
}

// Published is a published table beside what the same month gives today.
type Published struct {
	LeagueTable
	Rows    []LeagueRow
	Today   League
	Changed []string // what differs, organisation by organisation; empty where nothing does
}

// leagueKinds are the kinds that are compared.
var leagueKinds = []org.Kind{org.Department, org.Utility, org.Township, org.Community, org.Company, org.Committee, org.Bureau}

// ErrMonth is the fault of a month that cannot be counted.
var (
	ErrMonth  = fault.New(fault.Invalid, "figures.month", "请写成“2026-03”这样的月份，选择一类单位；还没过完的月份不能公布")
	ErrLeague = fault.New(fault.NotFound, "figures.not_published", "这个月还没有公布")
)

func monthOf(month string) (Period, error) {
	at, err := time.ParseInLocation("2006-01", month, org.Shanghai)
	if err != nil {
		return Period{}, ErrMonth
	}
	return Period{From: at.UTC(), To: at.AddDate(0, 1, 0).UTC()}, nil
}

// FindLeague computes a month's table for a kind of organisations under the rules of a day; zero is the month's last day. Ranks
// and numbers are those of the whole city, whoever asks; offices that do not see all read the lines of those that they see.
// Faults: ErrForbidden, ErrMonth.
func (s *Service) FindLeague(ctx context.Context, actor org.Actor, month string, kind org.Kind, day time.Time) (*League, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	var l *League
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		if l, err = s.league(tx, month, kind, day); err != nil {
			return err
		}
		l.Rows, err = narrowed(tx, actor, month, l.Rows)
		return err
	})
	return l, err
}

// league counts as linli itself: a table means the same whoever computes it.
func (s *Service) league(tx *store.Tx, month string, kind org.Kind, day time.Time) (*League, error) {
	p, err := monthOf(month)
	if err != nil || !slices.Contains(leagueKinds, kind) {
		return nil, ErrMonth
	}
	if day.IsZero() {
		day = p.To.Add(-time.Second)
	}
	units, stamp, err := s.figuresUnder(tx, everything, p, day)
	if err != nil {
		return nil, err
	}
	l := &League{Rules: stamp}
	for _, u := range units {
		if u.Kind != kind {
			continue
		}
		l.Rows = append(l.Rows, LeagueRow{OrganisationID: u.OrganisationID, Name: u.Name, Closed: u.Counts[FigureClosed], InTime: u.Counts[FigureInTime], NoDue: u.Counts[FigureNoDue],
			Returned: u.Counts[FigureReturned], Refused: u.Counts[FigureRefused], Open: u.Counts[FigureOpen], People: u.Counts[FigurePeople], Response: u.Counts[PeopleResponse],
			Solved: u.Counts[PeopleSolved], Satisfied: u.Counts[PeopleSatisfied], Score: u.Score})
	}
	for i := range l.Rows {
		switch {
		case l.Rows[i].Score == nil:
		case i > 0 && *l.Rows[i-1].Score == *l.Rows[i].Score:
			l.Rows[i].Rank = l.Rows[i-1].Rank
		default:
			l.Rows[i].Rank = i + 1
		}
	}
	return l, nil
}

// narrowed leaves the lines of the organisations whose figures an office sees: all, those with cases of its area, its own.
func narrowed(tx *store.Tx, actor org.Actor, month string, rows []LeagueRow) ([]LeagueRow, error) {
	if actor.Has(org.ReadFigures, org.ScopeCity) {
		return rows, nil
	}
	sees := map[int64]bool{actor.OrganisationID(): true}
	if !ownOnly(actor) {
		p, err := monthOf(month)
		if err != nil {
			return nil, err
		}
		counts, err := counted(tx, sightOf(actor), p)
		if err != nil {
			return nil, err
		}
		for id := range counts {
			sees[id] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r LeagueRow) bool { return !sees[r.OrganisationID] }), nil
}

// Publication is what somebody publishes.
type Publication struct {
	Month     string
	Kind      org.Kind
	Reason    string // of publishing the month again
	ClientRef string
	InputHash string
}

func (n *Publication) check() error {
	n.Reason = strings.TrimSpace(n.Reason)
	var c fault.Checks
	c.Check(len([]rune(n.Reason)) <= 200, "reason", "不超过200个字")
	c.Check(n.ClientRef != "" && len(n.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// PublishLeague freezes a month's table as it is under the month's own rules. A second publication of the month needs a
// reason and leaves the first as it was; the same tap again answers the first result.
// Faults: ErrForbidden, ErrMonth, ErrRefReused, fault.ErrInvalid.
func (s *Service) PublishLeague(ctx context.Context, actor org.Actor, n Publication) (*LeagueTable, error) {
	if err := actor.Must(org.PublishFigures); err != nil {
		return nil, err
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	var t *LeagueTable
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var err error
		t, err = s.publish(tx, actor, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("publish league table: %w", err)
	}
	return t, nil
}

func (s *Service) publish(tx *store.Tx, actor org.Actor, n Publication) (*LeagueTable, error) {
	var before []LeagueTable
	if err := tx.Where("published_by = ? AND client_ref = ?", actor.PersonID, n.ClientRef).Limit(1).Find(&before).Error; err != nil {
		return nil, err
	}
	if len(before) == 1 {
		if before[0].InputHash != n.InputHash {
			return nil, ErrRefReused
		}
		return &before[0], nil
	}
	p, err := monthOf(n.Month)
	if err != nil || p.To.After(tx.Now) {
		return nil, ErrMonth
	}
	l, err := s.league(tx, n.Month, n.Kind, time.Time{})
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(l.Rows)
	if err != nil {
		return nil, err
	}
	t := &LeagueTable{Month: n.Month, Kind: n.Kind, Version: 1, Rules: l.Rules, Content: string(content), Reason: n.Reason, PublishedBy: actor.PersonID, PublishedAt: tx.Now,
		ClientRef: &n.ClientRef, InputHash: n.InputHash}
	var last []LeagueTable
	if err := tx.Where("month = ? AND kind = ?", n.Month, n.Kind).Order("version DESC").Limit(1).Find(&last).Error; err != nil {
		return nil, err
	}
	if len(last) == 1 {
		if len([]rune(n.Reason)) < 2 {
			return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "这个月已经公布过，再次公布请写明原因（2至200个字）"})
		}
		t.Version = last[0].Version + 1
	}
	if err := tx.Create(t).Error; err != nil {
		return nil, store.Raced(err)
	}
	return t, audit.Append(tx, actor, "figures.publish", audit.Subject{Kind: "league_table", ID: t.ID}, map[string]any{"month": n.Month, "kind": n.Kind, "version": t.Version})
}

// FindPublished shows what was published of a month, the given version or the last, and beside it what the same month gives
// today: late ratings and new rules change figures, never silently. Both are of the whole city, so that a change is a change.
// Faults: ErrForbidden, ErrMonth, ErrLeague.
func (s *Service) FindPublished(ctx context.Context, actor org.Actor, month string, kind org.Kind, version int) (*Published, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	var found *Published
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("month = ? AND kind = ?", month, kind)
		if version > 0 {
			q = q.Where("version = ?", version)
		}
		var rows []LeagueTable
		if err := q.Order("version DESC").Limit(1).Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrLeague
		}
		found = &Published{LeagueTable: rows[0]}
		if err := json.Unmarshal([]byte(rows[0].Content), &found.Rows); err != nil {
			return err
		}
		today, err := s.league(tx, month, kind, tx.Now)
		if err != nil {
			return err
		}
		found.Changed = changes(found.Rows, today.Rows, actor.Has(org.ReadFigures, org.ScopeCity))
		if found.Rules != today.Rules {
			found.Changed = append([]string{"规则由 " + found.Rules + " 变为 " + today.Rules}, found.Changed...)
		}
		found.Today = *today
		found.Today.Rows, err = narrowed(tx, actor, month, today.Rows)
		return err
	})
	return found, err
}

// changes says what differs between two tables. Whoever does not see all lines is told of those that were published.
func changes(before, after []LeagueRow, all bool) []string {
	var said []string
	seen := map[int64]bool{}
	for _, b := range before {
		seen[b.OrganisationID] = true
		i := slices.IndexFunc(after, func(a LeagueRow) bool { return a.OrganisationID == b.OrganisationID })
		if i < 0 {
			said = append(said, b.Name+"：现在没有数据")
			continue
		}
		a := after[i]
		if b.People != a.People || b.Response != a.Response || b.Solved != a.Solved || b.Satisfied != a.Satisfied {
			said = append(said, fmt.Sprintf("%s：评价由 %d/%d/%d（%d人）变为 %d/%d/%d（%d人）", b.Name, b.Response, b.Solved, b.Satisfied, b.People, a.Response, a.Solved, a.Satisfied, a.People))
		}
		if b.Closed != a.Closed || b.InTime != a.InTime || b.NoDue != a.NoDue {
			said = append(said, fmt.Sprintf("%s：办结由 %d 件（按时 %d，没有时限 %d）变为 %d 件（按时 %d，没有时限 %d）", b.Name, b.Closed, b.InTime, b.NoDue, a.Closed, a.InTime, a.NoDue))
		}
		if (b.Score == nil) != (a.Score == nil) || (b.Score != nil && *b.Score != *a.Score) {
			said = append(said, b.Name+"：综合得分由"+scoreText(b.Score)+"变为"+scoreText(a.Score))
		}
	}
	for _, a := range after {
		if all && !seen[a.OrganisationID] {
			said = append(said, a.Name+"：公布时没有数据")
		}
	}
	return said
}

func scoreText(score *int64) string {
	if score == nil {
		return "（没有）"
	}
	return fmt.Sprintf("%d.%02d", *score/100, *score%100)
}
