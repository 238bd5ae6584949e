package campaign

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
)

// chooseBatch is how many units or reaches one transaction takes into a run.
const chooseBatch = 500

// choose takes the next seats into a run, and sends its message when there are no more. Each step is one commit, so that a
// process that dies within is followed by another.
func (s *Service) choose(tx *store.Tx, c *Campaign, r *Run) (more bool, err error) {
	var next int64
	if r.Kind == FirstRun {
		next, err = s.lay(tx, c, r)
	} else {
		next, err = pick(tx, c, r)
	}
	if err != nil {
		return false, err
	}
	if next != 0 {
		return true, tx.Model(&Run{}).Where("id = ?", r.ID).Updates(map[string]any{"after_id": next, "seats": r.Seats}).Error
	}
	return false, s.dispatch(tx, c, r)
}

// lay writes the reaches of the next seats, with how each is to be reached and by whom.
func (s *Service) lay(tx *store.Tx, c *Campaign, r *Run) (int64, error) {
	w, err := c.walk()
	if err != nil {
		return 0, err
	}
	seats, next, err := w.next(tx, s, r.AfterID, chooseBatch)
	if err != nil || len(seats) == 0 {
		return next, err
	}
	done, err := acted(tx, c, seats)
	if err != nil {
		return 0, err
	}
	rows := make([]Reach, len(seats))
	keys := make([]int64, len(seats))
	for i, x := range seats {
		ch, why := judge(c, x)
		keys[i] = x.key
		rows[i] = Reach{CampaignID: c.ID, EstateID: c.EstateID, Seat: x.key, OwnerSetID: x.set.ID, UnitID: x.door.ID, Units: x.units, DoorKey: doorKey(x.door), Planned: ch, Why: why,
			State: Open, Run: r.Number, Owners: len(x.owners), CreatedAt: tx.Now}
		if done[x] {
			rows[i].ActedAt = &tx.Now
		}
		if slices.ContainsFunc(x.people, func(p Addressee) bool { return p.PersonID < 0 }) {
			s.tokenFor(&rows[i]) // the short message leads to the page of the letter
		}
	}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, 100).Error; err != nil {
		return 0, err
	}
	var laid []Reach
	if err := tx.Select("id", "seat").Where("campaign_id = ? AND seat IN ?", c.ID, keys).Find(&laid).Error; err != nil {
		return 0, err
	}
	by := map[int64]int64{}
	for _, x := range laid {
		by[x.Seat] = x.ID
	}
	var people []Addressee
	for _, x := range seats {
		for _, p := range x.people {
			people = append(people, Addressee{CampaignID: c.ID, ReachID: by[x.key], PersonID: p.PersonID, OwnerID: p.OwnerID})
		}
	}
	r.Seats += int64(len(seats))
	if len(people) == 0 {
		return next, nil
	}
	return next, tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&people, 500).Error
}

// acted tells which of some seats have done already what the campaign is about: one of their people, or the owner set.
func acted(tx *store.Tx, c *Campaign, seats []*seat) (map[*seat]bool, error) {
	done := map[*seat]bool{}
	if c.SubjectKind == "" {
		return done, nil
	}
	var persons []int64
	for _, x := range seats {
		for _, p := range x.people {
			persons = append(persons, p.PersonID)
		}
	}
	var who []int64
	if err := tx.Model(&Deed{}).Where("person_id IN ? AND subject_kind = ? AND subject_id = ?", persons, c.SubjectKind, c.SubjectID).Pluck("person_id", &who).Error; err != nil {
		return nil, err
	}
	sets, err := actedSets(tx, c)
	for _, x := range seats {
		done[x] = sets[x.set.ID] || slices.ContainsFunc(x.people, func(p Addressee) bool { return slices.Contains(who, p.PersonID) })
	}
	return done, err
}

// actedRows is how many rows of acted seats are read at a time.
const actedRows = 50

// actedSets are the owner sets that have done what the campaign is about.
func actedSets(tx *store.Tx, c *Campaign) (map[int64]bool, error) {
	done := map[int64]bool{}
	for after := int64(0); ; {
		var rows []SeatDeed
		if err := tx.Select("id", "owner_sets").Where("subject_kind = ? AND subject_id = ? AND id > ?", c.SubjectKind, c.SubjectID, after).Order("id").Limit(actedRows).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, d := range rows {
			sets, err := d.sets()
			if err != nil {
				return nil, err
			}
			for _, id := range sets {
				done[id] = id != 0 // which a seat without an owner set has
			}
		}
		if len(rows) < actedRows {
			return done, nil
		}
		after = rows[len(rows)-1].ID
	}
}

