package complaint

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// OpenCase is a case as anybody in the world may read it: never who complained, nor where they live, nor a file.
type OpenCase struct {
	Number     string
	Matter     string
	MatterName string
	Text       string
	Over       bool
	Notes      string // why it is over, or how far it is
	Lead       string
	Clause     string
	Estate     org.Estate
	PartName   string
	Lat, Lng   int64 // micro-degrees (GCJ-02); both 0 when not shown
	FiledAt    time.Time
	UpdatedAt  time.Time // when it ended, if it did
	DueAt      *time.Time
	Updates    []OpenUpdate // if asked for
}

// OpenFilter narrows what is read; zero values do not, but for the range and the limit.
type OpenFilter struct {
	Numbers []string // overrides the others
	Matters []string
	States  []string // open, closed; both or none for all
	From    time.Time
	To      time.Time // included
	Updates bool
	Offset  int
	Limit   int
}

// published narrows to the cases that anybody may read. A part has no words of its own; what was taken back is gone.
func published(q *gorm.DB) *gorm.DB {
	return q.Where("cases.visibility = ? AND cases.display = ? AND cases.parent_id = 0 AND cases.state <> ?", Public, Cleared, Withdrawn)
}

// ended are the states in which nothing more is expected of anybody, of what is published.
var ended = []State{Closed, Merged}

// ListOpen lists published cases, newest first.
func (s *Service) ListOpen(ctx context.Context, f OpenFilter) ([]OpenCase, error) {
	var list []OpenCase
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Case{}).Scopes(published)
		if len(f.Numbers) > 0 {
			q = q.Where("cases.number IN ?", f.Numbers)
		} else {
			q = q.Where("cases.created_at >= ? AND cases.created_at <= ?", f.From, f.To)
			if len(f.Matters) > 0 {
				q = q.Where("cases.matter IN ?", f.Matters)
			}
			switch open, closed := slices.Contains(f.States, "open"), slices.Contains(f.States, "closed"); {
			case open && !closed:
				q = q.Where("cases.state NOT IN ?", ended)
			case closed && !open:
				q = q.Where("cases.state IN ?", ended)
			}
		}
		var rows []Case
		if err := q.Order("cases.created_at DESC, cases.id DESC").Offset(f.Offset).Limit(f.Limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		list, err = s.viewOpen(tx, rows, f.Updates)
		return err
	})
	return list, err
}

