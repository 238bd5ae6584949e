package fee

import (
	"context"
	"strings"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// maxRules bounds the rules of an estate that are shown at once.
const maxRules = 500

// RuleView is a rule with all its versions, the newest first, and their documents.
type RuleView struct {
	Rule
	Versions []Version
	Files    map[int64][]int64 // by version
}

// ListRules are what an estate charges for, with price, basis, standard and hotline: for everybody who lives there or answers for it.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListRules(ctx context.Context, actor org.Actor, estate int64) ([]RuleView, error) {
	var views []RuleView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFeeRules, estate)
		if err != nil {
			return err
		}
		rules, q := []Rule(nil), tx.Where("estate_id = ?", e.ID)
		if e.CompanyID != 0 { // what an earlier company charged is history, and no price of today
			q = q.Where("company_id = ?", e.CompanyID)
		}
		if err := q.Order("id").Limit(maxRules).Find(&rules).Error; err != nil || len(rules) == 0 {
			return err
		}
		views, err = s.ruleViews(tx, rules)
		return err
	})
	return views, err
}

// FindRule shows one rule. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindRule(ctx context.Context, actor org.Actor, id int64) (*RuleView, error) {
	if err := actor.Must(org.ReadFeeRules); err != nil {
		return nil, err
	}
	var views []RuleView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var r Rule
		if err := tx.Scopes(actor.Within(org.ReadFeeRules, "estate_id")).Where("id = ?", id).Take(&r).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		var err error
		views, err = s.ruleViews(tx, []Rule{r})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &views[0], nil
}

func (s *Service) ruleViews(tx *store.Tx, rules []Rule) ([]RuleView, error) {
	views, ids, place := make([]RuleView, len(rules)), make([]int64, len(rules)), map[int64]int{}
	for i, r := range rules {
		views[i].Rule, ids[i], place[r.ID] = r, r.ID, i
	}
	var versions []Version
	if err := tx.Where("rule_id IN ?", ids).Order("rule_id, seq DESC").Limit(5 * maxRules).Find(&versions).Error; err != nil {
		return nil, err
	}
	var shown []int64
	for _, v := range versions {
		i := place[v.RuleID]
		views[i].Versions = append(views[i].Versions, v)
		if len(shown) < 900 {
			shown = append(shown, v.ID)
		}
	}
	files, err := s.files.IDsIn(tx, "fee_version", shown)
	for i := range views {
		views[i].Files = files
	}
	return views, err
}

// Uses are the uses of units that pay.
func (v *Version) Uses() []string { return strings.Split(v.UseKinds, ",") }

// Houses are the buildings that pay; none for all.
func (v *Version) Houses() []int64 { return idsOf(v.Buildings) }
