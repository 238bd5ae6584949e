package assembly

import (
	"context"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Turnout is how far voting is, in heads and area, by building: never what was chosen. Need and Missing are those of the first
// motion's participation.
type Turnout struct {
	Meeting   *Meeting
	Scope     tally.Amount
	Voted     tally.Amount
	NeedHeads int64
	NeedArea  area.Milli
	Buildings []Wing
}

// Wing is one building's part.
type Wing struct {
	BuildingID int64
	Name       string
	Scope      tally.Amount
	Voted      tally.Amount
}

// Turnout counts who has voted from the envelopes. Superseded and void ones make no difference to who took part but void alone does
// not count.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) Turnout(ctx context.Context, actor org.Actor, id int64) (*Turnout, error) {
	var t *Turnout
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		t, err = turnout(tx, m)
		return err
	})
	return t, err
}

// unread are the forms that are in the box and not cast yet.
var unread = []FormState{FormReceived, FormEntered, FormDiffers}

func turnout(tx *store.Tx, m *Meeting) (*Turnout, error) {
	t := &Turnout{Meeting: m, Scope: tally.Amount{Heads: m.Seats, Area: m.AreaMilli}}
	var rows []struct {
		BuildingID                     int64
		Name                           string
		Heads, Area, VotedHeads, Voted int64
	}
	err := tx.Raw(`SELECT s.building_id, COALESCE(b.name, '') AS name, COUNT(*) AS heads, SUM(s.area_milli) AS area,
		SUM(CASE WHEN v.seat_id IS NULL THEN 0 ELSE 1 END) AS voted_heads, SUM(CASE WHEN v.seat_id IS NULL THEN 0 ELSE s.area_milli END) AS voted
		FROM seats s LEFT JOIN buildings b ON b.id = s.building_id
		LEFT JOIN (SELECT seat_id FROM envelopes WHERE meeting_id = ? AND void = '' UNION SELECT seat_id FROM paper_forms WHERE meeting_id = ? AND state IN ?) v ON v.seat_id = s.id
		WHERE s.meeting_id = ? GROUP BY s.building_id, b.name ORDER BY s.building_id LIMIT 2000`, m.ID, m.ID, unread, m.ID).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		w := Wing{BuildingID: r.BuildingID, Name: r.Name, Scope: tally.Amount{Heads: r.Heads, Area: area.Milli(r.Area)}, Voted: tally.Amount{Heads: r.VotedHeads, Area: area.Milli(r.Voted)}}
		t.Voted.Heads, t.Voted.Area = t.Voted.Heads+w.Voted.Heads, t.Voted.Area+w.Voted.Area
		t.Buildings = append(t.Buildings, w)
	}
	var motions []Motion
	if err := tx.Where("meeting_id = ?", m.ID).Order("position").Limit(1).Find(&motions).Error; err != nil || len(motions) == 0 || motions[0].Law == "" {
		return t, err
	}
	r, err := motions[0].rules()
	if err != nil {
		return nil, err
	}
	t.NeedHeads, t.NeedArea = r.Participation.Heads.Need(t.Scope.Heads), area.Milli(r.Participation.Area.Need(int64(t.Scope.Area)))
	return t, nil
}
