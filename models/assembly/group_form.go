package assembly

import (
	"context"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func milli(n int64) area.Milli { return area.Milli(n) }

// ConfirmDelivery lets the bureau say by a document that enough of the estate is delivered, where the register does not show it.
// Faults: ErrForbidden, ErrNoGroup, ErrGroup, fault.ErrInvalid.
func (s *Service) ConfirmDelivery(ctx context.Context, actor org.Actor, id int64, text string, files []int64) (*Group, error) {
	var c fault.Checks
	checkText(&c, "text", &text, 4, 500, "请写明依据的文件和结论（4至500个字）")
	c.Check(len(files) > 0 && len(files) <= 10, "file_ids", "请附上证明材料（1至10份）")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.changeGroup(ctx, actor, org.ConfirmDelivery, id, "confirm_delivery", func(tx *store.Tx, g *Group) error {
		if g.Kind != FirstGroup {
			return ErrGroup.Saying("换届小组不用确认交付面积")
		}
		g.ConfirmedFor, g.ConfirmedBy, g.ConfirmedAt = text, actor.PersonID, &tx.Now
		if err := s.attach(tx, actor, files, "preparation_group", g.ID, g.EstateID); err != nil {
			return err
		}
		return g.tell(tx, "group_confirmed")
	}, Requested, Listed)
}

// Form forms the group when every rule holds, and starts the term in which the meeting has to be prepared. Late forming is possible, and
// visible. Faults: ErrForbidden, ErrNoGroup, ErrGroup, ErrGroupRules with each rule that does not hold.
func (s *Service) Form(ctx context.Context, actor org.Actor, id int64) (*Group, error) {
	return s.changeGroup(ctx, actor, org.FormGroup, id, "form", func(tx *store.Tx, g *Group) error {
		wrong, err := s.unmet(tx, g)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return ErrGroupRules.With(wrong...)
		}
		g.State, g.FormedAt, g.FormedBy, g.OverdueAt, g.RemindAt = Formed, &tx.Now, actor.PersonID, nil, nil
		if g.Kind == FirstGroup {
			set, _, err := s.law(tx, &Meeting{EstateID: g.EstateID, Session: First}, tx.Now)
			if err != nil {
				return err
			}
			days, err := set.Int("first_meeting.prepare_days")
			if err != nil {
				return err
			}
			g.DoneBy, g.RemindAt = term(tx.Now, days)
		}
		return g.tell(tx, "group_formed")
	}, Listed)
}

// EndGroup ends a group that will not prepare a meeting, with the reason that owners read.
// Faults: ErrForbidden, ErrNoGroup, ErrGroup, fault.ErrInvalid.
func (s *Service) EndGroup(ctx context.Context, actor org.Actor, id int64, reason string) (*Group, error) {
	var c fault.Checks
	checkText(&c, "reason", &reason, 4, 200, "请写明原因（4至200个字），业主会看到")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.changeGroup(ctx, actor, org.FormGroup, id, "end", func(tx *store.Tx, g *Group) error {
		g.end(tx, Ended, reason)
		return nil
	}, Requested, Listed, Formed)
}

func (g *Group) end(tx *store.Tx, state GroupState, reason string) {
	g.State, g.Living, g.EndedAt, g.EndedFor, g.RemindAt = state, nil, &tx.Now, reason, nil
}

// GroupView is a group as those who may read it see it.
type GroupView struct {
	Group
	Estate  string
	Members []Member
	Due     bool         // the running term has passed
	Unmet   fault.Checks // the rules that do not hold yet
	Meeting *Meeting     // which it called
	FileIDs []int64      // for the offices and whoever asked for it
}

// FindGroup shows a group: members, clocks, and what is missing before it may be formed.
// Faults: ErrForbidden, ErrNoGroup.
func (s *Service) FindGroup(ctx context.Context, actor org.Actor, id int64) (*GroupView, error) {
	if err := actor.Must(org.ReadMeetings); err != nil {
		return nil, err
	}
	v := &GroupView{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Scopes(reach(tx, actor, org.ReadMeetings, "preparation_groups.estate_id")).Where("id = ?", id).Take(&v.Group).Error; err != nil {
			return store.NotFound(err, ErrNoGroup)
		}
		names, err := org.EstateNames(tx, []int64{v.EstateID})
		if err != nil {
			return err
		}
		v.Estate = names[v.EstateID]
		if err := tx.Where("group_id = ?", v.ID).Order("id").Find(&v.Members).Error; err != nil {
			return err
		}
		due := v.Group.due()
		v.Due = v.Living != nil && due != nil && tx.Now.After(*due)
		if v.State == Requested || v.State == Listed {
			if v.Unmet, err = s.unmet(tx, &v.Group); err != nil {
				return err
			}
		}
		basis := ForFirst
		if v.Kind == RenewalGroup {
			basis = ForRenewal
		}
		if v.Meeting, err = answering(tx, v.EstateID, basis, v.ID); err != nil || actor.Post == nil && v.PersonID != actor.PersonID {
			return err
		}
		files, err := s.o.Files.IDsIn(tx, "preparation_group", []int64{v.ID})
		v.FileIDs = files[v.ID]
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// ListGroups pages through the groups of an estate, newest first.
// Faults: ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListGroups(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Group, error) {
	var rows []Group
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := estateFor(tx, actor, org.ReadMeetings, estate)
		if err != nil {
			return err
		}
		return newest(tx, before).Where("estate_id = ?", e.ID).Limit(limit).Find(&rows).Error
	})
	return rows, err
}
