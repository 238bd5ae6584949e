package disclosure

import (
	"slices"
	"strings"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// fulfil says that a new notice fulfils duties of its organisation, and takes over for how long the law wants them posted. What tells of a year that
// was missed fulfils the duty of that year, named or not, and none of a later one.
// Faults: ErrDutyNotFound, ErrDutyDone, ErrDutyEarly, ErrDutyNotice.
func (s *Service) fulfil(tx *store.Tx, n *Notice, e edition) error {
	duties := e.duties
	if n.Scope != "" {
		if len(duties) == 0 {
			return nil
		}
		return ErrDutyNotice.Saying("这份公示只涉及部分楼幢或房屋，应公开事项要向整个小区公开")
	}
	var rows []Duty
	if len(duties) > 0 {
		if err := tx.Where("id IN ? AND estate_id = ? AND organisation_id = ?", duties, n.EstateID, n.OrganisationID).Order("id").Find(&rows).Error; err != nil {
			return err
		}
	}
	if len(rows) != len(slices.Compact(slices.Sorted(slices.Values(duties)))) {
		return ErrDutyNotFound
	}
	if len(rows)+len(e.queries) == 0 {
		return nil
	}
	set, err := s.rules(tx, n.EstateID)
	if err != nil {
		return err
	}
	if rows, err = s.meant(tx, set, n, e, rows); err != nil {
		return err
	}
	for _, d := range rows {
		if law, ok := set.Disclosure(d.Code); ok && len(duties) == 0 && !e.composed && d.tells(law, n.Form, e) != nil {
			continue // nobody has said that it is for this one, and it does not say what that asks for
		}
		if err := d.suits(tx, set, n, e.queries, e.confirmed); err != nil {
			return err
		}
		if err := s.Fulfil(tx, n.EstateID, d.ID, n.ID, calendar.DateOf(tx.Now)); err != nil {
			return err
		}
		if err := d.answered(tx, set, n, e); err != nil {
			return err
		}
	}
	return nil
}

// reaches refuses a notice that was published without a duty and stands for fewer days, or hangs in fewer places, than the duty asks for. One
// whose days are known does not take on a duty whose days are open: the period that others wait for would be open with it.
func (s *Service) reaches(tx *store.Tx, n *Notice, v *Version) error {
	var asked Version
	if err := s.freeze(tx, n, &asked); err != nil {
		return err
	}
	if v.PostingDays > 0 && (asked.PostingDays == 0 || v.PostingDays < asked.PostingDays) || asked.asks(OnBoard) && !v.asks(OnBoard) || asked.asks(AtEntrances) && !v.asks(AtEntrances) {
		return ErrDutyNotice.Saying("这份公示发布时没有按这一项要求的天数和张贴地点公示；请重新发布一份，发布时选上这一项")
	}
	return nil
}

// owed are the duties that a notice fulfils, as the law of the day has them.
func owed(tx *store.Tx, set *rulepack.Set, notice int64) ([]rulepack.Disclosure, error) {
	var codes []string
	if err := tx.Model(&Duty{}).Where("notice_id = ?", notice).Order("id").Limit(mostDuties).Pluck("code", &codes).Error; err != nil {
		return nil, err
	}
	var list []rulepack.Disclosure
	for _, code := range codes {
		if d, ok := set.Disclosure(code); ok {
			list = append(list, d)
		}
	}
	return list, nil
}

// wider adds to the places of the rule those where the duties say that they hang; the clause of a duty is a rule as well.
func wider(places string, list []rulepack.Disclosure) string {
	at := []string{}
	for _, place := range []string{OnBoard, AtEntrances} {
		asks := func(d rulepack.Disclosure) bool { return slices.Contains(d.Places, place) }
		if slices.Contains(strings.Split(places, ","), place) || slices.ContainsFunc(list, asks) {
			at = append(at, place)
		}
	}
	if len(at) == 0 {
		return places
	}
	return strings.Join(at, ",")
}
