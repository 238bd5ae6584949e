package disclosure

import (
	"slices"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/wording"
)

// singles are the kinds of source of which one alone may be made a figure: a project, an income of the fund, a settlement. One payment, one slip or
// one allowance is a household's or a person's.
var singles = []string{"project", "fund_project", "fund_income", "income_settlement"}

// openQueries refuses figures by which somebody would publish one household: a single source that is a person's, and a label that names a door.
// A sum of a project or of a month's bills is of many homes by itself. What the system has asked, and what the standing version asks already, is not theirs.
func (s *Service) openQueries(tx *store.Tx, actor org.Actor, p *Prepared, queries []Query) error {
	if actor.PersonID == 0 || len(queries) == 0 {
		return nil
	}
	var had []Query
	if p.EnteredBy == 0 {
		had = p.queries()
	}
	if p.NoticeID != 0 {
		figures, err := figuresOf(tx, []int64{p.NoticeID}, 0)
		if err != nil {
			return err
		}
		for i := range figures {
			had = append(had, figures[i].Query())
		}
	}
	var c fault.Checks
	for i := range queries {
		q := &queries[i]
		if slices.ContainsFunc(had, func(x Query) bool { return x.row() == q.row() }) {
			continue
		}
		c.Check(q.Source == 0 || !q.ledger() || slices.Contains(singles, q.Sources[0]), path(i, "source_id"), "只有一个维修项目、一笔维修资金收益或一次公共收益结转可以单独公布；缴费、交存这些是一户的，请去掉编号，公布合计")
		door := wording.Door(q.Label)
		c.Check(door == "", path(i, "label"), "名称里不要写房号“"+door+"”：账目不能公布到户，请写按幢或全小区的合计")
	}
	return c.Err()
}
