package complaint

import (
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint/routing"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// split gives several offices a part of the case each. The whole waits until all parts are done; then its lead answers
// with what they found. A part has no complainants of its own: theirs stay with the whole.
func (t *turn) split() error {
	mandates, err := t.Mandates(t.tx)
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	var wrong []fault.Field
	for i, p := range t.in.Pieces {
		at := func(f string) string { return fmt.Sprintf("parts[%d].%s", i, f) }
		if n := len([]rune(p.Text)); n < 2 || n > 500 {
			wrong = append(wrong, fault.Field{Path: at("text"), Reason: "请写明要这个单位做什么（2至500个字）"})
		}
		if _, ok := mandates.Clause(p.Clause); !ok {
			wrong = append(wrong, fault.Field{Path: at("clause"), Reason: "职责清单里没有这一条，请写成“五(四)3”这样的条款号"})
		}
		if seen[p.OrganisationID] {
			wrong = append(wrong, fault.Field{Path: at("to"), Reason: "同一个单位只分一次"})
		}
		seen[p.OrganisationID] = true
	}
	if len(wrong) > 0 {
		return fault.ErrInvalid.With(wrong...)
	}
	for _, p := range t.in.Pieces {
		if err := t.part(mandates, p); err != nil {
			return err
		}
	}
	return t.moved(Split, nil)
}

// part opens one part.
func (t *turn) part(mandates *rulepack.Pack, p Piece) error {
	c := t.c
	if err := t.mayTake(p.OrganisationID); err != nil {
		return err
	}
	o, err := org.FindOrganisation(t.tx, p.OrganisationID)
	if err != nil {
		return err
	}
	number, err := store.NextNumber(t.tx, "F")
	if err != nil {
		return err
	}
	duty, _ := mandates.Clause(p.Clause)
	child := &Case{Number: number, Source: FromSplit, EstateID: c.EstateID, CommunityID: c.CommunityID, TownshipID: c.TownshipID, BuildingID: c.BuildingID,
		UnitID: c.UnitID, Part: c.Part, Place: c.Place, Lat: c.Lat, Lng: c.Lng, AboutID: c.AboutID, Matter: c.Matter, MatterName: c.MatterName, Clause: duty.Clause,
		ClauseText: duty.Text, Class: c.Class, MandateVersion: mandates.Stamp(), Text: c.Text, Visibility: Private, Display: Hidden, State: Dispatched, Level: string(routing.LevelOf(reference(o))),
		LeadID: o.ID, ParentID: c.ID, RouteReason: p.Text, Urgent: c.Urgent, CreatedAt: t.tx.Now}
	part := &turn{Service: t.Service, tx: t.tx, actor: t.actor, c: child}
	if err := part.dispatch(); err != nil {
		return err
	}
	part.step = &Step{Kind: File, State: Dispatched, ToID: o.ID, Clause: duty.Clause, Text: p.Text, Public: true}
	// The lead of the whole reads how its parts stand; their offices read the whole.
	parties := []Party{{OrganisationID: o.ID, Role: "lead"}}
	if c.LeadID != o.ID {
		parties = append(parties, Party{OrganisationID: c.LeadID, Role: "whole"})
	}
	if err := part.open(parties); err != nil {
		return err
	}
	if err := addRole(t.tx, c.ID, o.ID, "joint"); err != nil {
		return err
	}
	told, err := child.event(t.tx)
	if err != nil {
		return err
	}
	return outbox.Append(t.tx, event.CaseMoved{Case: told, What: "part"})
}

// open stores a new case with its first step and its parties.
func (t *turn) open(parties []Party) error {
	c := t.c
	c.Version, t.step.Seq = 1, 1
	if err := t.clock(); err != nil {
		return err
	}
	if err := t.tx.Create(c).Error; err != nil {
		return err
	}
	for i := range parties {
		parties[i].CaseID, parties[i].Open, parties[i].Since = c.ID, true, t.tx.Now
	}
	if err := t.tx.Create(&parties).Error; err != nil {
		return err
	}
	t.step.CaseID = c.ID
	if err := insertStep(t.tx, t.actor, t.step); err != nil {
		return err
	}
	if err := c.seat(t.tx); err != nil {
		return err
	}
	return audit.Append(t.tx, t.actor, "complaint.file", subject(c), map[string]any{"matter": c.Matter, "clause": c.Clause, "lead": c.LeadID, "part_of": c.ParentID})
}

// gather lets the whole go on when the last of its parts is done. It is called in the transaction that ended a part.
func (s *Service) gather(tx *store.Tx, part *Case) error {
	if part.ParentID == 0 || !part.State.over() {
		return nil
	}
	var whole Case
	if err := tx.ForUpdate().Where("id = ?", part.ParentID).Take(&whole).Error; err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	var left int64
	if err := tx.Model(&Case{}).Where("parent_id = ? AND open = ? AND id <> ?", whole.ID, true, part.ID).Count(&left).Error; err != nil {
		return err
	}
	if left > 0 || whole.State != Parted {
		return nil
	}
	t := &turn{Service: s, tx: tx, actor: audit.System{}, c: &whole, who: []Who{ByClock}, in: Input{Text: "各单位都已办完分办的部分，由主办单位汇总答复"}}
	if err := t.do(Gather); err != nil {
		return err
	}
	e, err := whole.event(tx)
	if err != nil {
		return err
	}
	return outbox.Append(tx, event.CaseMoved{Case: e, What: string(Gather)})
}

// endParts ends what is still open of a case that has ended itself.
func (t *turn) endParts() error {
	var parts []Case
	if err := t.tx.ForUpdate().Where("parent_id = ? AND open = ?", t.c.ID, true).Order("id").Limit(100).Find(&parts).Error; err != nil {
		return err
	}
	for i := range parts {
		p := &turn{Service: t.Service, tx: t.tx, actor: t.actor, c: &parts[i], from: parts[i].State, step: &Step{CaseID: parts[i].ID, Kind: t.step.Kind, Text: "总件已结束", Public: true}}
		p.c.State, p.c.Resume, p.c.Ending, p.c.ClosedAt = t.c.State, "", t.c.Ending, &t.tx.Now
		if err := p.store(t.step.Kind); err != nil {
			return err
		}
	}
	return nil
}
