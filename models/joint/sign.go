package joint

import (
	"context"
	"errors"
	"strings"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Sign is the township head's decision: blow the whistle, which calls the offices at once, or decline with a reason.
// Faults: ErrForbidden, ErrWhistle, ErrState, fault.ErrInvalid.
func (s *Service) Sign(ctx context.Context, actor org.Actor, id int64, blow bool, text string) (*Whistle, error) {
	if err := actor.Must(org.BlowWhistle); err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); (!blow && n < 2) || n > 500 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "不同意时请写明理由（2至500个字）"})
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		if w.TownshipID != actor.OrganisationID() {
			return ErrWhistle
		}
		if w.State != Requested {
			return ErrState.Saying("这次吹哨已经是“" + StateNames[w.State] + "”，不用再签批")
		}
		w.State, w.SignedPost, w.SignedText = Declined, actor.Post.PostID, text
		if !blow {
			w.ClosedAt = &tx.Now
			return s.note(tx, actor, w, "declined", w.AskedOrg, text)
		}
		w.State, w.BlownAt = Blown, &tx.Now
		if err := s.term(tx, w); err != nil {
			return err
		}
		w.SignDue, w.SignReference = nil, false
		err := tx.Model(&Summons{}).Where("whistle_id = ?", w.ID).Updates(map[string]any{"state": Called, "called_at": tx.Now}).Error
		if err != nil {
			return err
		}
		if err := s.involve(tx, w); err != nil {
			return err
		}
		return s.note(tx, actor, w, "blown", 0, "")
	})
}

// involve lets the called offices read the complaint that they are called for.
func (s *Service) involve(tx *store.Tx, w *Whistle) error {
	if w.CaseID == 0 {
		return nil
	}
	var filed complaint.Case
	if err := tx.Where("id = ?", w.CaseID).Take(&filed).Error; err != nil {
		return err
	}
	c, err := live(tx, &filed)
	if err != nil {
		return err
	}
	called, err := summoned(tx, w.ID)
	if err != nil {
		return err
	}
	for _, sm := range called {
		err := s.cases.Involve(tx, c, sm.OrganisationID)
		if errors.Is(err, org.ErrOrganisationNotFound) { // closed since it was named
			err = tx.Model(&Summons{}).Where("whistle_id = ? AND organisation_id = ?", w.ID, sm.OrganisationID).
				Updates(map[string]any{"state": Excused, "final": true, "decided_text": "单位已撤销"}).Error
		}
		if err != nil {
			return err
		}
	}
	return nil
}
