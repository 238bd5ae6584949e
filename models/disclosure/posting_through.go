package disclosure

import (
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// Faults of a period whose end cannot be said yet.
var (
	ErrNotHung    = fault.New(fault.Conflict, "notice.not_hung", "还有地方没有张贴，公示期还没有开始")
	ErrInQuestion = fault.New(fault.Conflict, "notice.in_question", "有人报告公示被撕，社区还没有核实，公示期暂时不能确定")
)

// PostedThrough gives the last day of a posting's period: it is over when that day is. It runs from the later of the publication online
// and the last paper that the rule asks for; the day on which it begins is not counted, and its last day ends at 24:00 (Civil Code arts 201, 203).
//
// Where a paper was taken down early, the whole days on which it hung count and the others are added; the period does not begin anew. No
// national rule says which. The period gives owners that many days to read and object (Civil Code arts 278, 943; interpretation art. 13):
// adding the missing days gives them exactly that, while beginning anew would let whoever tears off a sheet hold up the
// repair for ever. A new version begins anew, for nobody could read it before.
//
// Where the rule for the days was not set when the version was published, that of today holds; where it is not set either, the fault is
// rulepack.ErrUnset. Where the rule for the places was not set, the publication online counts alone.
// Faults: ErrNotFound, ErrWithdrawn, ErrNoPeriod, ErrNotHung, ErrInQuestion, rulepack.ErrUnset.
func (s *Service) PostedThrough(tx *store.Tx, noticeID int64) (calendar.Date, error) {
	var n Notice
	if err := tx.Where("id = ?", noticeID).Take(&n).Error; err != nil {
		return calendar.Date{}, store.NotFound(err, ErrNotFound)
	}
	var v Version
	if err := tx.Where("notice_id = ? AND version = ?", n.ID, n.CurrentVersion).Take(&v).Error; err != nil {
		return calendar.Date{}, err
	}
	days, err := s.daysOf(tx, &n, &v)
	if err != nil {
		return calendar.Date{}, err
	}
	places, err := walls(tx, n.ID, v.Version)
	if err != nil {
		return calendar.Date{}, err
	}
	return end(v.At, days, places, calendar.DateOf(tx.Now))
}

// daysOf is for how many days a version stands.
func (s *Service) daysOf(tx *store.Tx, n *Notice, v *Version) (int, error) {
	switch {
	case n.WithdrawnAt != nil:
		return 0, ErrWithdrawn.Saying("这份公示已撤回，不算公示过")
	case n.Kind != Posting:
		return 0, ErrNoPeriod
	case v.PostingDays > 0:
		return v.PostingDays, nil
	}
	var now Version
	if err := s.freeze(tx, n, &now); err != nil {
		return 0, err
	}
	if now.PostingDays == 0 {
		return 0, s.open(tx, n)
	}
	return now.PostingDays, nil
}

// open names the rule without which nobody can say for how long a posting stands.
func (s *Service) open(tx *store.Tx, n *Notice) error {
	set, err := s.rules(tx, n.EstateID)
	if err != nil {
		return err
	}
	list, err := owed(tx, set, n.ID)
	if err != nil {
		return err
	}
	for _, key := range n.daysKeys(list) {
		if _, _, err := daysBy(set, key); err != nil {
			return err
		}
	}
	return nil
}

// end is the last day of a period of some days.
func end(online time.Time, days int, places []hung, today calendar.Date) (calendar.Date, error) {
	last := calendar.DateOf(online).Add(days)
	var missing, asked []string
	clock := ""
	for i := range places {
		p := &places[i]
		if !p.Required {
			continue
		}
		through, ok := p.through(days)
		if !ok {
			missing = append(missing, p.Name)
			continue
		}
		for _, x := range p.incidents {
			if !through.Before(calendar.DateOf(x.SeenAt)) {
				asked, clock = append(asked, p.Name), x.Clock(today)
			}
		}
		if last.Before(through) {
			last = through
		}
	}
	if len(missing) > 0 {
		return calendar.Date{}, ErrNotHung.Saying("还要张贴：" + some(missing) + "。张贴后请拍照登记，公示期从最后一处张贴的第二天起算")
	}
	if len(asked) > 0 {
		return calendar.Date{}, ErrInQuestion.Saying("有人报告公示不见了：" + some(asked) + "。请社区先去核实，再看公示期到哪一天（" + clock + "）")
	}
	return last, nil
}

// through is the day on which a place has had its paper for so many whole days. Neither the day of hanging nor that of taking down is
// whole.
func (h *hung) through(days int) (calendar.Date, bool) {
	for _, p := range h.papers {
		from := calendar.DateOf(p.HungAt)
		if p.DownAt == nil {
			return from.Add(days), true
		}
		whole := int(calendar.DateOf(*p.DownAt).Start().Sub(from.Start())/(24*time.Hour)) - 1
		if whole >= days {
			return from.Add(days), true
		}
		days -= max(whole, 0)
	}
	return calendar.Date{}, false
}

// some names the first of a list.
func some(names []string) string {
	const most = 6
	if len(names) <= most {
		return strings.Join(names, "、")
	}
	return fmt.Sprintf("%s等%d处", strings.Join(names[:most], "、"), len(names))
}
