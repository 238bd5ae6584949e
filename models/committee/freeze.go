package committee

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Money is what the committee needs of the owners' books, in the caller's transaction.
type Money interface {
	// Freeze closes the books that the committee answers for, up to yesterday.
	Freeze(tx *store.Tx, actor audit.Actor, estate int64) error
	// Spend books a cost of the public income and gives its line.
	Spend(tx *store.Tx, actor org.Actor, s Spending) (line int64, err error)
}

// departures are the audits that freeze until their result is published: of the chair who left, of members who resigned together, and of a
// term that ended (policy 五(二)12, 五(十五)6).
var departures = []AuditCause{ChairLeft, Collective, Renewal}

// ErrFrozen says that an audit of a departure runs.
var ErrFrozen = fault.New(fault.Closed, "committee.frozen", "离任（换届）审计期间暂时不能这样做；审计结果公示后恢复")

// freezing finds the audit of a departure that is not published yet; nil where none runs. A new committee is not held by the audit of the
// term before it.
func freezing(tx *store.Tx, estate int64) (*Audit, error) {
	var rows []Audit
	newer := tx.Model(&Term{}).Select("id").Where("running = ?", estate)
	err := tx.Where("estate_id = ? AND state <> 'published' AND cause IN ?", estate, departures).
		Where("term_id IN (?) OR NOT EXISTS (?)", newer, newer).Order("id").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// AuditWithdrawn takes back, in the transaction that takes a notice off the board, that an audit's result is published: what was frozen is
// frozen again, the township owes the result, and publishes it anew.
func (s *Service) AuditWithdrawn(tx *store.Tx, estate, notice int64) error {
	var rows []Audit
	if err := tx.ForUpdate().Where("estate_id = ? AND state = 'published' AND notice_id = ?", estate, notice).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return err
	}
	a := rows[0]
	if err := tx.Model(&Audit{}).Where("id = ?", a.ID).Updates(map[string]any{"state": "reported", "published_at": nil}).Error; err != nil {
		return err
	}
	owed := map[string]any{"done_at": nil, "watch_at": tx.Now}
	if err := tx.Model(&Duty{}).Where("kind = ? AND subject_id = ?", OweAudit, a.ID).Updates(owed).Error; err != nil {
		return err
	}
	held, err := freezing(tx, estate)
	if err != nil {
		return err
	}
	if held != nil && held.ID == a.ID { // the audit of an earlier term holds nobody
		if err := s.money.Freeze(tx, audit.System{}, estate); err != nil {
			return err
		}
	}
	return note(tx, audit.System{}, "audit_withdrawn", "committee_audit", a.ID, estate, map[string]any{"notice": notice})
}

// frozenMatters is the rule that says what a committee may not decide during the audit of a departure.
const frozenMatters = "committee.frozen_matters"

// decidable refuses what the local rule forbids to decide while an audit of a departure runs. Until somebody has said what that is, nothing is
// decided during such an audit: silence of the rule is not leave.
func decidable(tx *store.Tx, set *rulepack.Set, estate int64, m *Matter) error {
	a, err := freezing(tx, estate)
	if a == nil {
		return err
	}
	forbidden, err := set.List(frozenMatters)
	if err != nil {
		return err
	}
	if slices.Contains(forbidden, m.Code) {
		return ErrFrozen.Saying(fmt.Sprintf("“%s”要等审计%s（%s）的结果公示以后才能决定", m.Title, a.Number, AuditCauses[a.Cause]))
	}
	return nil
}

// stalled are the estates whose votes wait to be counted: an audit of a departure runs and nobody has said what it forbids. Without such a
// wait it is nil.
func stalled(tx *store.Tx, set *rulepack.Set) (*gorm.DB, error) {
	_, err := set.List(frozenMatters)
	if !errors.Is(err, rulepack.ErrUnset) {
		return nil, err
	}
	newer := "SELECT t.id FROM committee_terms t WHERE t.running = committee_audits.estate_id"
	return tx.Model(&Audit{}).Select("estate_id").Where("state <> 'published' AND cause IN ?", departures).Where("term_id IN (" + newer + ") OR NOT EXISTS (" + newer + ")"), nil
}

// unsaid is the sentence that an estate's page shows while its committee decides nothing because nobody has said what an audit forbids.
func unsaid(set *rulepack.Set, a *Audit) string {
	if a == nil {
		return ""
	}
	if _, err := set.List(frozenMatters); errors.Is(err, rulepack.ErrUnset) {
		return fault.Of(err).Message
	}
	return ""
}

// dropFrozen takes off a meeting what may not be decided today, though it was called before the audit began.
func (s *Service) dropFrozen(tx *store.Tx, actor audit.Actor, m *Meeting) error {
	set, err := s.rules(tx)
	if err != nil {
		return err
	}
	items, err := itemsOf(tx, m.ID)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.State != Listed && it.State != Voting {
			continue
		}
		err := decidable(tx, set, m.EstateID, &Matter{Code: it.Matter, Title: it.Title})
		if err == nil {
			continue
		}
		if !errors.Is(err, ErrFrozen) {
			return err
		}
		if err := tx.Model(&Item{}).Where("id = ?", it.ID).Update("state", Dropped).Error; err != nil {
			return err
		}
		if err := note(tx, actor, "drop_frozen", "committee_item", it.ID, m.EstateID, nil); err != nil {
			return err
		}
	}
	return nil
}

// sealable refuses the use of a seal that the township has not let while an audit of a departure runs.
func sealable(tx *store.Tx, u *SealUse) error {
	if u.LetBy != 0 {
		return nil
	}
	a, err := freezing(tx, u.EstateID)
	if a != nil {
		return ErrFrozen.Saying(fmt.Sprintf("审计%s（%s）期间用印，要先由乡镇（办事处）同意这一次用印", a.Number, AuditCauses[a.Cause]))
	}
	return err
}

// LetSeal is the township's consent to one use of a seal while an audit of a departure runs, with its reason in the trail.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) LetSeal(ctx context.Context, actor org.Actor, use int64, text string) (int64, error) {
	if !length(text, 2, 200) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明为什么同意（2至200个字）"})
	}
	return s.act(ctx, actor, org.AuditCommittee, "let seal", func(tx *store.Tx) (int64, error) {
		u, err := within[SealUse](tx, actor, org.AuditCommittee, use)
		if err != nil {
			return 0, err
		}
		a, err := freezing(tx, u.EstateID)
		if err != nil {
			return 0, err
		}
		if a == nil {
			return 0, ErrState.Saying("现在没有离任或换届审计，用印不需要乡镇同意")
		}
		res := tx.Model(&SealUse{}).Where("id = ? AND let_by = 0 AND state IN ('asked', 'approved')", u.ID).Updates(map[string]any{"let_by": actor.PersonID, "let_at": tx.Now})
		if err := store.MustAffect(res, ErrState); err != nil {
			return 0, err
		}
		return u.ID, written(tx, actor, "committee_seal_use", u.ID, u.EstateID, "let", text)
	})
}
