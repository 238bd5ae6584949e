package assembly

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Drew is what happened at a drawing of lots.
type Drew struct {
	Order     []string // keys of candidates, the first drawn first
	Witnesses []Scrutineer
	Minutes   string
	FileIDs   []int64 // the signed minutes
}

func (d *Drew) check() error {
	var c fault.Checks
	checkText(&c, "minutes", &d.Minutes, 4, 4000, "请写抽签笔录：怎么做签、谁抽、结果（4至4000个字）")
	c.Check(len(d.FileIDs) > 0 && len(d.FileIDs) <= 10, "file_ids", "请上传监票人签名的抽签笔录（1至10页）")
	checkScrutineers(&c, "witnesses", d.Witnesses)
	if err := c.Err(); err != nil {
		return err
	}
	if len(d.Witnesses) < leastScrutineers || len(d.Witnesses) > mostScrutineers {
		return ErrScrutineers.Saying("抽签要有至少两名监票人见证，监票人不能是候选人、物业企业的工作人员或代理人")
	}
	return nil
}

// RecordDrawing puts down how the lots fell, before witnesses without a stake, and publishes the provisional result again with it, to which the owners may object anew. The record
// is kept whole and sealed; its hash stands in the result.
// Faults: ErrForbidden, ErrNotFound, ErrNotConvener, ErrState, ErrNoMotion, ErrStake, ErrCounter, ErrScrutineers, ErrNoTie, ErrUnplanned, ErrLotSoon, fault.ErrInvalid.
func (s *Service) RecordDrawing(ctx context.Context, actor org.Actor, id int64, position int, in Drew) (*Drawing, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	var d *Drawing
	_, err := s.changeBy(ctx, actor, org.ConveneMeeting, id, []State{Provisional}, mayFinish, func(tx *store.Tx, m *Meeting) error {
		row, groups, err := s.tied(tx, actor, m, position)
		if err != nil {
			return err
		}
		if d, err = s.announced(tx, row.ID); err != nil {
			return err
		}
		if !slices.Equal(slices.Sorted(slices.Values(slices.Concat(groups...))), slices.Sorted(slices.Values(in.Order))) {
			return fault.ErrInvalid.With(fault.Field{Path: "order", Reason: "抽签的顺序要列出每一位票数相同、名额未定的候选人，各一次，不多不少"})
		}
		if err := s.mayWitness(tx, m, actor, in.Witnesses); err != nil {
			return err
		}
		if err := s.putDrawing(tx, actor, m, row, d, in); err != nil {
			return err
		}
		if err := s.attach(tx, actor, in.FileIDs, "meeting", m.ID, m.EstateID); err != nil {
			return err
		}
		if err := note(tx, actor, m, "record_drawing", map[string]any{"motion": position, "order": in.Order, "sha256": d.SHA256}); err != nil {
			return err
		}
		return s.republish(tx, actor, m, "drawn")
	})
	if err != nil {
		return nil, fmt.Errorf("record drawing: %w", err)
	}
	return d, nil
}

// announced finds the drawing whose time has come.
func (s *Service) announced(tx *store.Tx, motion int64) (*Drawing, error) {
	var d Drawing
	if err := tx.ForUpdate().Where("waiting = ?", motion).Take(&d).Error; err != nil {
		return nil, store.NotFound(err, ErrUnplanned)
	}
	if tx.Now.Before(d.At) {
		return nil, ErrLotSoon.Saying("公告的抽签时间是" + d.At.In(shanghai).Format("1月2日15:04") + "，到时间抽签后再登记")
	}
	return &d, nil
}

// mayWitness refuses witnesses with an interest, as far as their accounts and names tell.
func (s *Service) mayWitness(tx *store.Tx, m *Meeting, actor org.Actor, list []Scrutineer) error {
	if err := s.mayOpen(tx, m, actor, list); err != nil {
		return err
	}
	names, err := s.names(tx, m.ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		for _, name := range names {
			if x.Name == name {
				return ErrScrutineers.Saying("监票人“" + x.Name + "”和候选人同名，请换一位监票人")
			}
		}
	}
	return nil
}

func (s *Service) putDrawing(tx *store.Tx, actor org.Actor, m *Meeting, row *Motion, d *Drawing, in Drew) error {
	order, err := json.Marshal(in.Order)
	if err != nil {
		return err
	}
	record, err := json.Marshal(map[string]any{"meeting": m.Number, "motion": row.Position, "place": d.Place, "announced_at": d.AnnouncedAt, "announced_for": d.At, "recorded_at": tx.Now, "order": in.Order, "witnesses": in.Witnesses,
		"minutes": in.Minutes, "salt": rand.Text()}) // salted: names and phones are in it
	if err != nil {
		return err
	}
	d.Waiting, d.Drawn, d.Minutes, d.Witnesses, d.RecordSealed, d.SHA256 = nil, string(order), in.Minutes, len(in.Witnesses), s.o.Vault.Seal(string(record), "lot_drawings.record"), sha(record)
	d.RecordedBy, d.RecordedAt = actor.PersonID, &tx.Now
	return tx.Model(&Drawing{}).Where("id = ?", d.ID).Select("waiting", "drawn", "minutes", "witnesses", "record_sealed", "sha256", "recorded_by", "recorded_at").Updates(d).Error
}
