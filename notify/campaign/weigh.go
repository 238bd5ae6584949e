package campaign

import (
	"slices"
	"time"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
)

// saying is one thing that confirms a seat.
type saying struct {
	how How
	by  int64
	at  time.Time
}

// weigh says anew how a seat stands, from all that still counts. Where what confirmed it is lost, proof takes its place before what
// somebody only noticed, and the earlier before the later. The caller holds the seat's row.
func (c *Campaign) weigh(tx *store.Tx, r *Reach, lost bool) error {
	var calls []Call
	if err := tx.Where("reach_id = ? AND voided_at IS NULL", r.ID).Order("id").Find(&calls).Error; err != nil {
		return err
	}
	if lost {
		all, err := r.sayings(tx, calls)
		if err != nil {
			return err
		}
		r.ConfirmedHow, r.ConfirmedBy, r.ConfirmedAt = "", 0, nil
		if len(all) > 0 {
			first := slices.MinFunc(all, func(a, b saying) int {
				if a.how.Proves() != b.how.Proves() {
					if a.how.Proves() {
						return -1
					}
					return 1
				}
				return a.at.Compare(b.at)
			})
			r.ConfirmedHow, r.ConfirmedBy, r.ConfirmedAt = first.how, first.by, &first.at
		}
	}
	if err := c.standing(tx, r, calls); err != nil {
		return err
	}
	return tx.Model(&Reach{}).Where("id = ?", r.ID).Updates(map[string]any{"state": r.State, "confirmed_at": r.ConfirmedAt, "confirmed_how": r.ConfirmedHow, "confirmed_by": r.ConfirmedBy, "slipped_at": r.SlippedAt,
		"visited_at": r.VisitedAt, "visit_result": r.VisitResult, "posted_at": r.PostedAt, "file_id": r.FileID}).Error
}

// sayings are all the things that confirm a seat.
func (r *Reach) sayings(tx *store.Tx, calls []Call) ([]saying, error) {
	var all []saying
	for _, v := range calls {
		if how := hows[v.Result]; how != "" {
			all = append(all, saying{how, 0, v.At})
		}
	}
	if r.SlippedAt != nil {
		all = append(all, saying{BySlip, 0, *r.SlippedAt})
	}
	var read []struct {
		PersonID int64
		ReadAt   time.Time
		OpenedAt *time.Time
	}
	err := tx.Table("reach_people").Select("reach_people.person_id, i.read_at, i.opened_at").Joins("JOIN campaign_runs u ON u.campaign_id = reach_people.campaign_id AND u.message_id <> 0").
		Joins("JOIN inbox_items i ON i.message_id = u.message_id AND i.recipient_kind = 'person' AND i.recipient_id = reach_people.person_id AND i.read_at IS NOT NULL").
		Where("reach_people.reach_id = ?", r.ID).Scan(&read).Error
	if err != nil {
		return nil, err
	}
	for _, x := range read {
		said := saying{ByMarking, x.PersonID, x.ReadAt}
		if x.OpenedAt != nil {
			said.how, said.at = ByReading, *x.OpenedAt
		}
		if said.by >= notify.Erased {
			said.by = 0
		}
		all = append(all, said)
	}
	var receipts []struct{ ConfirmedAt time.Time }
	err = tx.Table("reach_people").Select("d.confirmed_at").Joins("JOIN campaign_runs u ON u.campaign_id = reach_people.campaign_id AND u.message_id <> 0").
		Joins("JOIN deliveries d ON d.message_id = u.message_id AND d.person_id = reach_people.person_id AND d.state = ? AND d.confirmed_at IS NOT NULL AND (reach_people.since IS NULL OR d.created_at > reach_people.since)", notify.Sent).
		Where("reach_people.reach_id = ?", r.ID).Scan(&receipts).Error
	for _, x := range receipts {
		all = append(all, saying{ByProvider, 0, x.ConfirmedAt})
	}
	return all, err
}

// standing says how a seat stands by the visits that count and by what hangs on the boards.
func (c *Campaign) standing(tx *store.Tx, r *Reach, calls []Call) error {
	var boards []Posting
	if err := tx.Where("campaign_id = ?", c.ID).Order("at, id").Limit(mostPostings).Find(&boards).Error; err != nil {
		return err
	}
	r.VisitedAt, r.VisitResult, r.PostedAt, r.FileID = nil, "", nil, 0
	for _, p := range boards {
		if !slices.Contains(c.notServed(), r.ConfirmedHow) && !p.At.Before(*r.ConfirmedAt) {
			continue // it was served by then
		}
		if r.PostedAt == nil {
			r.PostedAt, r.FileID = &p.At, p.FileID
		}
	}
	absent := false
	for _, v := range calls {
		if v.Result.AtDoor() && (r.VisitedAt == nil || !v.At.Before(*r.VisitedAt)) {
			r.VisitedAt, r.VisitResult = &v.At, v.Result
		}
		if v.FileID != 0 {
			r.FileID = v.FileID
		}
		if v.Result == Left && (r.PostedAt == nil || v.At.Before(*r.PostedAt)) {
			r.PostedAt = &v.At
		}
		absent = absent || v.Result == NotHome
	}
	switch {
	case r.ConfirmedAt != nil:
		r.State = Confirmed
	case r.PostedAt != nil:
		r.State = Posted
	case absent:
		r.State = Absent
	case r.PrintedAt != nil:
		r.State = OnPaper
	default:
		r.State = Open
	}
	return nil
}
