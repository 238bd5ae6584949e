package assembly

import (
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// attached finds the evidence of some rows of a kind and puts it where at says.
func attached[T any](s *Service, tx *store.Tx, kind string, rows []T, at func(*T) (id int64, files *[]int64)) error {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i], _ = at(&rows[i])
	}
	found, err := s.o.Files.IDsIn(tx, kind, ids)
	for i := range rows {
		id, files := at(&rows[i])
		*files = found[id]
	}
	return err
}

// AssistedView is how a form was filled in for an owner, as those who may see it do: what was said and recorded may tell the choice, so
// that it is for the helper and the second person alone until the window is closed.
type AssistedView struct {
	Mode      string
	Attested  bool
	SpokeAt   time.Time
	Statement string
	FileIDs   []int64
}

// shown reports whether an actor may see what an assisted owner said.
func (v *Assisted) shown(m *Meeting, actor org.Actor) bool {
	return actor.PersonID == v.HelperID || actor.PersonID == v.SecondID || m.counting()
}

// counting reports whether the window of a meeting is behind it.
func (m *Meeting) counting() bool {
	return m.State == Closed || m.State == Provisional || m.State == Certified
}

// assistedOf finds how some forms were filled in, by form.
func (s *Service) assistedOf(tx *store.Tx, m *Meeting, actor org.Actor, forms []Form) (map[int64]*AssistedView, error) {
	ids := []int64{0}
	for _, f := range forms {
		ids = append(ids, f.ID)
	}
	var rows []Assisted
	if err := tx.Where("form_id IN ?", ids).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	type helped struct {
		Assisted
		files []int64
	}
	list := make([]helped, len(rows))
	for i := range rows {
		list[i].Assisted = rows[i]
	}
	if err := attached(s, tx, "assisted_vote", list, func(v *helped) (int64, *[]int64) { return v.ID, &v.files }); err != nil {
		return nil, err
	}
	views := make(map[int64]*AssistedView, len(list))
	for i := range list {
		v := &list[i]
		views[v.FormID] = &AssistedView{Mode: v.Mode, Attested: v.AttestedAt != nil, SpokeAt: v.SpokeAt}
		if v.shown(m, actor) {
			views[v.FormID].Statement, views[v.FormID].FileIDs = v.Statement, v.files
		}
	}
	return views, nil
}

// mayHear refuses what an assisted owner said to whoever may not hear it yet.
func mayHear(tx *store.Tx, actor org.Actor, m *Meeting, id int64) error {
	var v Assisted
	if err := tx.Where("id = ?", id).Take(&v).Error; err != nil {
		return err
	}
	if !v.shown(m, actor) {
		return ErrNotFound
	}
	return nil
}
