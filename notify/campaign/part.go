package campaign

import (
	"slices"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Parted takes a person from the seats of an owner who they turn out not to be or, with owner 0, of a unit that is not theirs. What
// they read or tapped proves nothing, and what went to them went to nobody: the owner is told again by the next resend or reminder.
// The register calls it in the transaction that ends the recognition; it is harmless to repeat.
func (s *Service) Parted(tx *store.Tx, actor audit.Actor, owner, person, unit int64) error {
	q := tx.Table("reach_people").Select("reach_people.*").Joins("JOIN reaches r ON r.id = reach_people.reach_id").Joins("JOIN campaigns c ON c.id = r.campaign_id").Where("reach_people.person_id = ?", person)
	if owner != 0 {
		q = q.Where("reach_people.owner_id = ?", owner)
	} else {
		q = q.Where("r.unit_id = ? OR (r.owner_set_id <> 0 AND r.owner_set_id IN (SELECT owner_set_id FROM ownerships WHERE current_unit = ?))", unit, unit)
	}
	// Who has another right in the same seat stays.
	q = q.Where("NOT EXISTS (SELECT 1 FROM owners o WHERE o.owner_set_id = r.owner_set_id AND o.person_id = reach_people.person_id)").
		Where(`NOT EXISTS (SELECT 1 FROM residences x WHERE x.person_id = reach_people.person_id AND x.living IS NOT NULL AND (x.role = ? OR c.audience = ?)
			AND (x.unit_id = r.unit_id OR x.unit_id IN (SELECT w.current_unit FROM ownerships w WHERE w.owner_set_id = r.owner_set_id AND w.current_unit IS NOT NULL)))`, org.RoleOwner, Residents)
	var wrong []Addressee
	if err := q.Order("reach_people.id").Scan(&wrong).Error; err != nil {
		return err
	}
	for _, a := range wrong {
		if err := s.part(tx, actor, owner, a); err != nil {
			return err
		}
	}
	return nil
}

// part takes one of its people from a seat.
func (s *Service) part(tx *store.Tx, actor audit.Actor, owner int64, a Addressee) error {
	var c Campaign
	if err := tx.Where("id = ?", a.CampaignID).Take(&c).Error; err != nil {
		return err
	}
	var r Reach
	if err := tx.ForUpdate().Where("id = ?", a.ReachID).Take(&r).Error; err != nil {
		return err
	}
	if err := tx.Where("id = ?", a.ID).Delete(&Addressee{}).Error; err != nil {
		return err
	}
	if owner != 0 && c.Audience == Owners {
		again := Addressee{CampaignID: c.ID, ReachID: r.ID, PersonID: -owner, OwnerID: owner, Since: &tx.Now}
		once := clause.OnConflict{Columns: []clause.Column{{Name: "campaign_id"}, {Name: "person_id"}, {Name: "reach_id"}}, DoUpdates: clause.AssignmentColumns([]string{"since"})}
		if err := tx.Clauses(once).Create(&again).Error; err != nil {
			return err
		}
		if _, err := s.slip(tx, &r); err != nil {
			return err
		}
	}
	was, theirs := r.ConfirmedHow, r.ConfirmedBy == a.PersonID
	if r.PrintedAt == nil { // only they can have had the code, by a short message to the phone that was taken for the owner's
		theirs, r.SlippedAt = theirs || was == BySlip, nil
	}
	if err := c.weigh(tx, &r, theirs || was == ByProvider); err != nil {
		return err
	}
	if err := s.leave(tx, &c, &r, a.PersonID); err != nil {
		return err
	}
	return c.note(tx, actor, "parted", map[string]any{"reach": r.ID, "owner": owner, "person": a.PersonID, "was": was, "now": r.ConfirmedHow})
}

// leave plans anew for a seat that somebody has been taken from, and gives up what was still to be sent to them.
func (s *Service) leave(tx *store.Tx, c *Campaign, r *Reach, person int64) error {
	var people []int64
	if err := tx.Model(&Addressee{}).Where("reach_id = ? AND person_id > 0", r.ID).Limit(1).Pluck("person_id", &people).Error; err != nil {
		return err
	}
	if len(people) == 0 {
		if err := s.replan(tx, c, r); err != nil {
			return err
		}
	}
	var elsewhere []int64
	if err := tx.Model(&Addressee{}).Where("campaign_id = ? AND person_id = ?", c.ID, person).Limit(1).Pluck("id", &elsewhere).Error; err != nil || len(elsewhere) > 0 {
		return err
	}
	messages, err := messagesOf(tx, c.ID)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if err := s.giveUp(tx, m, []int64{person}); err != nil {
			return err
		}
	}
	return nil
}

// replan says anew how a seat is to be reached, as the register has it now.
func (s *Service) replan(tx *store.Tx, c *Campaign, r *Reach) error {
	x := &seat{key: r.Seat, set: org.OwnerSet{ID: r.OwnerSetID}, door: door{ID: r.UnitID}, units: r.Units}
	if r.UnitID != 0 {
		if err := fetch(tx, []*seat{x}, []int64{r.UnitID}); err != nil {
			return err
		}
		x.homely = !slices.Contains(cars, x.door.UseKind)
	}
	if err := s.meet(tx, c, []*seat{x}); err != nil {
		return err
	}
	r.Planned, r.Why = judge(c, x)
	return tx.Model(&Reach{}).Where("id = ?", r.ID).Updates(map[string]any{"planned": r.Planned, "why": r.Why}).Error
}
