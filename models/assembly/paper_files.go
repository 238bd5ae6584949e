package assembly

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// MayOpenPapers says whether the actor may open a file of papers, authorisations or imported results: the office that counts, and of
// an authorisation its owners too. What an assisted owner said is for the helper and the second person alone until the window is closed.
// Fault: ErrNotFound.
func (s *Service) MayOpenPapers(ctx context.Context, actor org.Actor, kind string, id int64) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		if kind == "proxy" && actor.Post == nil {
			return ownProxy(tx, actor, id)
		}
		rows := map[string]any{"paper_form": &Form{}, "paper_opening": &Opening{}, "assisted_vote": &Assisted{}, "proxy": &Proxy{}, "official_result": &OfficialResult{}, "roll_note": &RollNote{}, "debtor": &Debtor{}}
		if rows[kind] == nil {
			return ErrNotFound
		}
		var meeting int64
		if err := tx.Model(rows[kind]).Where("id = ?", id).Select("meeting_id").Take(&meeting).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		m, err := meetingFor(tx, tx.DB, actor, org.ConveneMeeting, meeting)
		if err == nil && kind == "assisted_vote" {
			err = mayHear(tx, actor, m, id)
		}
		return err
	})
}

func ownProxy(tx *store.Tx, actor org.Actor, id int64) error {
	var p Proxy
	if err := tx.Where("id = ?", id).Take(&p).Error; err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	all, err := holdings(tx, []int64{p.OwnerSetID})
	if err == nil && !all[p.OwnerSetID].may(actor.PersonID, 0) {
		err = ErrNotFound
	}
	return err
}
