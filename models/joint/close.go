package joint

import (
	"context"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Close ends the whistle by whoever blew it: the community that asked or the township that signed, with the outcome.
// Every called office has come or need not; once its time is over, the rest counts as absent. Where no time limit is in
// force nobody was late: whoever has not come is let go.
// Faults: ErrForbidden, ErrWhistle, ErrState, ErrNotBlower, ErrOpen, fault.ErrInvalid.
func (s *Service) Close(ctx context.Context, actor org.Actor, id int64, outcome string) (*Whistle, error) {
	if err := actor.Must(org.AskWhistle); err != nil {
		return nil, err
	}
	outcome = strings.TrimSpace(outcome)
	if n := len([]rune(outcome)); n < 10 || n > 2000 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明处理结果（10至2000个字）"})
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		if err := w.blower(actor); err != nil {
			return err
		}
		if w.State != Blown {
			return ErrState.Saying("这次吹哨现在是“" + StateNames[w.State] + "”，不能销哨")
		}
		if err := dismiss(tx, w); err != nil {
			return err
		}
		w.State, w.Outcome, w.ClosedAt, w.RemindAt = Closed, outcome, &tx.Now, nil
		return s.note(tx, actor, w, "closed", 0, outcome)
	})
}

// dismiss says what becomes of the offices that have not come when a whistle is closed. One that stays away cannot keep it
// open for ever, and is not excused either. Neither can a refusal on which nobody decides: it stays on record as one.
func dismiss(tx *store.Tx, w *Whistle) error {
	called, err := summoned(tx, w.ID)
	if err != nil {
		return err
	}
	for _, sm := range called {
		due, next := sm.due(w), Absent
		switch {
		case sm.State == Refused && (w.DueAt == nil || !tx.Now.After(*w.DueAt)):
			return ErrOpen
		case sm.State != Called:
			continue
		case due == nil:
			next = Released
		case !tx.Now.After(*due):
			return ErrOpen
		}
		if err := tx.Model(&Summons{}).Where("whistle_id = ? AND organisation_id = ?", w.ID, sm.OrganisationID).Update("state", next).Error; err != nil {
			return err
		}
	}
	return nil
}

// blower refuses everybody but the two offices that blew the whistle.
func (w *Whistle) blower(actor org.Actor) error {
	if own := actor.OrganisationID(); own != w.AskedOrg && own != w.TownshipID {
		return ErrNotBlower
	}
	return nil
}
