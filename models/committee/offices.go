package committee

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// SetRole makes a member chair, deputy or ordinary member, as a passed decision of the committee on its own offices says. A
// chair who gives way has left that office: an audit starts, and the file is changed.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState.
func (s *Service) SetRole(ctx context.Context, actor org.Actor, item, member int64, role Role) (int64, error) {
	return s.act(ctx, actor, org.ActCommittee, "set role", func(tx *store.Tx) (int64, error) {
		it, t, _, err := seat(s, tx, actor, item, func(i *Item) int64 { return i.EstateID })
		if err != nil {
			return 0, err
		}
		if it.State != Passed || it.Matter != "offices" || role == Alternate || RoleNames[role] == "" {
			return 0, ErrState.Saying("主任、副主任由业委会会议推选：请先通过“在委员中推选主任、副主任”的决定")
		}
		m, err := sits(tx, t.ID, member)
		if err != nil {
			return 0, err
		}
		if m.Role == role {
			return m.ID, nil
		}
		if err := s.giveWay(tx, actor, t, m, role); err != nil {
			return 0, err
		}
		if err := tx.Model(&Member{}).Where("id = ?", m.ID).Update("role", role).Error; err != nil {
			return 0, err
		}
		set, err := s.rules(tx)
		if err != nil {
			return 0, err
		}
		if err := s.openFiling(tx, actor, set, t, Change); err != nil {
			return 0, err
		}
		return m.ID, note(tx, actor, "role", "committee_member", m.ID, m.EstateID, map[string]any{"role": role, "item": it.ID})
	})
}

// giveWay ends the chair of whoever had it.
func (s *Service) giveWay(tx *store.Tx, actor org.Actor, t *Term, m *Member, role Role) error {
	var chairs []Member
	if err := tx.Scopes(seated(t.ID)).Where("role = ?", Chair).Limit(1).Find(&chairs).Error; err != nil {
		return err
	}
	if len(chairs) == 0 || (role != Chair && chairs[0].ID != m.ID) {
		return nil
	}
	if err := tx.Model(&Member{}).Where("id = ?", chairs[0].ID).Update("role", Ordinary).Error; err != nil {
		return err
	}
	return s.openAudit(tx, actor, t, ChairLeft, chairs[0].ID)
}
