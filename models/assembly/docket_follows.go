package assembly

import (
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Consequence is what follows from an objection to the result that was upheld.
type Consequence string

// The consequences. One objection has one.
const (
	FollowsRecount Consequence = "recount" // counted and published again, and the owners may object again
	FollowsNothing Consequence = "none"    // the result stands; the answer says to everybody why
	FollowsCancel  Consequence = "cancel"  // the result is never certified
)

// ConsequenceNames are the consequences as people read them.
var ConsequenceNames = map[Consequence]string{FollowsRecount: "重新计票，重新公示结果", FollowsNothing: "不影响结果", FollowsCancel: "结果不予确认，本次会议作废"}

// follow fixes what follows from a verdict on an entry. Ballots that count no more are a recount by themselves.
func (v Verdict) follow(o *Objection) (Consequence, error) {
	var c fault.Checks
	names := o.Disputed != "[]"
	switch {
	case o.Kind != AgainstResult || !v.Uphold:
		c.Check(v.Follows == "", "follows", "只有对结果的异议成立时，才写明后果")
		return "", c.Err()
	case v.Follows == "" && names:
		return FollowsRecount, nil
	}
	c.Check(ConsequenceNames[v.Follows] != "", "follows", "请写明异议成立以后怎么办：重新计票并重新公示；不影响结果，理由向全体业主公开；或者结果不予确认")
	c.Check(v.Follows != FollowsNothing || !names, "follows", "列出的票不再计入，结果要重新计票、重新公示，不能选“不影响结果”")
	return v.Follows, c.Err()
}

// conclude draws the consequence of an objection to the result that two people upheld.
func (s *Service) conclude(tx *store.Tx, actor org.Actor, m *Meeting, o *Objection) error {
	if o.Follows != FollowsCancel {
		return nil
	}
	m.State, m.Reason = Cancelled, short("对结果的异议成立（"+o.Number+"），结果不予确认："+o.Answer, 200)
	m.DueAt, m.WatchAt, m.OverdueAt = nil, nil, nil
	if err := note(tx, actor, m, "refuse_result", map[string]any{"objection": o.Number}); err != nil {
		return err
	}
	return s.tell(tx, m, "cancelled")
}
