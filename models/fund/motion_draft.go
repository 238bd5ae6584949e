package fund

import (
	"context"
	"slices"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Awaiting is a project that waits for the decision of its owners, with what a motion has to take over from it.
type Awaiting struct {
	Project
	Scope     event.Scope // the meeting's has to be the same
	Where     string      // that in words
	Stands    bool        // its proposal is up on the board: nothing can be decided on it otherwise
	Revoked   bool        // it had a decision that a court took away
	MeetingID int64       // the meeting that is to decide on it already, 0 for none
	Meeting   string      // its number
	Position  int         // of the motion there
}

// afterwards are the states in which another decision may take the place of one that a court took away, see ResolveProject.
var afterwards = []ProjectState{ProjectResolved, ProjectFiled, ProjectUnder, ProjectWorking, ProjectAccepted, ProjectSettled, ProjectFinal, ProjectClosing}

// ListAwaiting pages through the projects of an estate on which its owners have to decide, newest first, for whoever writes the motion.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListAwaiting(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Awaiting, error) {
	if err := actor.Must(org.ReadProjects); err != nil {
		return nil, err
	}
	var list []Awaiting
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadProjects, estate)
		if err != nil {
			return err
		}
		gone := tx.Model(&assembly.Meeting{}).Select("id").Where("estate_id = ? AND revoked_at IS NOT NULL", e.ID)
		q := tx.Where("estate_id = ? AND kind = ? AND (state = ? OR state IN ? AND meeting_id IN (?))", e.ID, OrdinaryUse, ProjectPosted, afterwards, gone)
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		var rows []Project
		if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		named, err := namedIn(tx, e.ID)
		if err != nil {
			return err
		}
		for _, p := range rows {
			a := Awaiting{Project: p, Revoked: p.State != ProjectPosted}
			if a.Scope, err = p.Concerns(); err != nil {
				return err
			}
			if a.Where, err = scopeWords(tx, &p); err != nil {
				return err
			}
			if _, a.Stands, err = s.o.Board.Standing(tx, p.ProposalNotice); err != nil {
				return err
			}
			if m := named[p.Number]; m != nil {
				a.MeetingID, a.Meeting, a.Position = m.MeetingID, m.Number, m.Position
			}
			list = append(list, a)
		}
		return nil
	})
	return list, err
}

// undecided are the states of a meeting that is still to decide.
var undecided = []assembly.State{assembly.Draft, assembly.Posted, assembly.Frozen, assembly.Noticed, assembly.Closed, assembly.Provisional}

type namedMotion struct {
	MeetingID int64
	Number    string
	Position  int
	Title     string
	Body      string
}

// namedIn finds, by the number of a project, the motion of a meeting under way that names it; of an estate's latest 200 motions.
func namedIn(tx *store.Tx, estate int64) (map[string]*namedMotion, error) {
	var rows []namedMotion
	err := tx.Table("motions m").Select("m.meeting_id, g.number, m.position, m.title, m.body").Joins("JOIN meetings g ON g.id = m.meeting_id").
		Where("g.estate_id = ? AND g.state IN ? AND m.matter = ?", estate, undecided, "use_fund").Order("m.id DESC").Limit(200).Scan(&rows).Error
	found := map[string]*namedMotion{}
	for i := range rows {
		numbers := projectNumbers.FindAllString(rows[i].Title+"\n"+rows[i].Body, -1)
		slices.Sort(numbers)
		if numbers = slices.Compact(numbers); len(numbers) == 1 { // a decision on several is for none of them
			found[numbers[0]] = &rows[i]
		}
	}
	return found, err
}
