package complaint

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// maxAreas bounds the estates of a committee or a company whose cases one list joins.
const maxAreas = 200

// allCases pages through what a post may see, newest first. Each way in which a case may be seen is one walk along one
// key that has the order and all that a filter asks for, so that a filter costs little even if nothing fits; the
// rows are fetched for the page alone.
func allCases(tx *store.Tx, actor org.Actor, f *Filter) ([]Case, error) {
	from, below, err := f.idsBetween(tx)
	if err != nil {
		return nil, err
	}
	walks, err := allWalks(tx, actor)
	if err != nil {
		return nil, err
	}
	var ways []store.Way
	for _, w := range walks {
		q := w.rows.Scopes(f.narrowed(w.table, tx.Now))
		if from > 0 {
			q = q.Where(w.table+"."+w.id+" >= ?", from)
		}
		ways = append(ways, store.Way{Rows: q, ID: w.table + "." + w.id})
	}
	ids, err := store.Newest(below, f.Limit, ways...)
	if err != nil {
		return nil, err
	}
	return page(tx, ids)
}

// page fetches the cases of a page.
func page(tx *store.Tx, ids []int64) ([]Case, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []Case
	if err := tx.Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	at := make(map[int64]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	slices.SortFunc(rows, func(a, b Case) int { return cmp.Compare(at[a.ID], at[b.ID]) })
	return rows, nil
}

// walk is one way in which cases may be seen: a table that holds what lists narrow by, and its column of the case.
type walk struct {
	table, id string
	rows      *gorm.DB
}

// allWalks are the ways in which a post sees cases; see visible.
func allWalks(tx *store.Tx, actor org.Actor) ([]walk, error) {
	cases := func(where string, args ...any) walk {
		q := tx.Model(&Case{}).Scopes(actor.NotAbout("cases.about_id"))
		if where != "" {
			q = q.Where(where, args...)
		}
		return walk{"cases", "id", q}
	}
	if actor.Has(org.ReadComplaints, org.ScopeCity) {
		return []walk{cases("")}, nil
	}
	own := actor.OrganisationID()
	walks := []walk{{"case_parties", "case_id", tx.Model(&Party{}).Scopes(actor.NotAbout("case_parties.about_id")).Where("case_parties.organisation_id = ?", own)}}
	if !actor.Has(org.ReadComplaints, org.ScopeJurisdiction) {
		return walks, nil
	}
	switch actor.Post.OrgKind {
	case org.Township:
		return append(walks, cases("cases.township_id = ?", own)), nil
	case org.Community:
		return append(walks, cases("cases.community_id = ?", own)), nil
	}
	estates, err := ownEstates(tx, actor)
	for _, id := range estates {
		walks = append(walks, cases("cases.estate_id = ?", id))
	}
	return walks, err
}

// ownEstates are the estates of a post that answers for estates one by one, such as a committee's; nil for any other. As
// values they let one key give the order, which a sub-query would not.
func ownEstates(tx *store.Tx, actor org.Actor) ([]int64, error) {
	if actor.Post == nil || actor.Has(org.ReadComplaints, org.ScopeCity) || !actor.Has(org.ReadComplaints, org.ScopeJurisdiction) ||
		actor.Post.OrgKind == org.Township || actor.Post.OrgKind == org.Community {
		return nil, nil
	}
	ids := []int64{}
	err := tx.Model(&org.Estate{}).Scopes(actor.Within(org.ReadComplaints, "estates.id")).Order("id").Limit(maxAreas).Pluck("id", &ids).Error
	if len(ids) == 0 {
		ids = append(ids, 0)
	}
	return ids, err
}

// spread is by how much the order of the ids may differ from that of the times at which cases came in: an id is given when
// a row is written, the time when its transaction began.
const spread = time.Hour

// idsBetween bounds the ids by the page and by the days that the filter names: from included, below excluded, 0 for none.
func (f *Filter) idsBetween(tx *store.Tx) (from, below int64, err error) {
	below = f.After
	if !f.From.IsZero() {
		if from, err = lastBefore(tx, f.From.Add(-spread)); err != nil {
			return 0, 0, err
		}
	}
	if !f.To.IsZero() {
		end, err := firstSince(tx, f.To.Add(spread))
		if err != nil {
			return 0, 0, err
		}
		if end > 0 && (below == 0 || end < below) {
			below = end
		}
	}
	return from, below, nil
}

// lastBefore is the last case that came in before a time; 0 for none. Whatever came in an hour later has a higher id.
func lastBefore(tx *store.Tx, at time.Time) (int64, error) {
	var ids []int64
	err := tx.Model(&Case{}).Where("created_at < ?", at).Order("created_at DESC, id DESC").Limit(1).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// firstSince is the first case that came in at or after a time; 0 for none.
func firstSince(tx *store.Tx, at time.Time) (int64, error) {
	var ids []int64
	err := tx.Model(&Case{}).Where("created_at >= ?", at).Order("created_at, id").Limit(1).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}
