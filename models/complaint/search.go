package complaint

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Gram says that a pair of letters stands in what a case says. Two pairs may share a number; the text decides.
type Gram struct {
	Gram   int32 `gorm:"primaryKey;autoIncrement:false"`
	CaseID int64 `gorm:"primaryKey;autoIncrement:false"`
}

// TableName names the table.
func (Gram) TableName() string { return "case_grams" }

// gramOf numbers a pair of letters.
func gramOf(pair string) int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(pair))
	return int32(h.Sum32()) //nolint:gosec // any 32 bits will do
}

// searchable is what a search looks through: what was complained of, and what everybody wrote since.
func (c *Case) searchable(steps string) string {
	return strings.Join([]string{c.Text, c.Place, c.MatterName, PartName(c.Part), steps}, "\n")
}

const (
	// maxSearched bounds how much of a case's steps is searchable, in characters, and stepsRead how many steps one look
	// reads.
	maxSearched = 20_000
	stepsRead   = 50_000
)

// writtenIn gives what the steps of some cases say; those of its parts are of the whole, too.
func writtenIn(tx *store.Tx, ids []int64) (map[int64]string, error) {
	ids = append([]int64{0}, ids...)
	var parts []Case
	if err := tx.Select("id", "parent_id").Where("parent_id IN ? AND parent_id <> 0", ids).Limit(stepsRead).Find(&parts).Error; err != nil {
		return nil, err
	}
	whole := map[int64]int64{}
	for _, p := range parts {
		whole[p.ID], ids = p.ParentID, append(ids, p.ID)
	}
	var rows []Step
	err := tx.Select("case_id", "text").Where("case_id IN ? AND text <> ''", ids).Order("case_id, seq").Limit(stepsRead).Find(&rows).Error
	said := map[int64]string{}
	for _, st := range rows {
		for _, id := range []int64{st.CaseID, whole[st.CaseID]} {
			if id != 0 && len(said[id]) < maxSearched {
				said[id] += st.Text + "\n"
			}
		}
	}
	return said, err
}

// IndexTexts makes cases searchable in which somebody wrote something, at most limit of them, oldest first, and says how
// many it did.
func (s *Service) IndexTexts(ctx context.Context, limit int) (int, error) {
	var rows []Case
	var said map[int64]string
	var ids []int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		err := tx.Select("id", "version", "text", "place", "matter_name", "part").Where("indexed = ?", false).Order("id").Limit(limit).Find(&rows).Error
		if err != nil {
			return err
		}
		for _, c := range rows {
			ids = append(ids, c.ID)
		}
		said, err = writtenIn(tx, ids)
		return err
	})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	var grams []Gram
	read := map[int64]int64{}
	for _, c := range rows {
		read[c.ID] = c.Version
		for p := range pairs(c.searchable(said[c.ID])) {
			grams = append(grams, Gram{gramOf(p), c.ID})
		}
	}
	// In the order of the key, so that the writes fall side by side.
	slices.SortFunc(grams, func(a, b Gram) int { return cmp.Or(cmp.Compare(a.Gram, b.Gram), cmp.Compare(a.CaseID, b.CaseID)) })
	grams = slices.Compact(grams)
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		if len(grams) > 0 {
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(grams, 2000).Error; err != nil {
				return err
			}
		}
		var now []Case // a case in which somebody wrote meanwhile comes again
		if err := tx.ForUpdate().Select("id", "version").Where("id IN ?", ids).Find(&now).Error; err != nil {
			return err
		}
		done := []int64{0}
		for _, c := range now {
			if c.Version == read[c.ID] {
				done = append(done, c.ID)
			}
		}
		return tx.Model(&Case{}).Where("id IN ?", done).Update("indexed", true).Error
	})
	return len(rows), err
}

const (
	// maxTerms bounds the pairs that a search asks for; the text is compared in the end anyhow.
	maxTerms = 6
	// reach is how many cases that hold the rarest pair one page looks at, the newest first. Where it ends early, the
	// page says where to go on.
	reach = 20_000
)

// ErrSearch is the fault of a search for too little.
var ErrSearch = fault.New(fault.Invalid, "complaint.search_too_short", "请输入至少两个连续的字，或完整的受理编号")

// Found is a page of a search.
type Found struct {
	Views []View
	// Next is the id below which the next page begins; 0 when all has been looked at. A page may be short and still
	// have a next one.
	Next int64
}

// Search finds the cases of a work list that say every word of a text, newest first: words are parted by spaces, and a
// receipt's number finds its case. f.After is the id below which the page begins.
// Faults: ErrForbidden, ErrSearch.
func (s *Service) Search(ctx context.Context, actor org.Actor, text string, f Filter) (Found, error) {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return Found{}, err
	}
	words := strings.Fields(strings.ToLower(text))
	var found Found
	err := s.db.View(ctx, func(tx *store.Tx) error {
		rows, err := byNumber(tx, actor, text)
		if err == nil && len(rows) == 0 {
			rows, found.Next, err = searched(tx, actor, words, f)
		}
		if err != nil {
			return err
		}
		if found.Views, err = viewCases(tx, rows); err != nil {
			return err
		}
		return cover(tx, actor, found.Views)
	})
	return found, err
}

