package complaint

import (
	"context"
	"slices"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Ways in which a complainant's word comes in when not from their own phone.
const (
	ByCall    = "call"    // 回访: an office called them
	AtCounter = "counter" // they came
)

// onPaper are the words that the lead's own counter may write down, with a picture of what the complainant signed: nobody
// who came is sent away. What ends a right is not among them, nor what the lead is measured by.
var onPaper = []Action{Return, Supply, Urge, Reopen}

// ActFor does what a complainant said on the phone or at a counter, under their receipt: confirm, return, rate, supply,
// urge, withdraw, reopen. The office that leads the case does this for nobody but who came and signed; the body complained
// about never does. The step says which office wrote it down. Somebody with an account is told what was recorded in their name; to confirm or to withdraw
// is theirs alone.
// Faults: ErrForbidden, ErrNotFound, ErrReceipt, ErrOwnAnswer, ErrAnonymous, ErrTapSelf, and those of ActOwn.
func (s *Service) ActFor(ctx context.Context, actor org.Actor, id int64, receipt, via string, a Action, in Input) (*Case, error) {
	if err := actor.Must(org.CallBack); err != nil {
		return nil, err
	}
	if via != ByCall && via != AtCounter {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "via", Reason: "请选择电话回访（call）或到窗口（counter）"})
	}
	return s.act(ctx, actor, id, a, in, func(t *turn) error {
		var c Case
		if err := t.tx.ForUpdate().Where("cases.id = ?", id).Scopes(visible(actor)).Take(&c).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		if c.LeadID == actor.OrganisationID() && (via != AtCounter || len(in.FileIDs) == 0 || !slices.Contains(onPaper, a)) {
			return ErrOwnAnswer
		}
		var m Complainant
		if err := t.tx.ForUpdate().Where("case_id = ? AND receipt = ? AND state <> ?", c.ID, receipt, Gone).Take(&m).Error; err != nil {
			return store.NotFound(err, ErrReceipt)
		}
		switch {
		case m.Hidden == Anonymous:
			return ErrAnonymous
		case m.PersonID != 0 && (a == Confirm || a == Withdraw):
			return ErrTapSelf // what ends their right is theirs to say
		}
		t.c, t.mine, t.who, t.via = &c, &m, []Who{ByComplainant}, via
		if m.PersonID == 0 {
			return nil
		}
		return t.tell(func(e event.Case) event.Event {
			e.PersonIDs = []int64{m.PersonID}
			return event.CaseMoved{Case: e, What: "recorded", ToID: actor.OrganisationID(), ToName: actor.Post.OrgName}
		})
	})
}
