package assembly

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// attach ties uploads to something that is prepared. Residents upload documents, offices what they publish.
func (s *Service) attach(tx *store.Tx, actor org.Actor, ids []int64, kind string, id, estate int64) error {
	purpose := "document"
	if actor.Post != nil {
		purpose = "notice"
	}
	return s.o.Files.Attach(tx, actor, ids, purpose, kind, id, estate)
}

// PreparedFiles are the kinds of things here that files are attached to.
var PreparedFiles = []string{"meeting_order", "preparation_group", "candidate", "rulebook", "credential"}

// MayOpenPrepared reports whether the actor may open the files of something that is prepared. An order and an estate's rules are for all
// who read its meetings; what was handed in for a group, a candidate or a credential is for the offices that look at it, and for whoever
// handed it in.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) MayOpenPrepared(ctx context.Context, actor org.Actor, kind string, id int64) error {
	if kind == "credential" {
		_, err := s.FindCredential(ctx, actor, id)
		return err
	}
	if err := actor.Must(org.ReadMeetings); err != nil {
		return err
	}
	return s.db.View(ctx, func(tx *store.Tx) error {
		table := map[string]string{"meeting_order": "meeting_orders", "preparation_group": "preparation_groups", "candidate": "candidates", "rulebook": "rulebooks"}[kind]
		if table == "" {
			return ErrNotFound
		}
		q := tx.Table(table).Scopes(reach(tx, actor, org.ReadMeetings, table+".estate_id")).Where("id = ?", id)
		if actor.Post == nil {
			switch kind {
			case "preparation_group":
				q = q.Where("person_id = ?", actor.PersonID)
			case "candidate":
				q = q.Where("person_id = ?", actor.PersonID)
			case "rulebook":
				q = q.Where("state = 'confirmed'")
			}
		}
		var found []int64
		if err := q.Limit(1).Pluck("id", &found).Error; err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrNotFound
		}
		return nil
	})
}