// byNumber finds the case that a receipt's number names.
func byNumber(tx *store.Tx, actor org.Actor, number string) ([]Case, error) {
	number = strings.ToUpper(strings.TrimSpace(number))
	if number == "" || number[0] > 'Z' || len(number) > 32 {
		return nil, nil
	}
	receipt := tx.Model(&Complainant{}).Select("case_id").Where("receipt = ?", number)
	var rows []Case
	return rows, tx.Scopes(visible(actor)).Where("cases.number = ? OR cases.id IN (?)", number, receipt).Order("cases.id").Limit(10).Find(&rows).Error
}

// searched walks the cases that hold the rarest pair of the words, and gives those that hold all and belong to the list.
func searched(tx *store.Tx, actor org.Actor, words []string, f Filter) (rows []Case, next int64, err error) {
	terms, err := rarest(tx, words)
	if err != nil {
		return nil, 0, err
	}
	top := f.After
	if top == 0 {
		top = 1 << 62
	}
	var bottom int64
	err = tx.Model(&Gram{}).Where("gram = ? AND case_id < ?", terms[0], top).Order("case_id DESC").Offset(reach).Limit(1).Pluck("case_id", &bottom).Error
	if err != nil {
		return nil, 0, err
	}
	q := tx.Table("case_grams g").Select("cases.*").Joins("JOIN cases ON cases.id = g.case_id").Where("g.gram = ? AND g.case_id < ? AND g.case_id >= ?", terms[0], top, bottom)
	for _, t := range terms[1:] {
		q = q.Where("EXISTS (SELECT 1 FROM case_grams o WHERE o.gram = ? AND o.case_id = g.case_id)", t)
	}
	if wide := f.List == AllCases || f.List == AreaCases || f.List == ""; wide && (actor.Has(org.ReadComplaints, org.ScopeCity) || actor.Has(org.ReadComplaints, org.ScopeJurisdiction)) {
		q = q.Where("cases.parent_id = 0") // who sees the whole finds it once, and its parts there
	}
	q = q.Scopes(f.narrow(tx.Now), f.scope(actor)).Order("g.case_id DESC").Limit(f.Limit + 1)
	if err := q.Find(&rows).Error; err != nil {
		return nil, 0, err
	}
	next = bottom
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		next = rows[f.Limit-1].ID
	}
	ids := make([]int64, len(rows))
	for i, c := range rows {
		ids[i] = c.ID
	}
	said, err := writtenIn(tx, ids)
	if err != nil {
		return nil, 0, err
	}
	// The pairs may stand apart, and two pairs may share a number: the text decides.
	return slices.DeleteFunc(rows, func(c Case) bool { return !holds(c.searchable(said[c.ID]), words) }), next, nil
}

// rarest gives the numbers of the words' pairs, the rarest first, at most maxTerms.
func rarest(tx *store.Tx, words []string) ([]int32, error) {
	set := map[int32]bool{}
	for _, w := range words {
		for p := range pairs(w) {
			set[gramOf(p)] = true
		}
	}
	if len(set) == 0 {
		return nil, ErrSearch
	}
	type term struct {
		gram int32
		n    int64
	}
	var terms []term
	for g := range set {
		if len(terms) == 40 {
			break
		}
		// A bounded count: past it, one common pair is as good as another.
		var n int64
		some := tx.Model(&Gram{}).Select("case_id").Where("gram = ?", g).Limit(reach)
		if err := tx.Table("(?) AS some", some).Count(&n).Error; err != nil {
			return nil, err
		}
		terms = append(terms, term{g, n})
	}
	slices.SortFunc(terms, func(a, b term) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.gram, b.gram)) })
	grams := make([]int32, 0, maxTerms)
	for _, t := range terms[:min(len(terms), maxTerms)] {
		grams = append(grams, t.gram)
	}
	return grams, nil
}

// holds reports whether a text says every word.
func holds(text string, words []string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// scope narrows to the cases of a work list, in any order.
func (f *Filter) scope(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		fresh := q.Session(&gorm.Session{NewDB: true})
		_, post, own, _ := actor.AuditTrail()
		party := func(where string, args ...any) *gorm.DB {
			return actor.NotAbout("cases.about_id")(q).Where("cases.id IN (?)", fresh.Model(&Party{}).Select("case_id").Where(where, args...))
		}
		switch f.List {
		case WaitingCases:
			return party("organisation_id = ? AND waiting = ?", own, true)
		case UnitCases:
			return party("organisation_id = ? AND open = ?", own, true)
		case PostCases:
			return party("post_id = ? AND open = ?", post, true)
		case AreaCases:
			return inArea(actor)(actor.NotAbout("cases.about_id")(q)).Where("cases.open = ?", true)
		}
		return visible(actor)(q)
	}
}
