package assembly

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrUnreviewed names what a person has to look at before the roll is frozen.
var ErrUnreviewed = fault.New(fault.Conflict, "roll.unreviewed", "名册里还有需要人工核对的地方，请逐项写明核对结果")

// Freeze fixes who may vote and with how much area: the rows are hashed and their root is published, and where they differ from the roster
// that was posted, that is listed with its cause. Every question about them has its answer from a person, by its key or by its kind for
// all that have none of their own; later sales are visible notes and edit no row. The estate's own rules govern the meeting as they stand
// confirmed now.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrChallenged, ErrUnreviewed, ErrTooLarge.
func (s *Service) Freeze(ctx context.Context, actor org.Actor, id int64, reviewed map[string]string) (*Meeting, error) {
	m, err := s.change(ctx, actor, org.ConveneMeeting, id, []State{Posted}, func(tx *store.Tx, m *Meeting) error {
		if tx.Now.Before(*m.ChallengeUntil) {
			return ErrState.Saying("公示期到" + m.ChallengeUntil.In(shanghai).Format("1月2日15:04") + "为止，之后才能锁定名册")
		}
		var open int64
		if err := tx.Model(&RollNote{}).Where("meeting_id = ? AND state = 'open'", m.ID).Count(&open).Error; err != nil {
			return err
		}
		if open > 0 {
			return ErrChallenged
		}
		last, err := lastPosting(tx, m.ID)
		if err != nil {
			return err
		}
		if last == nil {
			return ErrState.Saying("公示的名册没有留存，请重新公示一次")
		}
		m.FrozenAt, m.FrozenBy = &tx.Now, actor.PersonID
		set, books, err := s.law(tx, m, tx.Now)
		if err != nil {
			return err
		}
		m.RulesID, m.CovenantID = books.Rules, books.Covenant
		rows, questions, err := s.rollOf(tx, m, set)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrState.Saying("这个范围里没有登记的房屋，请先导入名册")
		}
		if err := answered(questions, reviewed); err != nil {
			return err
		}
		sets, err := s.insertSeats(tx, m, rows)
		if err != nil {
			return err
		}
		if err := keepReviews(tx, actor, m, questions, reviewed); err != nil {
			return err
		}
		differ, err := keepDiscrepancies(tx, m, last, rows)
		if err != nil {
			return err
		}
		m.State = Frozen
		if err := note(tx, actor, m, "freeze", map[string]any{"root": m.RollRoot, "sets": sets, "seats": m.Seats, "area": m.AreaMilli, "posting": last.Version, "posted": last.Hash, "differences": differ, "rules": m.RulesID, "covenant": m.CovenantID}); err != nil {
			return err
		}
		return s.tell(tx, m, "frozen")
	})
	if err != nil {
		return nil, fmt.Errorf("freeze roll: %w", err)
	}
	return m, nil
}

func short(text string, runes int) string {
	if r := []rune(text); len(r) > runes {
		return string(r[:runes-1]) + "…"
	}
	return text
}

// insertSeats writes the roll and its root, and gives the hash of whose the seats are.
func (s *Service) insertSeats(tx *store.Tx, m *Meeting, rows []Row) (string, error) {
	sets := newSetSum()
	seats := make([]Seat, len(rows))
	for i, r := range rows {
		for _, u := range r.Units {
			if u.Area <= 0 {
				return "", ErrState.Saying(u.Code + "没有面积，无法计算表决权；请先补登面积")
			}
		}
		units, err := json.Marshal(r.Units)
		if err != nil {
			return "", err
		}
		var salt log.Hash
		_, _ = rand.Read(salt[:])
		seats[i] = Seat{MeetingID: m.ID, EstateID: m.EstateID, No: r.No, OwnerSetID: r.SetID, HolderSetID: r.SetID, BuildingID: r.Building, AreaMilli: r.Area, Units: string(units),
			Kind: r.Kind, Flags: strings.Join(r.Flags, ","), Salt: hex.EncodeToString(salt[:])}
		row, err := seats[i].row()
		if err != nil {
			return "", err
		}
		hash := row.Hash(m.Number)
		seats[i].Hash = hex.EncodeToString(hash[:])
		sets.add(&seats[i])
	}
	roll, err := log.FreezeRoll(m.Number, tx.Now, rowsOf(seats))
	if err != nil {
		return "", err
	}
	m.RollRoot, m.Seats, m.AreaMilli = hex.EncodeToString(roll.Root[:]), int64(len(rows)), roll.Scopes[0].Weight.Area
	return sets.String(), tx.CreateInBatches(&seats, 900).Error
}

// row is the seat as the roll's root covers it.
func (s *Seat) row() (log.Seat, error) {
	salt, err := unhex(s.Salt)
	if err != nil {
		return log.Seat{}, err
	}
	row := log.Seat{No: s.No, Salt: salt}
	var units []SeatUnit
	if err := json.Unmarshal([]byte(s.Units), &units); err != nil {
		return log.Seat{}, err
	}
	for _, u := range units {
		row.Units = append(row.Units, log.Unit{Code: u.Code, Area: u.Area})
	}
	return row, nil
}

func rowsOf(seats []Seat) iter.Seq2[log.Seat, error] {
	return func(yield func(log.Seat, error) bool) {
		for i := range seats {
			if row, err := seats[i].row(); !yield(row, err) {
				return
			}
		}
	}
}