// FindOpen shows one published case. Fault: ErrNotFound.
func (s *Service) FindOpen(ctx context.Context, number string, updates bool) (*OpenCase, error) {
	list, err := s.ListOpen(ctx, OpenFilter{Numbers: []string{number}, Updates: updates, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, ErrNotFound
	}
	return &list[0], nil
}

// behind are the rows that a page of cases needs beside its own, by id.
type behind struct {
	estates map[int64]org.Estate
	offices map[int64]org.Organisation
	answers map[int64]Step // the last public one
	latest  map[int64]Step // the last public step
	covered map[int64]bool // somebody asked not to be found
	into    map[int64]string
	steps   map[int64][]OpenUpdate
}

func (s *Service) viewOpen(tx *store.Tx, rows []Case, updates bool) ([]OpenCase, error) {
	b, err := s.behind(tx, rows, updates)
	if err != nil {
		return nil, err
	}
	list := make([]OpenCase, len(rows))
	for i, c := range rows {
		v := OpenCase{Number: c.Number, Matter: c.Matter, MatterName: c.MatterName, Text: forAnybody(cmp.Or(c.Redacted, c.Text)), Over: c.State.over(), Notes: StateNames[c.State], Lead: b.offices[c.LeadID].Name,
			Clause: c.Clause, Estate: b.estates[c.EstateID], PartName: PartName(c.Part), FiledAt: c.CreatedAt, UpdatedAt: c.CreatedAt, DueAt: c.DueAt, Updates: b.steps[c.ID]}
		v.Lat, v.Lng = c.openPlace(b.covered[c.ID])
		if st, ok := b.latest[c.ID]; ok {
			v.UpdatedAt = st.At
		}
		if v.Over {
			if c.ClosedAt != nil {
				v.UpdatedAt = *c.ClosedAt
			}
			v.Notes = EndingNames[c.Ending]
			if st, ok := b.answers[c.ID]; ok {
				v.Notes = answered(st)
			}
			if number := b.into[c.MergedID]; c.State == Merged {
				v.Notes = StateNames[Merged]
				if number != "" {
					v.Notes += "，请看 " + number
				}
			}
		}
		list[i] = v
	}
	return list, nil
}

// coarse is a thousandth of a degree in micro-degrees, about a hundred metres.
const coarse = 1000

// openPlace is the pin as far as anybody may see it. Who reports through an open interface put it into an open record.
// A resident's pin may be where they live: it is shown to a hundred metres, for common parts only, and not when
// somebody asked to be covered.
func (c *Case) openPlace(covered bool) (lat, lng int64) {
	switch {
	case c.Source == FromOpen311:
		return c.Lat, c.Lng
	case c.Part == "" || c.UnitID != 0 || covered:
		return 0, 0
	}
	return (c.Lat + coarse/2) / coarse * coarse, (c.Lng + coarse/2) / coarse * coarse
}

func (s *Service) behind(tx *store.Tx, rows []Case, updates bool) (*behind, error) {
	b := &behind{estates: map[int64]org.Estate{}, answers: map[int64]Step{}, latest: map[int64]Step{}, covered: map[int64]bool{}, into: map[int64]string{}, steps: map[int64][]OpenUpdate{}}
	ids, estates, offices, merged := []int64{0}, []int64{0}, []int64{0}, []int64{0}
	for _, c := range rows {
		ids, estates, offices = append(ids, c.ID), append(estates, c.EstateID), append(offices, c.LeadID)
		if c.MergedID != 0 {
			merged = append(merged, c.MergedID)
		}
	}
	var err error
	if b.offices, err = org.Organisations(tx, offices); err != nil {
		return nil, err
	}
	var found []org.Estate
	if err := tx.Where("id IN ?", estates).Find(&found).Error; err != nil {
		return nil, err
	}
	for _, e := range found {
		b.estates[e.ID] = e
	}
	if err := lastSteps(tx, ids, b.latest, "public = ?", true); err != nil {
		return nil, err
	}
	if err := lastSteps(tx, ids, b.answers, "public = ? AND kind = ?", true, Answer); err != nil {
		return nil, err
	}
	var covered []int64
	if err := tx.Model(&Complainant{}).Where("filed_id IN ? AND hidden <> ?", ids, Plain).Distinct().Pluck("filed_id", &covered).Error; err != nil {
		return nil, err
	}
	for _, id := range covered {
		b.covered[id] = true
	}
	var targets []Case
	if err := tx.Select("id", "number").Scopes(published).Where("id IN ?", merged).Find(&targets).Error; err != nil {
		return nil, err
	}
	for _, c := range targets {
		b.into[c.ID] = c.Number
	}
	if !updates {
		return b, nil
	}
	return b, b.addUpdates(tx, ids)
}

// lastSteps finds the last step of each case that fits.
func lastSteps(tx *store.Tx, ids []int64, by map[int64]Step, where string, args ...any) error {
	var steps []Step
	last := tx.Model(&Step{}).Select("MAX(id)").Where("case_id IN ?", ids).Where(where, args...).Group("case_id")
	if err := tx.Where("id IN (?)", last).Find(&steps).Error; err != nil {
		return err
	}
	for _, st := range steps {
		by[st.CaseID] = st
	}
	return nil
}

// answered is what an office did and what comes next, without whom it spoke to.
func answered(st Step) string {
	var r Report
	if st.Redacted != "" {
		return forAnybody(st.Redacted)
	}
	if err := json.Unmarshal([]byte(st.Detail), &r); err != nil || r.Did == "" {
		return ActionNames[Answer]
	}
	return forAnybody(r.Did + "。下一步：" + r.Next)
}