// pick takes the next reaches into a later run.
func pick(tx *store.Tx, c *Campaign, r *Run) (int64, error) {
	var ids []int64
	var err error
	if r.Kind == ResendRun {
		ids, err = failedSeats(tx, c, r.AfterID, chooseBatch)
	} else {
		ids, err = idleSeats(tx, c, r.AfterID, chooseBatch)
	}
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	r.Seats += int64(len(ids))
	err = tx.Model(&Reach{}).Where("id IN ?", ids).Updates(map[string]any{"run": r.Number, "repeats": gorm.Expr("repeats + 1")}).Error
	if len(ids) < chooseBatch {
		return 0, err
	}
	return ids[len(ids)-1], err
}

// failures are the ends of a delivery at which nothing is known to have arrived.
var failures = []notify.State{notify.Refused, notify.Unreachable, notify.Dead, notify.Held}

// sentTo joins a reach with everything that was sent to its people. The runs give the messages one by one, so that the server
// finds each delivery by its key.
const sentTo = `SELECT 1 FROM reach_people p JOIN campaign_runs u ON u.campaign_id = p.campaign_id AND u.message_id <> 0 JOIN deliveries d ON d.message_id = u.message_id
	AND d.recipient_kind = CASE WHEN p.person_id < 0 THEN 'owner' ELSE 'person' END AND d.recipient_id = ABS(p.person_id) AND (p.since IS NULL OR d.created_at > p.since) WHERE p.reach_id = reaches.id`

// parted joins a reach with its owners from whom a wrong account was taken.
const parted = `SELECT 1 FROM reach_people p WHERE p.reach_id = reaches.id AND p.since IS NOT NULL`

// failedSeats are the next seats to which something was sent, of which everything failed, and that are not served and have not acted.
// What went to a wrong account, or to its phone, went to nobody.
func failedSeats(tx *store.Tx, c *Campaign, after int64, limit int) ([]int64, error) {
	var ids []int64
	err := tx.Model(&Reach{}).Where("campaign_id = ? AND id > ? AND acted_at IS NULL", c.ID, after).Where(unserved, c.notServed()).
		Where("(("+sentTo+" LIMIT 1) IS NOT NULL OR ("+parted+" LIMIT 1) IS NOT NULL)").Where("("+sentTo+" AND d.state NOT IN ? LIMIT 1) IS NULL", failures).Order("id").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}

// idleSeats are the next seats that have not acted; where there is nothing to act on, those that are not served.
func idleSeats(tx *store.Tx, c *Campaign, after int64, limit int) ([]int64, error) {
	q := tx.Model(&Reach{}).Where("campaign_id = ? AND id > ? AND acted_at IS NULL", c.ID, after)
	if c.SubjectKind == "" {
		q = q.Where(unserved, c.notServed())
	}
	var ids []int64
	return ids, q.Order("id").Limit(limit).Pluck("id", &ids).Error
}

// dispatch ends the choice and puts the run's one message into the outbox.
func (s *Service) dispatch(tx *store.Tx, c *Campaign, r *Run) error {
	change := map[string]any{"state": empty, "seats": r.Seats, "sent_at": tx.Now}
	if r.Seats > 0 {
		e, err := s.word(tx, c, r)
		if err != nil {
			return err
		}
		message, err := outbox.Add(tx, e)
		if err != nil {
			return err
		}
		change["state"], change["message_id"], change["next_due"] = sent, message, tx.Now
	}
	if err := tx.Model(&Run{}).Where("id = ?", r.ID).Updates(change).Error; err != nil {
		return err
	}
	if r.Kind != FirstRun {
		return nil
	}
	return tx.Model(&Campaign{}).Where("id = ?", c.ID).Updates(map[string]any{"seats": r.Seats, "counted_at": nil}).Error // all are there: count them at the next turn
}

// word is the event of a run: ids and the public words.
func (s *Service) word(tx *store.Tx, c *Campaign, r *Run) (event.CampaignSent, error) {
	in, err := org.EstateNames(tx, []int64{c.EstateID})
	if err != nil {
		return event.CampaignSent{}, err
	}
	by, err := org.Organisations(tx, []int64{c.OrganisationID})
	if err != nil {
		return event.CampaignSent{}, err
	}
	title := c.Title
	switch r.Kind {
	case ReminderRun:
		title = "提醒：" + title
	case ResendRun:
		title = "再次通知：" + title
	case FirstRun:
	}
	return event.CampaignSent{CampaignID: c.ID, RunID: r.ID, EstateID: c.EstateID, EstateName: in[c.EstateID], Title: title, Body: c.Body, Topic: c.topic(r.Kind), PublisherName: by[c.OrganisationID].Name, Channels: c.carried(), At: tx.Now}, nil
}
