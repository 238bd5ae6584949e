package campaign

import (
	"encoding/json"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
)

// Subject is what a campaign is about.
type Subject struct {
	Kind string
	ID   int64
}

// Act records that a person has done what messages about a subject ask for: voted, paid, registered. Reminders leave out their
// seats, and what is still to be sent to them about it is given up. Domains call it in the transaction of the deed; it is
// harmless to repeat.
func (s *Service) Act(tx *store.Tx, subject Subject, person int64) error {
	d := Deed{SubjectKind: subject.Kind, SubjectID: subject.ID, PersonID: person, At: tx.Now}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&d).Error; err != nil {
		return err
	}
	return s.spare(tx, subject, tx.Model(&Addressee{}).Select("reach_id").Where("person_id = ?", person))
}

// ActSeats is Act for owner sets, where the deed was done for a seat: a vote, on paper, by an agent.
func (s *Service) ActSeats(tx *store.Tx, subject Subject, ownerSets []int64) error {
	for part := range slices.Chunk(ownerSets, seatsTogether) {
		if err := noteSeats(tx, subject, part); err != nil {
			return err
		}
		if err := s.spare(tx, subject, tx.Model(&Reach{}).Select("id").Where("seat IN ?", part)); err != nil {
			return err
		}
	}
	return nil
}

// seatsTogether is how many owner sets one row holds at most.
const seatsTogether = 900

// noteSeats adds owner sets to the last row of a subject, or begins the next: whether they come one by one or together, the rows stay few,
// because each batch of a campaign reads them all. What the last row names already is not added.
func noteSeats(tx *store.Tx, subject Subject, ownerSets []int64) error {
	var rows []SeatDeed
	if err := tx.ForUpdate().Where("subject_kind = ? AND subject_id = ?", subject.Kind, subject.ID).Order("id DESC").Limit(1).Find(&rows).Error; err != nil {
		return err
	}
	d := &SeatDeed{SubjectKind: subject.Kind, SubjectID: subject.ID, At: tx.Now}
	all := slices.Clone(ownerSets)
	if len(rows) == 1 {
		before, err := rows[0].sets()
		if err != nil {
			return err
		}
		slices.Sort(before)
		fresh := slices.DeleteFunc(all, func(id int64) bool { _, named := slices.BinarySearch(before, id); return named })
		if len(fresh) == 0 {
			return nil
		}
		if all = fresh; len(before)+len(fresh) <= seatsTogether {
			d.ID, all = rows[0].ID, append(before, fresh...)
		}
	}
	slices.Sort(all)
	text, err := json.Marshal(slices.Compact(all))
	if err != nil {
		return err
	}
	d.OwnerSets = string(text)
	return tx.Save(d).Error
}

// spare takes the reaches that a query finds among those of the campaigns about a subject as acted for.
func (s *Service) spare(tx *store.Tx, about Subject, find *gorm.DB) error {
	var campaigns []int64
	err := tx.Model(&Campaign{}).Where("subject_kind = ? AND subject_id = ? AND state IN ?", about.Kind, about.ID, out).Limit(100).Pluck("id", &campaigns).Error
	if err != nil || len(campaigns) == 0 {
		return err
	}
	var reaches []int64
	if err := find.Where("campaign_id IN ?", campaigns).Limit(100_000).Scan(&reaches).Error; err != nil || len(reaches) == 0 {
		return err
	}
	if err := tx.Model(&Reach{}).Where("id IN ? AND acted_at IS NULL", reaches).Update("acted_at", tx.Now).Error; err != nil {
		return err
	}
	return s.excuse(tx, reaches)
}

// excuse gives up what is still to be sent to people all of whose seats have acted. A notice whose service has to be proven is
// served on them all the same; only what comes after it is spared them.
func (s *Service) excuse(tx *store.Tx, reaches []int64) error {
	var rows []struct {
		PersonID  int64
		MessageID int64
	}
	err := tx.Table("reach_people").Select("reach_people.person_id, u.message_id").Joins("JOIN campaign_runs u ON u.campaign_id = reach_people.campaign_id AND u.message_id <> 0").
		Joins("JOIN campaigns c ON c.id = u.campaign_id").
		Where("reach_people.reach_id IN ? AND (u.kind <> ? OR c.needs_proof = ?)", reaches, FirstRun, false).
		Where("NOT EXISTS (SELECT 1 FROM reach_people q JOIN reaches r ON r.id = q.reach_id AND r.acted_at IS NULL WHERE q.campaign_id = reach_people.campaign_id AND q.person_id = reach_people.person_id)").
		Limit(10_000).Scan(&rows).Error
	if err != nil {
		return err
	}
	by := map[int64][]int64{}
	for _, r := range rows {
		by[r.MessageID] = append(by[r.MessageID], r.PersonID)
	}
	for message, people := range by {
		if err := s.giveUp(tx, message, people); err != nil {
			return err
		}
	}
	return nil
}

// giveUp gives up what of a message is still to be sent to some people.
func (s *Service) giveUp(tx *store.Tx, message int64, people []int64) error {
	persons, owners := split(people)
	for kind, ids := range map[string][]int64{"person": persons, "owner": owners} {
		var still []int64
		err := tx.Model(&notify.Delivery{}).Where("message_id = ? AND recipient_kind = ? AND recipient_id IN ? AND state IN ?", message, kind, ids, unsent).Pluck("id", &still).Error
		if err == nil && len(still) > 0 {
			err = s.carrier.GiveUp(tx, still)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
